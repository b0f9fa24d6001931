import { type ObservedPlacement, PltfError } from '@pltf/contracts';
import type { ClusterFacts } from '@pltf/plan/render';
import { within } from '../../../kernel/within.ts';
import type { RolloutRecord, RuntimeDriver } from '../../../modules/runtime/index.ts';
import type { InCluster } from '../kubernetes/index.ts';
import type { GitOpsDependencies } from './dependencies.ts';
import {
  type ForeignFile,
  findManifestDrift,
  manifestDrifts,
  revertManifest,
} from './drift/drift.ts';
import { applyPass, foreignFile, observePass, type PassParts } from './placement-pass.ts';
import { isFileKnown, letGoStep, withoutFile } from './removal/letting-go.ts';
import { isUnproved, type Leftovers, removalStep } from './removal/removal.ts';
import { removalTurns } from './removal/removal-turns.ts';
import { ringFacts } from './repository/manifest.ts';
import { type PlacementFile, placementFile } from './repository/placement-file.ts';
import { promotedRepository } from './repository/promoted-repository.ts';
import { writesInFlight } from './repository/writes.ts';

export interface GitOpsRuntime extends AsyncDisposable {
  readonly driver: RuntimeDriver;
  /** Since when the cluster of the agent has not answered. */
  lostSince(): Date | undefined;
}

/**
 * Runs placements by what it commits: it never writes to a cluster. An agent that pulls brings commits to clusters; what
 * the agent says of that decides whether a rollout is over, goes back, or cannot be told.
 */
export function gitopsRuntime(dependencies: GitOpsDependencies): GitOpsRuntime {
  const { runtime, rule, repository, ledger, watch, target, clock, wake } = dependencies;
  const { ring } = repository;
  const writes = writesInFlight(wake, dependencies.soonMs);
  const drifts = manifestDrifts();
  const alarms = alarmClock(wake, () => clock.now().getTime());
  const partsOf = (file: PlacementFile): PassParts => ({
    dependencies: withRepository(dependencies, file),
    ...{ writes, drifts },
    wakeAt: alarms.at,
  });
  const foreignIn = async (placement: string): Promise<ForeignFile | undefined> => {
    const record = await recordOf(placement);
    const file = fileOf(placement);
    if (record === undefined || !isFileKnown(record)) return undefined;
    return foreignFile(partsOf(file), file, record, await facts());
  };
  const turns = removalTurns(rule.removals, clock);
  const removing = new Map<string, Leftovers>();
  const fileOf = (placement: string) => placementFile(placement, rule, ring.grouping);
  const facts = async (): Promise<ClusterFacts> =>
    ringFacts(
      rule,
      target === undefined ? undefined : await target.served().catch(() => undefined),
    );
  const recordOf = async (placement: string): Promise<RolloutRecord | undefined> =>
    (await ledger.read(runtime, placement))?.record;
  const stopWatching = watch?.onChange((follower) => {
    wakeFollowed(dependencies, follower).catch(() => undefined);
  });
  const driver: RuntimeDriver = {
    schedules: true,
    apply: async (wanted, signal) => {
      const { id } = wanted.desired;
      removing.delete(id);
      await watch?.ready(within(firstListMs, signal)).catch(() => undefined);
      const file = fileOf(id);
      return applyPass(partsOf(file), file, wanted, await facts(), signal);
    },
    remove: async (placement) => {
      const file = fileOf(placement);
      const record = await recordOf(placement);
      const parts = { dependencies: withRepository(dependencies, file), turns };
      const left = await removalStep(parts, file, record, await facts()).catch((error: unknown) => {
        // Who looks before it is tried again reads what it failed of.
        if (error instanceof PltfError)
          removing.set(placement, [`${error.detail}. ${error.fix}`.slice(0, longestLeftover)]);
        throw error;
      });
      if (!isUnproved(left) && left.length > 0) {
        removing.set(placement, left);
        return false;
      }
      removing.delete(placement);
      drifts.forget(placement);
      turns.forget(placement);
      await ledger.remove(runtime, placement);
      return isUnproved(left) ? left : true;
    },
    letGo: async (placement, to, signal) => {
      await watch?.ready(within(firstListMs, signal)).catch(() => undefined);
      const file = fileOf(placement);
      const entry = await ledger.read(runtime, placement);
      // Should it come back, it is written anew, whatever is there by then.
      if (entry !== undefined && isFileKnown(entry.record))
        await ledger.write(withoutFile(entry.record), entry.version);
      drifts.forget(placement);
      const letting = { record: entry?.record, facts: await facts(), to };
      return letGoStep(withRepository(dependencies, file), file, letting);
    },
    observe: async (placement) => {
      const record = await recordOf(placement);
      if (record === undefined)
        throw new PltfError('not-found', { detail: `${runtime} has no placement ${placement}` });
      const file = fileOf(placement);
      const seen = await observePass(partsOf(file), file, record, await facts());
      const left = removing.get(placement);
      return left === undefined ? seen : removingOf(seen, left);
    },
    drift: async (placement) => {
      const foreign = await foreignIn(placement);
      if (foreign === undefined) return [];
      return findManifestDrift(withRepository(dependencies, foreign.file), foreign);
    },
    revert: async (placement, which) => {
      const foreign = await foreignIn(placement);
      if (foreign === undefined) return [];
      const parts = withRepository(dependencies, foreign.file);
      const reverted = await revertManifest(parts, foreign, which);
      if (reverted.length > 0) wake(placement);
      return reverted;
    },
    ...throughCluster(dependencies),
  };
  return {
    driver,
    lostSince: () => watch?.lost()?.since,
    [Symbol.asyncDispose]: async () => {
      stopWatching?.();
      alarms.stop();
      await writes[Symbol.asyncDispose]();
    },
  };
}

/** Where somebody else promotes, a placement has a branch of its own. */
const withRepository = (
  dependencies: GitOpsDependencies,
  file: PlacementFile,
): GitOpsDependencies => {
  const { rule, repo, repository } = dependencies;
  return rule.hydrate === 'promoter'
    ? {
        ...dependencies,
        repository: promotedRepository(repo, repository.ring, rule.branch, file),
      }
    : dependencies;
};

const removingOf = (seen: ObservedPlacement, left: Leftovers): ObservedPlacement => ({
  ...seen,
  phase: 'removing',
  leftovers: [...left],
});

/** The first list of followers is waited for, but not for long: what is not known yet reads so. */
const firstListMs = 2_000;
const longestLeftover = 1_000;

/** Has all placements of a follower looked at; those of all followers when nobody says which one. */
async function wakeFollowed(
  { ledger, runtime, repository, rule, wake }: GitOpsDependencies,
  follower: string | undefined,
): Promise<void> {
  for (const placement of await ledger.placements(runtime)) {
    const file = placementFile(placement, rule, repository.ring.grouping);
    if (follower === undefined || file.follower.name === follower) wake(placement);
  }
}

/** Looks that are due at a time: one for each placement, the last that was asked for. */
function alarmClock(wake: (placement: string) => void, now: () => number) {
  const timers = new Map<string, NodeJS.Timeout>();
  return {
    at: (placement: string, time: number): void => {
      clearTimeout(timers.get(placement));
      const timer = setTimeout(
        () => {
          timers.delete(placement);
          wake(placement);
        },
        Math.max(0, time - now()),
      );
      timer.unref();
      timers.set(placement, timer);
    },
    stop: (): void => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

type Through = Omit<InCluster, 'instances' | 'evidence'> & Partial<Pick<InCluster, 'evidence'>>;

/** Logs and tasks are the cluster's; where none is known, that is said with what would help. */
function throughCluster({ inCluster, runtime }: GitOpsDependencies): Through {
  if (inCluster !== undefined) {
    const { instances: _, ...through } = inCluster;
    return through;
  }
  const refuse = (what: string): never => {
    throw new PltfError('cluster-not-named', {
      detail: `${what}: the platform knows no way to the cluster behind the runtime \`${runtime}\``,
    });
  };
  return {
    logs: () => refuse('no logs'),
    startTask: async () => refuse('no tasks'),
    awaitTask: async () => refuse('no tasks'),
    taskLog: () => refuse('no logs of tasks'),
    cancelTask: async () => refuse('no tasks'),
    exec: () => refuse('no shell'),
  };
}
