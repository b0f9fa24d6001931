import type { ObservedPlacement } from '@pltf/contracts';
import { morePortsOf } from '@pltf/plan/render';
import type { Reconciler } from '../../../engine/reconciler.ts';
import { platformActor } from '../../../kernel/events.ts';
import type { PlatformSnapshot } from '../../../kernel/platform-source.ts';
import { transact } from '../../../persistence/transaction.ts';
import type { GoldenPathSource } from '../../policy/index.ts';
import { placementReconciler, scheduleReconciler } from '../loops.ts';
import type { ObservationIntake } from '../observation/observation-intake.ts';
import { tellRuntimeTrouble } from '../observation/runtime-trouble.ts';
import type { RuntimeDriver, WantedPlacement } from '../runtime-driver.ts';
import { runtimeIn } from '../runtimes.ts';
import { handOver as handOverInCluster } from './hand-over.ts';
import type { Placement, ReleaseSource, ReleaseToPlace } from './placement.ts';
import { calleesOf, keepEdges } from './placement-edges.ts';
import {
  type LeftBehind,
  leaveBehind,
  type MoveDependencies,
  settleRuntime,
  shownWhileMoving,
} from './placement-move.ts';
import { removeEverywhere } from './placement-removal.ts';
import { wantedPlacement } from './wanted.ts';

export interface PlacementReconcilerDependencies extends MoveDependencies {
  readonly goldenPaths: GoldenPathSource;
  /** Where a component's repository is, for people and tools. */
  readonly repositoryUrl: (component: string) => string;
  readonly routerPort: number;
  readonly releases: ReleaseSource;
  readonly intake: ObservationIntake;
}

/** Reports tell of the end; this look is for a report lost with its runtime. */
const lookAgainMs = 2_000;

/** Hands the wanted state of one placement to the driver, and takes a removed one out of the books once it is gone. */
export function createPlacementReconciler(
  dependencies: PlacementReconcilerDependencies,
): Reconciler {
  const { queries, releases, intake } = dependencies;
  return {
    name: placementReconciler,
    concurrency: 16,
    reconcile: async (id, signal) => {
      const found = await queries.findPlacement(id);
      if (found === undefined) return undefined;
      if (found.state === 'removing') {
        // In nobody's hands it would be left behind: who is to have it takes it over, and then it goes.
        const handed = await handOverInCluster(dependencies, found, signal);
        const gone =
          handed.waits.length === 0 &&
          (await removeEverywhere(dependencies, handed.placement, signal));
        return gone ? undefined : { again: new Date(Date.now() + lookAgainMs) };
      }
      const moving = await settleRuntime(dependencies, found);
      const { placement, waits } = await handOverInCluster(dependencies, moving, signal);
      if (waits.length > 0) {
        await tellWaiting(dependencies, placement, waits);
        return { again: new Date(Date.now() + lookAgainMs) };
      }
      const source = await releases.toPlace(
        placement.component,
        placement.release,
        placement.environment,
      );
      const wanted =
        source === undefined ? undefined : await wantedOf(dependencies, placement, source);
      if (wanted === undefined) {
        const because =
          source === undefined
            ? `Release ${placement.release} is no longer kept`
            : `The platform file has no environment ${placement.environment}`;
        await endRollout(dependencies, placement, because);
        return undefined;
      }
      const { driver, observed } = await handOver(dependencies, placement, wanted, signal);
      if (wanted.schedule !== undefined && driver.schedules !== true)
        await transact(dependencies.db, async (tx) => tx.wake(scheduleReconciler, id));
      if (placement.leftOn.length === 0) {
        await intake.observed(observed);
        return undefined;
      }
      const stays = await leaveBehind(dependencies, placement, observed, signal);
      await intake.observed(shownWhileMoving(observed, placement.observed, stays));
      return stays.length === 0 ? undefined : { again: new Date(Date.now() + lookAgainMs) };
    },
  };
}

/** What serves serves on, in the hands that it is in. */
async function tellWaiting(
  { intake, runtimes }: PlacementReconcilerDependencies,
  { id, observed }: Placement,
  waits: readonly LeftBehind[],
): Promise<void> {
  const [first] = waits;
  if (first === undefined) return;
  const seen = await runtimes
    .named(first.runtime)
    .then((driver) => driver.observe(id))
    .catch(() => undefined);
  if (seen !== undefined) await intake.observed(shownWhileMoving(seen, observed, waits));
}

/** What keeps the runtime from being told is told on the placement, and the loop tries it again. */
async function handOver(
  dependencies: PlacementReconcilerDependencies,
  placement: Placement,
  wanted: WantedPlacement,
  signal: AbortSignal,
): Promise<{ readonly driver: RuntimeDriver; readonly observed: ObservedPlacement }> {
  try {
    const driver = await dependencies.runtimes.of(placement);
    return { driver, observed: await driver.apply(wanted, signal) };
  } catch (error) {
    if (!signal.aborted) await tellRuntimeTrouble(dependencies, placement, error);
    throw error;
  }
}

async function wantedOf(
  dependencies: PlacementReconcilerDependencies,
  placement: Placement,
  source: ReleaseToPlace,
): Promise<WantedPlacement | undefined> {
  const platform = await platformOf(dependencies, placement);
  const callees = Object.values(calleesOf(platform.file, placement.environment, source));
  const calls = [...new Set(callees.map(({ id }) => id))].toSorted();
  const [ends, goldenPaths] = await Promise.all([
    keepEdges(dependencies, placement, {
      calls,
      port: source.run.port,
      morePorts: morePortsOf(source.run),
    }),
    dependencies.goldenPaths.goldenPaths(),
  ]);
  const { repositoryUrl, routerPort } = dependencies;
  const surroundings = { repository: repositoryUrl(placement.component), routerPort };
  return wantedPlacement(placement, source, { platform, goldenPaths, surroundings, ends });
}

/**
 * On clusters a placement stays with the version of the platform that it was rolled out with: whatever has it looked at
 * again, a newer version reaches it by its own rollout, or by the wave that it is in.
 */
async function platformOf(
  { platform }: PlacementReconcilerDependencies,
  { platformVersion, runtime, environment }: Placement,
): Promise<PlatformSnapshot> {
  const now = platform.snapshot();
  const rule = now.file.runtimes[runtime ?? ''];
  const agent = rule === undefined || rule.driver === 'agent';
  if (agent || platformVersion === undefined || platformVersion === now.version) return now;
  const then = await platform.at(platformVersion);
  // Where its environment ran elsewhere then, that version has nothing to say about this runtime.
  const same = then !== undefined && runtimeIn(then.file, environment) === runtime;
  return same ? then : now;
}

/** Nobody can carry it out any more. */
async function endRollout(
  { db, store }: PlacementReconcilerDependencies,
  { id, component }: Placement,
  because: string,
): Promise<void> {
  await transact(db, async (tx) => {
    const rollout = await store.runningRollout(tx, id);
    if (rollout === undefined) return;
    await tx.sql
      .updateTable('rollouts')
      .set({ state: 'failed', step: 'failed', finished_at: new Date() })
      .where('id', '=', rollout.id)
      .execute();
    tx.tell({
      ...{ type: 'rollout-finished', actor: platformActor, component, placement: id },
      summary: because,
    });
  });
}
