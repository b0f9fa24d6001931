import { expect, test } from 'vitest';
import { decideConcurrency } from './concurrency.ts';

const active = [
  { runId: 'old', state: 'running', groups: ['CI-main'] },
  { runId: 'waiting', state: 'queued', groups: ['ci-main', 'other'] },
  { runId: 'elsewhere', state: 'running', groups: ['ci-branch'] },
] as const;

test.each([
  [
    'without cancel-in-progress what runs is waited for, what waits is superseded',
    { group: 'ci-main', cancelInProgress: false },
    { cancel: ['waiting'], waitFor: ['old'] },
  ],
  [
    'with cancel-in-progress both are superseded',
    { group: 'ci-main', cancelInProgress: true },
    { cancel: ['old', 'waiting'], waitFor: ['old'] },
  ],
  [
    'another group is left alone',
    { group: 'deploy', cancelInProgress: true },
    { cancel: [], waitFor: [] },
  ],
])('%s', (_name, group, decision) => {
  expect(decideConcurrency([group], active)).toEqual(decision);
});

test('a run without a group disturbs nobody', () => {
  expect(decideConcurrency([], active)).toEqual({ cancel: [], waitFor: [] });
});
