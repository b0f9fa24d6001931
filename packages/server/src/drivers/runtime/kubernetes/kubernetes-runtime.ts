import { type ExecOutput, type ObservedPlacement, PltfError } from '@pltf/contracts';
import type { ExecRequest, RolloutRecord, RuntimeDriver } from '../../../modules/runtime/index.ts';
import { removeSet, takeOverSet } from './apply/index.ts';
import { findDrift, revertDrift } from './drift/index.ts';
import { evidenceOf } from './evidence/index.ts';
import { execInPod } from './inside/exec.ts';
import { mergedLogs } from './inside/merged-logs.ts';
import { kubernetesTasks } from './inside/tasks.ts';
import { keptOf, pruneKept } from './kept.ts';
import { nothingFound, observedPlacement } from './observed/observed-placement.ts';
import { notesOf } from './observed/placement-notes.ts';
import { podMemory } from './observed/pod-memory.ts';
import { namespaceOfPlacement } from './rollout/placement-objects.ts';
import {
  look,
  type PassDependencies,
  passDependencies,
  passOver,
  setOf,
} from './rollout/rollout-pass.ts';
import type { KubernetesRuntimeOptions } from './runtime-options.ts';

/** A runtime that follows its cluster until it is disposed. */
export interface KubernetesRuntime extends RuntimeDriver, AsyncDisposable {
  readonly exec: NonNullable<RuntimeDriver['exec']>;
}

/** Runs placements on a cluster: all that is decided is in the ledger, all that is so is in the cluster. */
export function kubernetesRuntime(options: KubernetesRuntimeOptions): KubernetesRuntime {
  const dependencies = passDependencies(options);
  const removals = new Map<string, readonly string[]>();
  const tasks = kubernetesTasks(dependencies);
  const following = followCluster(options);
  return {
    holds: true,
    schedules: true,
    apply: (wanted, signal) => {
      following.know(wanted.desired.id);
      return passOver(dependencies, wanted, signal);
    },
    remove: (placement, signal) => {
      following.know(placement);
      return remove(dependencies, removals, placement, signal);
    },
    takeOver: async (placement, from, signal) => {
      await options.cache.ready(signal);
      await takeOverSet(setOf(dependencies, placement), from, signal);
    },
    observe: async (placement) => {
      const observed = await observe(dependencies, placement);
      const leftovers = removals.get(placement);
      return leftovers === undefined
        ? observed
        : { ...observed, phase: 'removing', leftovers: [...leftovers] };
    },
    logs: (placement, query, signal) =>
      mergedLogs(options, namespaceOfPlacement(placement), query, signal),
    startTask: tasks.start,
    awaitTask: tasks.await,
    taskLog: tasks.log,
    cancelTask: tasks.cancel,
    drift: async (placement, signal) => {
      const { set, objects } = await standingOf(dependencies, placement);
      const found = [];
      for (const object of objects) found.push(...(await findDrift(set, object, signal)));
      return found;
    },
    revert: async (placement, which, signal) => {
      const { set, objects } = await standingOf(dependencies, placement);
      const reverted = await revertDrift(set, objects, which, signal);
      if (reverted.length > 0) options.wake(placement);
      return reverted;
    },
    evidence: (placement, signal) => evidenceOf(dependencies, placement, signal),
    kept: async (placement) => keptOf(await standingOf(dependencies, placement)),
    prune: async (placement, confirmed, signal) => {
      const standing = await standingOf(dependencies, placement);
      const gone = await pruneKept(options, standing, confirmed, signal);
      options.wake(placement);
      return gone;
    },
    exec: (placement, request, signal) => exec(dependencies, placement, request, signal),
    [Symbol.asyncDispose]: () => {
      following.stop();
      return Promise.resolve();
    },
  };
}

/** Has a placement looked at whenever something in its namespace changes. */
function followCluster({ cache, ledger, runtime, wake }: KubernetesRuntimeOptions) {
  const placements = new Map<string, string>();
  const know = (id: string): void => void placements.set(namespaceOfPlacement(id), id);
  const stop = cache.onChange((namespace) => {
    const placement = placements.get(namespace);
    if (placement !== undefined) wake(placement);
  });
  // Placements of before this start: until they are known by their ids, the pass at the start looks at them.
  void ledger.placements(runtime).then(
    (ids) => ids.forEach(know),
    () => undefined,
  );
  return { know, stop };
}

async function recordOf(
  { ledger, runtime }: PassDependencies,
  placement: string,
): Promise<RolloutRecord> {
  const entry = await ledger.read(runtime, placement);
  if (entry !== undefined) return entry.record;
  throw new PltfError('not-found', {
    detail: `nothing of ${placement} is on the runtime ${runtime}`,
    fix: '`pltf show NAME` says where it runs.',
  });
}

async function remove(
  dependencies: PassDependencies,
  removals: Map<string, readonly string[]>,
  placement: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { cache, ledger, runtime, targets } = dependencies;
  await cache.ready(signal);
  const { gone, leftovers } = await removeSet(setOf(dependencies, placement), signal);
  removals.set(placement, leftovers);
  if (!gone) return false;
  await ledger.remove(runtime, placement);
  removals.delete(placement);
  targets.forget(placement);
  return true;
}

/** How it is at this moment, by the cache; the cluster is asked for the memory in use, and for drift that is new. */
async function observe(
  dependencies: PassDependencies,
  placement: string,
): Promise<ObservedPlacement> {
  const { cluster, cache } = dependencies;
  const lost = cache.lostSince();
  if (lost !== undefined) {
    const away = `the cluster of ${dependencies.runtime} has not answered since ${lost.toISOString()}`;
    throw cache.lostBecause() ?? new PltfError('cluster-unreachable', { detail: away });
  }
  const [record, facts, memory] = await Promise.all([
    recordOf(dependencies, placement),
    dependencies.facts(),
    podMemory(cluster, namespaceOfPlacement(placement)),
  ]);
  const { sight } = look(dependencies, record, facts);
  const notes = notesOf(record, sight, facts, undefined);
  // Remembered: the cluster is asked only about what has changed since it was looked at.
  const touched = sight.touched.map(({ object }) => object);
  const drift = await dependencies.drifts.of(setOf(dependencies, placement), touched);
  const observed = observedPlacement(record, sight, { ...nothingFound, notes, drift });
  const instances = observed.instances.map((one) => {
    const memoryMiB = memory.get(one.id);
    return memoryMiB === undefined ? one : { ...one, memoryMiB };
  });
  return { ...observed, instances };
}

async function standingOf(dependencies: PassDependencies, placement: string) {
  const [record, facts] = await Promise.all([
    recordOf(dependencies, placement),
    dependencies.facts(),
    dependencies.cache.ready(),
  ]);
  const { objects } = look(dependencies, record, facts);
  return {
    ...{ record, set: setOf(dependencies, placement), kinds: facts.kinds },
    ...{ objects: objects?.sealed ?? [], workload: objects?.workload },
  };
}

/** Those of the template that is wanted first. */
async function* exec(
  dependencies: PassDependencies,
  placement: string,
  request: ExecRequest,
  signal: AbortSignal,
): AsyncGenerator<ExecOutput> {
  const record = await recordOf(dependencies, placement);
  const { objects } = look(dependencies, record, await dependencies.facts());
  yield* execInPod(dependencies, placement, objects?.template, request, signal);
}
