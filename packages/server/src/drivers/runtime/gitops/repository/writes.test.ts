import { PltfError } from '@pltf/contracts';
import { expect, test } from 'vitest';
import { writesInFlight } from './writes.ts';

test('what a commit failed of is told while it is tried again, until it is there', async () => {
  await using writes = writesInFlight(() => undefined, 5);
  const refused = new PltfError('environment-repository-refused', { detail: 'GH006: protected' });
  let made: (commit: string) => void = () => undefined;
  const next = new Promise<string>((resolve) => {
    made = resolve;
  });

  const first = await writes.of('a.prod', 'one', () => Promise.reject(refused));
  const failed = writes.waiting('a.prod');
  // Something else is wanted by now, and is on its way.
  await writes.of('a.prod', 'two', () => next);
  const again = writes.waiting('a.prod');
  made('abc');
  await next;

  expect(first).toBeUndefined();
  expect(failed).toContain('could not be written, and is tried again: GH006: protected');
  expect(again).toBe(failed);
  expect(await writes.of('a.prod', 'two', () => Promise.reject(refused))).toBe('abc');
  expect(writes.waiting('a.prod')).toBeUndefined();
});
