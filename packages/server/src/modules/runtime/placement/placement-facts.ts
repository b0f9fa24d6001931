import type { Component } from '../../catalog/index.ts';
import type { RuntimeQueries } from '../runtime-queries.ts';
import type { PlacementFacts } from '../runtime-views.ts';
import { scheduleIn } from '../schedule/schedule-rules.ts';
import type { Task } from '../task.ts';
import type { Placement } from './placement.ts';

/** The last turns of a job's placements; nothing is asked for what is none. */
export const lastTurnsOf = async (
  queries: Pick<RuntimeQueries, 'lastTurns'>,
  { kind }: Component,
  placements: readonly Pick<Placement, 'id'>[],
): Promise<ReadonlyMap<string, Task>> =>
  kind === 'job' ? queries.lastTurns(placements.map(({ id }) => id)) : new Map();

/** What the component's spec says of one of its placements. */
export function placementFacts(
  { id, environment }: Placement,
  { spec }: Component,
  turns: ReadonlyMap<string, Task>,
): PlacementFacts {
  const cron = spec === undefined ? undefined : scheduleIn(spec, environment);
  return {
    size: spec?.run[environment]?.size ?? '',
    spec,
    ...(cron === undefined ? {} : { job: { cron, last: turns.get(id) } }),
  };
}
