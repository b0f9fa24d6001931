import { PltfError } from '@pltf/contracts';

/** The sequence number that a list's cursor stands for; throws `bad-request` for anything else. */
export function sequenceOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new PltfError('bad-request', {
    detail: 'this cursor is not one of ours',
    errors: [{ where: 'query.cursor', message: 'give `next` of the page before' }],
  });
}
