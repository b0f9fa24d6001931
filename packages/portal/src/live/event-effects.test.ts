import { EventType } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { changesCatalogue, touchedBy, touchedByAll } from './event-effects.ts';

describe('what an event makes old', () => {
  it('is the component, its releases and the placement that rolls', () => {
    const keys = touchedBy({
      type: 'rollout-finished',
      component: 'users-api',
      placement: 'users-api.prod',
    });

    expect(keys).toContainEqual(['component', 'users-api']);
    expect(keys).toContainEqual(['rollouts', 'users-api.prod']);
    expect(keys).toContainEqual(['releases', 'users-api']);
    expect(keys).not.toContainEqual(['runs', 'users-api']);
  });

  it('is the run itself and the list of runs', () => {
    const keys = touchedBy({ type: 'run-progressed', component: 'users-api', run: 'run_1' });

    expect(keys).toContainEqual(['run', 'run_1']);
    expect(keys).toContainEqual(['runs', 'users-api']);
  });

  it('is what one may do, when people change', () => {
    expect(touchedBy({ type: 'team-changed' })).toContainEqual(['me']);
    expect(changesCatalogue({ type: 'team-changed' })).toBe(true);
    expect(changesCatalogue({ type: 'rollout-progressed', component: 'a' })).toBe(false);
  });

  it('is the activity, whatever happened', () => {
    for (const type of EventType.options) expect(touchedBy({ type })).toContainEqual(['activity']);
  });
});

it('names each answer once for a bunch of events', () => {
  const event = { type: 'operation-progressed', component: 'a', operation: 'op_1' } as const;

  const keys = touchedByAll([event, event, { ...event, operation: 'op_2' }]);

  expect(keys.filter(([topic]) => topic === 'component')).toHaveLength(1);
  expect(keys.filter(([topic]) => topic === 'operation')).toHaveLength(2);
});
