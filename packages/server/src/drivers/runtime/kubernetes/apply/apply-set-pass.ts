import { PltfError } from '@pltf/contracts';
import type { ObjectKey } from '../../../cluster/cluster-api.ts';
import { applyObject } from './apply-object.ts';
import { type ApplyOutcome, nothingDone, together } from './apply-outcome.ts';
import { releaseAutoscaler } from './autoscaler-handover.ts';
import { difference, type ObjectDifference } from './difference.ts';
import { inParallel } from './in-parallel.ts';
import { inventoryIsCurrent, inventoryObject, writeInventory } from './inventory.ts';
import { claimNamespace } from './namespace-claim.ts';
import { keyOf, nameOf, type PlacementSet } from './placement-set.ts';
import type { SealedObject } from './seal.ts';

/** `surroundings`: all but the workload and what follows it, so that a release task can run in between. */
export type Part = 'surroundings' | 'workload';

/** Requests of one placement at a time; how many there are of all is the cluster's rate limit's business. */
const atOnce = 6;

const workloadKinds: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'CronJob']);
const followingKinds: ReadonlySet<string> = new Set([
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
]);

/**
 * Brings one part of a set into the cluster: what differs by the cache is applied, and nothing is asked or written when
 * nothing does. Idempotent, and safe to be killed anywhere. A field that somebody else owns is reported and never
 * forced; what belongs to somebody else is refused (`cluster-foreign`). Throws what concerns the whole cluster
 * (`cluster-unreachable`, `cluster-busy` …).
 */
export async function applySet(
  set: PlacementSet,
  objects: readonly SealedObject[],
  part: Part,
  signal?: AbortSignal,
): Promise<ApplyOutcome> {
  if (objects.length === 0) return nothingDone;
  try {
    const claim = await claimNamespace(set, signal);
    if (claim === 'deleting') return waitingFor(`the namespace ${set.namespace} is being deleted`);
    if (part === 'surroundings') return await applySurroundings(set, objects, signal);
    if (claim === 'ours') return await applyWorkload(set, objects, signal);
    return waitingFor(`the namespace ${set.namespace} is not there yet`);
  } catch (error) {
    if (!(error instanceof PltfError) || error.code !== 'cluster-foreign') throw error;
    const key = { apiVersion: 'v1', kind: 'Namespace', name: set.namespace };
    return { ...nothingDone, refused: [{ key, error }] };
  }
}

async function applySurroundings(
  set: PlacementSet,
  objects: readonly SealedObject[],
  signal: AbortSignal | undefined,
): Promise<ApplyOutcome> {
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
  const first = await applyObjects(set, namespaces, signal);
  if (first.waiting.length + first.conflicts.length + first.refused.length > 0) return first;
  const inventory = inventoryObject(set, objects);
  if (!inventoryIsCurrent(set, inventory)) await writeInventory(set, inventory, signal);
  const surroundings = objects.filter(({ kind }) => partOfKind(kind) === 'surroundings');
  return together(first, await applyObjects(set, surroundings, signal));
}

function partOfKind(kind: string): Part | 'namespace' {
  if (kind === 'Namespace') return 'namespace';
  return workloadKinds.has(kind) || followingKinds.has(kind) ? 'workload' : 'surroundings';
}

const waitingFor = (what: string): ApplyOutcome => ({ ...nothingDone, waiting: [what] });

/** The workload, and then what scales and protects it: an autoscaler without a target complains. */
async function applyWorkload(
  set: PlacementSet,
  objects: readonly SealedObject[],
  signal: AbortSignal | undefined,
): Promise<ApplyOutcome> {
  await releaseAutoscaler(set, objects, signal);
  const of = (kinds: ReadonlySet<string>) => objects.filter(({ kind }) => kinds.has(kind));
  const workload = await applyObjects(set, of(workloadKinds), signal);
  return together(workload, await applyObjects(set, of(followingKinds), signal));
}

async function applyObjects(
  set: PlacementSet,
  objects: readonly SealedObject[],
  signal: AbortSignal | undefined,
): Promise<ApplyOutcome> {
  const differences = difference(objects, set.cache.of(set.namespace), set.seal.set);
  const foreign = differences.find(({ state }) => state === 'foreign');
  if (foreign !== undefined) throw anotherSet(set, foreign);
  const outcomes = new Map<SealedObject, ApplyOutcome>();
  const todo = differences.filter(({ state }) => state === 'missing' || state === 'changed');
  await inParallel(todo, atOnce, async (one) => {
    outcomes.set(one.object, await applyObject(set, one, signal));
  });
  return differences
    .map((one) => outcomes.get(one.object) ?? untouchedOutcome(one))
    .filter((outcome) => outcome !== nothingDone)
    .reduce(together, nothingDone);
}

function untouchedOutcome({ object, seen, state }: ObjectDifference): ApplyOutcome {
  if (state === 'touched') return { ...nothingDone, touched: [object] };
  if (state !== 'deleting') return nothingDone;
  const held =
    seen === undefined || seen.finalizers.length === 0
      ? ''
      : `, held by ${seen.finalizers.join(', ')}`;
  return { ...nothingDone, waiting: [`${nameOf(keyOf(object))} is being deleted${held}`] };
}

function anotherSet(set: PlacementSet, { object, seen }: ObjectDifference): PltfError {
  const key: ObjectKey = keyOf(object);
  return new PltfError('cluster-foreign', {
    detail: `${nameOf(key)} in ${set.namespace} is a member of another set of objects (${seen?.partOf ?? ''})`,
    fix: 'Have its tool let go of it, or delete it, if nobody needs it.',
  });
}
