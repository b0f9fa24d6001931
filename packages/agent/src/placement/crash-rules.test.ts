import { expect, test } from 'vitest';
import { backoffMs, forgivenAfterMs } from './backoff.ts';
import { countStartFailure, restAfterEnd } from './crash-rules.ts';
import type { CohortRecord, InstanceRecord } from './placement-record.ts';

const instance: InstanceRecord = {
  ...{ id: 'a.prod.1', cohort: 'c1', state: 'healthy', cgroup: [], restarts: 0, crashes: 0 },
};
const facts = { lastExit: 'exit 1', established: true, now: 1_000_000, random: 0.5 };
const why = { code: 'instance-crashed', detail: 'It ended.', fix: 'Read it.', log: [] };

test('pauses grow to a minute, with up to a quarter of chance', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 50].map((crashes) => backoffMs(crashes, 0.5));
  expect(pauses).toEqual([200, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(backoffMs(3, 0)).toBe(1500);
  expect(backoffMs(3, 0.999)).toBeLessThanOrEqual(2500);
});

test('the second end in a row waits longer than the first', () => {
  const first = restAfterEnd(instance, facts);
  const second = restAfterEnd({ ...instance, ...first }, facts);

  expect(first).toMatchObject({ state: 'backoff', crashes: 1, retryAt: facts.now + 200 });
  expect(second).toMatchObject({ crashes: 2, retryAt: facts.now + 1000 });
});

test('ten good minutes forgive what was before', () => {
  const steady = { ...instance, crashes: 7, healthyAt: facts.now - forgivenAfterMs };
  const shaky = { ...instance, crashes: 7, healthyAt: facts.now - forgivenAfterMs + 1 };

  expect(restAfterEnd(steady, facts).crashes).toBe(1);
  expect(restAfterEnd(shaky, facts).crashes).toBe(8);
});

test('a program that never had traffic is tried again at once, and given up at the second end', () => {
  const cohort = { id: 'c1', startFailures: 0 } as CohortRecord;
  const rest = restAfterEnd(instance, { ...facts, established: false });

  const first = countStartFailure(cohort, why);
  const second = countStartFailure({ ...cohort, ...first }, why);

  expect(rest.retryAt).toBe(facts.now + 50);
  expect(first.failure).toBeUndefined();
  expect(second.failure?.detail).toBe('It ended. It ended 2 times before it was healthy.');
});
