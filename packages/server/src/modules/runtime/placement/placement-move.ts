import type { ObservedPlacement } from '@pltf/contracts';
import { PltfError } from '@pltf/contracts';
import { isSamePlace, pulledBeside } from '@pltf/plan';
import type { Clock } from '../../../kernel/clock.ts';
import { platformActor } from '../../../kernel/events.ts';
import type { PlatformHistory, PlatformSource } from '../../../kernel/platform-source.ts';
import { type Db, transact } from '../../../persistence/transaction.ts';
import { placementReconciler } from '../loops.ts';
import type { RolloutLedger } from '../rollout/rollout-ledger.ts';
import type { RuntimeQueries } from '../runtime-queries.ts';
import type { RuntimeStore } from '../runtime-store.ts';
import type { Runtimes } from '../runtimes.ts';
import { type Placement, subject } from './placement.ts';
import { changePlacement } from './placing.ts';
import type { PlatformWaves } from './platform-waves.ts';

export interface MoveDependencies {
  readonly db: Db;
  readonly platform: PlatformSource & PlatformHistory;
  readonly waves: PlatformWaves;
  readonly clock: Clock;
  readonly store: RuntimeStore;
  readonly queries: RuntimeQueries;
  readonly runtimes: Runtimes;
  readonly ledger: RolloutLedger;
}

/**
 * How long the old place still answers when the new one serves: nodes, gateways and names hear of a new address some
 * seconds after its instances are ready (kube-proxy writes its rules once a second at most, later on a busy machine).
 */
const handOverMs = 15_000;

/** How a note begins that tells of something left elsewhere. */
export const stillOn = 'still on ';

/** What is still somewhere else, and why it is left there for now. */
export interface LeftBehind {
  readonly runtime: string;
  readonly because: string;
}

/**
 * Has the placement be where its environment's `runtime:` line says. The first time that is written down; later it is
 * a move, and a rollout begins: the new runtime first, and the old one stays until the new one serves. In one
 * transaction, so that a kill leaves either.
 */
export async function settleRuntime(
  dependencies: MoveDependencies,
  placement: Placement,
): Promise<Placement> {
  const { db, platform, store } = dependencies;
  const { environment, id } = placement;
  const wanted = platform.current().environments.find(({ name }) => name === environment)?.runtime;
  if (wanted === undefined || wanted === placement.runtime) return placement;
  return transact(db, async (tx) => {
    const now = await store.lock(tx, id);
    if (now === undefined || now.state === 'removing' || now.runtime === wanted) {
      return now ?? placement;
    }
    if (now.runtime === undefined) {
      await store.setRuntime(tx, id, { runtime: wanted, leftOn: [] });
      return { ...now, runtime: wanted };
    }
    const leftOn = [...new Set([...now.leftOn, now.runtime])].filter((name) => name !== wanted);
    await store.setRuntime(tx, id, { runtime: wanted, leftOn });
    await changePlacement(dependencies, tx, now, {
      ...{ kind: 'deploy', actor: platformActor, newestPlatform: true },
      why: `${environment} runs on ${wanted} now (was ${now.runtime})`,
    });
    return (await store.lock(tx, id)) ?? now;
  });
}

/** Whether what was asked for last is so: then nothing depends on where it was before. */
export const isSettled = (placement: Placement, observed: ObservedPlacement): boolean =>
  observed.revision >= placement.revision &&
  (placement.runState === 'stopped'
    ? observed.phase === 'stopped'
    : observed.rollout?.revision === placement.revision
      ? observed.rollout.step === 'done'
      : observed.phase === 'running');

/**
 * Takes away what is left where the placement was before: once it serves where it is now, and whoever calls it has
 * come along. Answers with what stays for now; empty when nothing is left.
 */
export async function leaveBehind(
  dependencies: MoveDependencies,
  placement: Placement,
  observed: ObservedPlacement,
  signal: AbortSignal,
): Promise<readonly LeftBehind[]> {
  const stays: LeftBehind[] = [];
  const unproved: string[] = [];
  for (const runtime of placement.leftOn) {
    const because = isSettled(placement, observed)
      ? await takeFrom(dependencies, placement, { runtime, observed, unproved }, signal)
      : `until it serves on ${placement.runtime ?? 'the new one'}`;
    if (because !== undefined) stays.push({ runtime, because });
  }
  if (stays.length < placement.leftOn.length) {
    const leftOn = stays.map(({ runtime }) => runtime);
    await writeLeft(dependencies, placement, leftOn, unproved);
  }
  return stays;
}

/** Whether some may not yet know the way to where the placement serves now. */
const isHandingOver = (clock: Clock, { runState }: Placement, observed: ObservedPlacement) =>
  runState === 'running' &&
  clock.now().getTime() < Date.parse(observed.rollout?.finishedAt ?? '') + handOverMs;

/** Undefined once nothing of it is there; else why something is. */
async function takeFrom(
  { platform, queries, runtimes, clock }: MoveDependencies,
  placement: Placement,
  {
    runtime,
    observed,
    unproved,
  }: {
    readonly runtime: string;
    readonly observed: ObservedPlacement;
    /** What is known where nobody can say whether it is gone. */
    readonly unproved: string[];
  },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { id, runtime: current } = placement;
  if (isSamePlace(platform.current(), runtime, current)) return undefined;
  const shared = pulledBeside(platform.current(), runtime, current);
  if (shared !== undefined) return shared;
  const behind = await queries.callersBehind(id, runtime);
  if (behind.length > 0) return `${behind.join(', ')} still calls it there`;
  if (isHandingOver(clock, placement, observed)) {
    return `until everybody knows the way to ${current ?? 'the new one'}`;
  }
  try {
    const driver = await runtimes.named(runtime);
    const answer = await driver.remove(id, signal);
    if (typeof answer === 'object') unproved.push(`on ${runtime} it is ${answer.unproved}`);
    return answer === false ? 'it is being removed' : undefined;
  } catch (error) {
    if (signal.aborted || !(error instanceof PltfError)) throw error;
    return error.detail;
  }
}

/** Writes down what is left where, and tells it. */
export async function writeLeft(
  { db, store }: MoveDependencies,
  { id, component, environment, leftOn: before }: Placement,
  leftOn: readonly string[],
  unproved: readonly string[],
): Promise<void> {
  await transact(db, async (tx) => {
    const now = await store.lock(tx, id);
    if (now?.runtime === undefined) return;
    const gone = before.filter((name) => !leftOn.includes(name));
    const kept = now.leftOn.filter((name) => !gone.includes(name));
    await store.setRuntime(tx, id, { runtime: now.runtime, leftOn: kept });
    // Those that it calls may have waited for it.
    for (const called of now.calls) tx.wake(placementReconciler, called);
    tx.tell({
      ...subject({ id, component, environment }),
      ...{ type: 'placement-changed', actor: platformActor },
      summary:
        unproved.length === 0
          ? `${id} is on ${now.runtime}, nothing of it is left on ${gone.join(', ')}`
          : `${id} is on ${now.runtime}; ${unproved.join('; ')}`,
    });
  });
}

/** As it is shown while it moves: what serves on the old runtime serves on. */
export function shownWhileMoving(
  observed: ObservedPlacement,
  old: ObservedPlacement | undefined,
  stays: readonly LeftBehind[],
): ObservedPlacement {
  if (stays.length === 0) return observed;
  const serving = observed.serving ?? old?.serving;
  const notes = stays.map(({ runtime, because }) => ({ what: `${stillOn}${runtime}`, because }));
  return {
    ...observed,
    ...(serving === undefined ? {} : { serving }),
    notes: [...(observed.notes ?? []), ...notes],
  };
}
