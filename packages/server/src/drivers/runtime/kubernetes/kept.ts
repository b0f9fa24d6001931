import { type KeptObject, PltfError } from '@pltf/contracts';
import type { KubernetesObject } from '@pltf/plan/render';
import type { RolloutRecord } from '../../../modules/runtime/index.ts';
import type { LiveObject } from '../../cluster/cluster-api.ts';
import { claimNamespace, type PlacementSet, prune, prunePlan } from './apply/index.ts';
import type { SealedObject } from './apply/seal.ts';
import { changeRecord } from './rollout/ledger-change.ts';
import { ended } from './rollout/rollout-accept.ts';
import type { KubernetesRuntimeOptions } from './runtime-options.ts';

const claims = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
const ofVolume = 'volume ';

/** Names of the volumes that a workload gives its instances, without the number that each instance adds. */
export function volumesOf(workload: KubernetesObject | undefined): readonly string[] {
  const spec = workload?.['spec'] as { readonly volumeClaimTemplates?: unknown } | undefined;
  if (workload === undefined || !Array.isArray(spec?.volumeClaimTemplates)) return [];
  const templates = spec.volumeClaimTemplates as readonly KubernetesObject[];
  return templates.map(({ metadata }) => `${metadata.name}-${workload.metadata.name}`);
}

/** The record with the volumes of what it brings to the cluster; the very same one when it knows them. */
export function withVolumes(
  record: RolloutRecord,
  workload: KubernetesObject | undefined,
): RolloutRecord {
  const known = record.volumes ?? [];
  const volumes = [...new Set([...known, ...volumesOf(workload)])];
  return volumes.length === known.length ? record : { ...record, volumes };
}

/** Volumes that no release wants any more. While a rollout is under way, what was before may still be gone back to. */
export function keptVolumes(
  { stage, volumes = [] }: RolloutRecord,
  workload: KubernetesObject | undefined,
): readonly string[] {
  if (!ended.has(stage) || workload === undefined) return [];
  const wanted = new Set(volumesOf(workload));
  return volumes.filter((name) => !wanted.has(name));
}

/** As people are told of what waits for them, with the command. */
export const keptNote = (placement: string, what: string): KeptObject => ({
  what,
  because: `it is not wanted any more; it stays until somebody confirms that all in it may go: pltf prune ${placement} --confirm "${what}"`,
});

interface Standing {
  readonly record: RolloutRecord;
  readonly set: PlacementSet;
  readonly objects: readonly SealedObject[];
  readonly workload: KubernetesObject | undefined;
  readonly kinds: ReadonlySet<string>;
}

const unconfirmed = ({ record, set, objects, kinds }: Standing): readonly string[] =>
  ended.has(record.stage) && objects.length > 0
    ? prunePlan(set.cache.of(set.namespace), set.seal.set, objects, kinds).unconfirmed
    : [];

export const keptOf = (standing: Standing): readonly KeptObject[] =>
  [
    ...keptVolumes(standing.record, standing.workload).map((name) => `${ofVolume}${name}`),
    ...unconfirmed(standing),
  ].map((what) => keptNote(standing.record.placement, what));

/** Deletes what a person has named of what is kept; volumes that instances still use go once these have ended. */
export async function pruneKept(
  { ledger, runtime }: KubernetesRuntimeOptions,
  standing: Standing,
  confirmed: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { set, objects, kinds, record } = standing;
  const kept = keptOf(standing).map(({ what }) => what);
  const unknown = confirmed.filter((what) => !kept.includes(what));
  if (unknown.length > 0) throw notKept(record.placement, unknown, kept);
  const claim = await claimNamespace(set, signal);
  if (claim !== 'ours') throw new PltfError('conflict', { detail: `${set.namespace} is going` });
  const names = confirmed.flatMap((what) =>
    what.startsWith(ofVolume) ? [what.slice(ofVolume.length)] : [],
  );
  const gone = names.length === 0 ? [] : await deleteClaims(set, names, signal);
  await changeRecord(ledger, runtime, record.placement, (now) =>
    names.length === 0
      ? now
      : { ...now, volumes: (now.volumes ?? []).filter((name) => !names.includes(name)) },
  );
  const others = confirmed.filter((what) => !what.startsWith(ofVolume));
  if (others.length === 0) return gone;
  const { pruned } = await prune(set, objects, { kinds }, { confirmed: new Set(others), signal });
  return [...gone, ...pruned.filter((name) => others.includes(name))];
}

async function deleteClaims(
  { cluster, namespace }: PlacementSet,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { items } = await cluster.list(claims, { namespace, signal });
  const chosen = items.filter((claim) => isOf(names, claim));
  for (const { metadata } of chosen) {
    const key = { ...claims, namespace, name: metadata.name };
    await cluster.delete(key, { uid: metadata.uid, propagation: 'Background', signal });
  }
  return chosen.map(({ metadata }) => `${ofVolume}${metadata.name}`);
}

/** One that an instance got: its name ends with the number of the instance, and nobody owns it. */
const isOf = (names: readonly string[], { metadata }: LiveObject): boolean =>
  names.includes(metadata.name.replace(/-\d+$/, '')) &&
  (metadata.ownerReferences ?? []).length === 0;

const notKept = (
  placement: string,
  unknown: readonly string[],
  kept: readonly string[],
): PltfError =>
  new PltfError('not-found', {
    detail: `nothing waits to be deleted of ${placement} by the name ${unknown.join(', ')}`,
    fix:
      kept.length === 0
        ? 'Nothing waits: what is wanted is never deleted so.'
        : `There are: ${kept.join(', ')}.`,
  });
