import { expect, test } from 'vitest';
import type { Placement, Rollout } from '../runtime/index.ts';
import { outcomeOf } from './fleet-outcomes.ts';

const placement = { state: 'present', observed: { phase: 'running' } } as Placement;
const rollout = (step: string, reason?: Rollout['reason']): Rollout =>
  ({ state: 'done', step, reason }) as Rollout;

test('a rollout that is done proves the change; one that was only committed does not', () => {
  const reason = { code: 'nobody-reports', detail: 'nobody reports', fix: '', log: [] };

  const done = outcomeOf('users-api.prod', placement, rollout('done'));
  const committed = outcomeOf('users-api.prod', placement, rollout('committed', reason));

  expect(done?.state).toBe('done');
  expect(committed).toMatchObject({ state: 'failed', reason: 'nobody reports' });
});

test('a placement that was removed before it took the change proves nothing and has not failed', () => {
  const removing = { ...placement, state: 'removing' } as Placement;

  for (const one of [undefined, removing])
    expect(outcomeOf('users-api.prod', one, rollout('done'))).toMatchObject({
      ...{ state: 'held', reason: 'it was removed meanwhile' },
    });
});
