import type { EventView } from '@pltf/contracts';
import { expect, it } from 'vitest';
import { condensed } from './condense.ts';
import { isIll, placeOf } from './event-words.ts';

let seq = 0;
const event = (type: EventView['type'], changes: Partial<EventView> = {}): EventView => {
  seq += 1;
  return {
    seq,
    at: '2026-11-21T14:00:00Z',
    type,
    actor: 'ana',
    summary: type,
    data: {},
    ...changes,
  };
};
const rollout = (
  type: EventView['type'],
  data: EventView['data'],
  changes: Partial<EventView> = {},
) =>
  event(type, {
    component: 'a',
    placement: 'a.prod',
    environment: 'prod',
    ...changes,
    data: { rollout: 'ro_1', ...data },
  });

it('tells a rollout once, by what was asked for, with who and why', () => {
  const events = [
    rollout(
      'rollout-finished',
      { state: 'done' },
      { actor: 'platform', summary: 'Release 7 serves in prod' },
    ),
    rollout('rollout-progressed', { state: 'running' }),
    rollout('rollout-started', { kind: 'promote', to: 7 }, { why: 'customers wait' }),
  ];

  expect(condensed(events)).toMatchObject([
    {
      type: 'rollout-finished',
      actor: 'ana',
      summary: 'Promoted #7 to prod',
      why: 'customers wait',
    },
  ]);
});

it('keeps the sentence of a rollout that did not go well, and shows one that still goes on', () => {
  const failed = rollout(
    'rollout-finished',
    { state: 'rolled-back' },
    { summary: 'Not healthy in 30 s' },
  );
  const started = rollout('rollout-started', { kind: 'deploy', to: 7 });

  expect(condensed([failed, started]).map(({ summary }) => summary)).toEqual([
    'Not healthy in 30 s',
  ]);
  expect(isIll(failed)).toBe(true);
  expect(condensed([started])).toEqual([started]);
});

it('does not mix rollouts, runs and operations of different ids', () => {
  const events = [
    event('run-finished', { run: 'run_2' }),
    event('run-queued', { run: 'run_1' }),
    event('component-created', { operation: 'op_1', component: 'a' }),
    event('component-creation-started', { operation: 'op_1', component: 'a', why: 'needed' }),
    event('branch-pushed', { component: 'a' }),
  ];

  expect(condensed(events).map(({ type }) => type)).toEqual([
    'run-finished',
    'run-queued',
    'component-created',
    'branch-pushed',
  ]);
  expect(condensed(events)[2]?.why).toBe('needed');
});

it('leads to the run, the operation, or the service', () => {
  expect(placeOf({ type: 'run-finished', component: 'a', run: 'run_1' })).toBe('/runs/run_1');
  expect(placeOf({ type: 'component-created', component: 'a', operation: 'op_1' })).toBe(
    '/operations/op_1',
  );
  expect(placeOf({ type: 'rollout-finished', component: 'a' })).toBe('/components/a');
  expect(placeOf({ type: 'user-added' })).toBeUndefined();
});
