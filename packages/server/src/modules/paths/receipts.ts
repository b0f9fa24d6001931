import type { Operation } from './operation.ts';

type Receipt = Operation['receipt'];

/** Placements that left the books though nobody could say whether they are gone: by id, what is known of each. */
export type Unproved = ReadonlyMap<string, string>;

/** The receipt of a deletion: what was there is gone, or nobody can say so. */
export const receiptOfDeletion = (
  { receipt }: Pick<Operation, 'receipt'>,
  unproved: Unproved,
): Receipt =>
  receipt.map(({ what }) => {
    const [kind, id = ''] = what.split(' ', 2);
    const known = kind === 'placement' ? unproved.get(id) : undefined;
    return known === undefined ? { what, outcome: 'gone' as const } : unknown(id, known);
  });

/** The receipt of a creation that was undone, and the sentence that sums it up. */
export function receiptOfUndoing(
  { subject, steps }: Pick<Operation, 'subject' | 'steps'>,
  unproved: Unproved,
): { readonly receipt: Receipt; readonly summary: string } {
  const made = steps
    .filter(({ state }) => state === 'done' || state === 'undone' || state === 'failed')
    .filter(({ id }) => id !== reviewApp || unproved.size === 0)
    .map(({ title, state, detail }) =>
      state !== 'failed' && detail !== undefined ? `${title}: ${detail}` : title,
    );
  const receipt: Receipt = [
    ...[...made, `catalogue entry ${subject}`].map((what) => ({
      what,
      outcome: 'undone' as const,
    })),
    ...[...unproved].map(([id, known]) => unknown(id, known)),
  ];
  const left =
    unproved.size === 0
      ? 'nothing is left of it'
      : `nobody has said whether ${[...unproved.keys()].join(', ')} is gone`;
  return { receipt, summary: `${subject} was not created; ${left}` };
}

const reviewApp = 'review-app';

const unknown = (id: string, known: string): Receipt[number] => ({
  what: `placement ${id}: ${known}`,
  outcome: 'unknown',
});
