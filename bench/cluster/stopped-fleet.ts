import { randomBytes } from 'node:crypto';
import type { ClusterFacts, KubernetesObject, RenderInput } from '@pltf/plan/render';
import { renderPlacement } from '@pltf/plan/render';
import type { Served } from '../../packages/server/src/drivers/cluster/cluster-api.ts';
import {
  applySet,
  type PlacementSet,
  placementSet,
  type SealedObject,
  seal,
} from '../../packages/server/src/drivers/runtime/kubernetes/apply/index.ts';
import { inventoryObject } from '../../packages/server/src/drivers/runtime/kubernetes/apply/inventory.ts';
import { servicesOn } from '../render/service-inputs.ts';
import type { BenchCluster } from './bench-cluster.ts';

/** Placements that are stopped: all of their objects and no pod, so that what is measured is the API server's work. */
export interface StoppedFleet {
  /** Unique, so that nobody else's placements are met. */
  readonly environment: string;
  readonly inputs: readonly RenderInput[];
}

export function stoppedFleet(served: Served, count: number): StoppedFleet {
  const environment = `bench-${randomBytes(3).toString('hex')}`;
  const cluster: ClusterFacts = { minor: served.minor, kinds: served.kinds };
  const inputs = servicesOn(cluster, count, environment).map((input) => ({
    ...input,
    stopped: true,
  }));
  return { environment, inputs };
}

/** One more line in the settings of a placement. */
export function withSetting(input: RenderInput, name: string, value: string): RenderInput {
  const { placement } = input;
  const run = { ...placement.spec.run, env: { ...placement.spec.run.env, [name]: value } };
  return { ...input, placement: { ...placement, spec: { ...placement.spec, run } } };
}

/** What one placement is applied as, and the set that it is a part of. */
export function sealedFor(
  { api, cache, platform }: BenchCluster,
  input: RenderInput,
): { readonly set: PlacementSet; readonly objects: readonly SealedObject[] } {
  const objects = renderPlacement(input);
  const namespace = objects[0]?.metadata.name ?? '';
  const set = placementSet({ cluster: api, cache, platform, runtime: 'bench' }, namespace);
  return { set, objects: seal(objects, set.seal) };
}

/** All that is written for one placement, the inventory included: for whoever applies it by other means. */
export function everythingOf(cluster: BenchCluster, input: RenderInput): KubernetesObject[] {
  const { set, objects } = sealedFor(cluster, input);
  const [namespace, ...others] = objects;
  return [...(namespace ? [namespace] : []), inventoryObject(set, objects), ...others];
}

/** One pass over one placement: rendered, compared, and what differs applied. Fails when anything is left. */
export async function pass(
  cluster: BenchCluster,
  input: RenderInput,
  signal: AbortSignal,
): Promise<void> {
  const { set, objects } = sealedFor(cluster, input);
  for (const part of ['surroundings', 'workload'] as const) {
    const { waiting, conflicts, refused } = await applySet(set, objects, part, signal);
    if (waiting.length + conflicts.length + refused.length > 0)
      throw new Error(
        `${set.namespace} is not as wanted: ${JSON.stringify({ waiting, conflicts, refused })}`,
      );
  }
}

/** As many placements at once as the server's reconciler works on. */
const atOnce = 8;

export async function passOverAll(
  cluster: BenchCluster,
  inputs: readonly RenderInput[],
  signal: AbortSignal,
): Promise<void> {
  const queue = inputs.values();
  const worker = async (): Promise<void> => {
    for (const input of queue) {
      signal.throwIfAborted();
      await pass(cluster, input, signal);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
