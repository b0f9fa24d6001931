import type {
  PlacementNote,
  PlacementView,
  PltfError,
  RolloutStep,
  RolloutView,
  Spec,
  TaskView,
} from '@pltf/contracts';
import { nextRun } from '@pltf/plan';
import { isOfRuntime, lossNote } from './observation/runtime-trouble.ts';
import type { Placement } from './placement/placement.ts';
import type { Rollout } from './rollout/rollout.ts';
import type { Task } from './task.ts';

export interface ViewContext {
  /** Whether its runtime can hold a rollout where it is. */
  readonly holds: (placement: Placement) => boolean;
  /** Where a placement answers, if it does. */
  readonly urlOf: (placement: Placement) => string | undefined;
  /** By its name in the platform file. */
  readonly runtimeOf: (placement: Placement) => string;
  /** After this long without news, a placement reads `unknown`. Milliseconds. */
  readonly staleAfterMs: number;
  readonly now: Date;
  /** Since when the runtime of a placement has not answered; undefined while it does. */
  readonly lostSince: (placement: Placement) => Date | undefined;
  /** Why it has not. */
  readonly lostBecause?: ((placement: Placement) => PltfError | undefined) | undefined;
  /** What its spec asks for and its runtime cannot give, where the runtime does not say so itself. */
  readonly lacks?: ((placement: Placement, spec: Spec) => readonly PlacementNote[]) | undefined;
  /** When this server was told of a placement last, news or not. */
  readonly seenAt?: ((placement: string) => Date | undefined) | undefined;
}

export function rolloutView(rollout: Rollout): RolloutView {
  return {
    id: rollout.id,
    placement: rollout.placement,
    component: rollout.component,
    environment: rollout.environment,
    kind: rollout.kind,
    state: rollout.state,
    step: rollout.step as RolloutStep,
    ...(rollout.fromRelease === undefined ? {} : { from: rollout.fromRelease }),
    to: rollout.toRelease,
    requestedBy: rollout.requestedBy,
    ...(rollout.why === undefined ? {} : { why: rollout.why }),
    startedAt: rollout.startedAt.toISOString(),
    ...(rollout.switchedAt === undefined ? {} : { switchedAt: rollout.switchedAt.toISOString() }),
    ...(rollout.finishedAt === undefined ? {} : { finishedAt: rollout.finishedAt.toISOString() }),
    ...(rollout.reason === undefined ? {} : { reason: rollout.reason }),
    ...(rollout.traffic === undefined ? {} : { traffic: rollout.traffic }),
  };
}

/** The phase that may be shown: what was observed, or `unknown` when nobody has looked for too long. */
export function shownPhase(placement: Placement, context: ViewContext): PlacementView['phase'] {
  if (placement.state === 'removing') return 'removing';
  const silentSince = placement.observed?.unknownSince;
  const lost =
    context.lostSince(placement) ?? (silentSince === undefined ? undefined : new Date(silentSince));
  const late = lost !== undefined && context.now.getTime() - lost.getTime() > context.staleAfterMs;
  // Of what was only committed nobody has said anything yet.
  const stale =
    late || (silentSince !== undefined && placement.observed?.rollout?.step === 'committed');
  return placement.observed === undefined
    ? 'rolling'
    : stale
      ? 'unknown'
      : placement.observed.phase;
}

/** What is known of a placement beside its row. */
export interface PlacementFacts {
  readonly size: string;
  /** Of a job with a schedule. */
  readonly job?: { readonly cron: string; readonly last: Task | undefined } | undefined;
  readonly spec?: Spec | undefined;
}

function scheduleOf(
  { observed, runState }: Placement,
  job: PlacementFacts['job'],
  now: Date,
): Pick<PlacementView, 'schedule'> {
  if (job === undefined) return {};
  const { cron, last } = job;
  // A cluster that has no jobs with a schedule says so in a note of that name.
  const lacking = observed?.notes?.some(({ what }) => what === 'schedule') === true;
  const comes = runState === 'running' && observed?.serving !== undefined && !lacking;
  const next = comes ? nextRun(cron, now) : undefined;
  const at = last?.due?.toISOString() ?? observed?.lastTurn;
  return {
    schedule: {
      cron,
      ...(next === undefined ? {} : { next: next.toISOString() }),
      ...(at === undefined ? {} : { last: at }),
      ...(last === undefined ? {} : { lastState: last.state }),
    },
  };
}

/** While nothing is known of where it is, that comes first: what else is told is of before. */
function notesOf(
  placement: Placement,
  { spec }: PlacementFacts,
  context: ViewContext,
): readonly PlacementNote[] {
  const lacks = spec === undefined ? [] : (context.lacks?.(placement, spec) ?? []);
  const notes = [...(placement.observed?.notes ?? []), ...lacks];
  const lost = context.lostSince(placement);
  if (lost === undefined) return notes;
  const note = lossNote(lost, context.lostBecause?.(placement));
  return [note, ...notes.filter((one) => !isOfRuntime(one))];
}

/** What is in the books is written when it changes; it is known for as long as somebody says the same. */
export function asOf(
  { id, observedAt }: Pick<Placement, 'id' | 'observedAt'>,
  { seenAt }: Pick<ViewContext, 'seenAt'>,
): { readonly asOf?: string } {
  const seen = seenAt?.(id);
  const last =
    seen !== undefined && observedAt !== undefined && seen > observedAt ? seen : observedAt;
  return last === undefined ? {} : { asOf: last.toISOString() };
}

export function placementView(
  placement: Placement,
  rollout: Rollout | undefined,
  facts: PlacementFacts,
  context: ViewContext,
): PlacementView {
  const { size, job } = facts;
  const { observed } = placement;
  const url = context.urlOf(placement);
  return {
    id: placement.id,
    component: placement.component,
    environment: placement.environment,
    ...(placement.branch === undefined ? {} : { branch: placement.branch }),
    ...(url === undefined ? {} : { url }),
    runtime: context.runtimeOf(placement),
    movingFrom: [...placement.leftOn],
    phase: shownPhase(placement, context),
    ...asOf(placement, context),
    desired: {
      release: placement.release,
      instances: placement.instances,
      state: placement.state === 'removing' ? 'gone' : placement.runState,
      size,
    },
    ...(observed?.serving === undefined
      ? {}
      : { serving: { number: observed.serving.number, commit: observed.serving.commit } }),
    warm: (observed?.warm ?? []).map(({ number }) => number),
    instances: observed?.instances ?? [],
    ...(rollout === undefined ? {} : { rollout: rolloutView(rollout) }),
    ...(placement.held === undefined ? {} : { held: placement.held }),
    ...(context.holds(placement) ? { holds: true as const } : {}),
    ...scheduleOf(placement, job, context.now),
    leftovers: observed?.leftovers ?? [],
    notes: [...notesOf(placement, facts, context)],
    drift: observed?.drift ?? [],
    ...(observed?.traffic === undefined ? {} : { traffic: observed.traffic }),
    ...(placement.expiresAt === undefined ? {} : { expiresAt: placement.expiresAt.toISOString() }),
  };
}

export function taskView(task: Task): TaskView {
  return {
    id: task.id,
    placement: task.placement,
    command: [...task.command],
    ...(task.due === undefined ? {} : { due: task.due.toISOString() }),
    state: task.state,
    ...(task.exitCode === undefined ? {} : { exitCode: task.exitCode }),
    ...(task.ended === undefined ? {} : { ended: task.ended }),
    requestedBy: task.requestedBy,
    startedAt: task.startedAt.toISOString(),
    ...(task.finishedAt === undefined ? {} : { finishedAt: task.finishedAt.toISOString() }),
  };
}
