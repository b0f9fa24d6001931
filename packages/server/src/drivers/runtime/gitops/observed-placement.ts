import type { ObservedInstance, ObservedPlacement, PlacementNote } from '@pltf/contracts';
import type { RolloutRecord } from '../../../modules/runtime/index.ts';
import { observedRollout } from '../kubernetes/observed/observed-placement.ts';
import { ended, servingOf } from '../kubernetes/rollout/rollout-accept.ts';
import type { PlacementSight } from './placement-sight.ts';

export interface Observation {
  readonly now: Date;
  readonly sight: PlacementSight;
  /** Nobody reports, since when and why; undefined while somebody does. */
  readonly silent: { readonly since: Date; readonly because: string } | undefined;
  /** Where a context leads to the cluster; none elsewhere. */
  readonly instances: readonly ObservedInstance[];
  readonly notes: readonly PlacementNote[];
  readonly drift: ObservedPlacement['drift'];
}

/** What is told of a placement: what the rollout came to, and what is reported of it, with its age. */
export function observedPlacement(
  record: RolloutRecord,
  { now, sight, silent, instances, notes, drift }: Observation,
): ObservedPlacement {
  const { desired } = record.current.wanted;
  const serving = servingOf(record)?.wanted.desired.release;
  return {
    id: record.placement,
    revision: desired.revision,
    phase: phaseOf(record, sight),
    ...(serving === undefined ? {} : { serving }),
    warm: [],
    instances: [...instances],
    rollout: observedRollout(record),
    leftovers: [],
    notes: [...writtenNotes(record, sight, silent, now), ...notes],
    ...(drift === undefined || drift.length === 0 ? {} : { drift }),
    ...(silent === undefined ? {} : { unknownSince: silent.since.toISOString() }),
    at: now.toISOString(),
  };
}

function phaseOf(record: RolloutRecord, sight: PlacementSight): ObservedPlacement['phase'] {
  if (!ended.has(record.stage)) return 'rolling';
  if (record.stage === 'failed') return 'failed';
  const unwell = sight.state === 'degraded' || sight.state === 'refused';
  // Until somebody has reported that it is well, it is on its way.
  if (record.stage === 'committed') return unwell ? 'degraded' : 'rolling';
  const serves = record.stage === 'done' ? record.current : record.good;
  if (serves?.wanted.desired.state === 'stopped') return 'stopped';
  return unwell ? 'degraded' : 'running';
}

/** What was committed, and what is known of its way since. */
function writtenNotes(
  { written, stage }: RolloutRecord,
  { state, why, at }: PlacementSight,
  silent: Observation['silent'],
  now: Date,
): readonly PlacementNote[] {
  if (written === undefined) return [];
  const what = `commit ${written.commit.slice(0, 7)}`;
  const since = `committed ${age(now.getTime() - written.at)} ago`;
  if (silent !== undefined) return [{ what, because: `${since}; ${silent.because}` }];
  if (state === 'healthy' && stage === 'done') return [];
  const looked = at === undefined ? '' : ` (as of ${age(now.getTime() - at.getTime())} ago)`;
  const said: Readonly<Record<PlacementSight['state'], string>> = {
    silent: 'nothing follows it yet: apply the bootstrap of the ring once',
    waiting: `the agent has not come to it yet: ${why}${now.getTime() - written.at < lateMs ? '' : lateHint(why)}`,
    applying: `it is being applied${why === '' ? '' : `: ${why}`}`,
    refused: `it could not be applied: ${why}`,
    progressing: why,
    healthy: 'it is applied and healthy',
    degraded: why,
    unclear: why,
  };
  return [{ what, because: `${since}; ${said[state]}${looked}` }];
}

/** Agents look at a repository every few minutes: one that has not come after this long may not be able to. */
const lateMs = 15 * 60_000;
const lateHint = (why: string): string =>
  `; look whether it can read the repository: ${why.startsWith('Kustomization') ? '`flux get sources git`' : '`argocd app get --hard-refresh`'}`;

const seconds = 1000;
/** `3 s`, `5 min`, `2 h`, `4 d`. */
export function age(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds / seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.round(whole / 60)} min`;
  if (whole < 172_800) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86_400)} d`;
}
