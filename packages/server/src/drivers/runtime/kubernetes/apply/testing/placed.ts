import { namespaceOf } from '@pltf/plan/render';
import {
  type MemoryCluster,
  type MemoryClusterOptions,
  memoryCluster,
} from '../../../../cluster/testing/memory-cluster.ts';
import type { ApplyOutcome } from '../apply-outcome.ts';
import { together } from '../apply-outcome.ts';
import { applySet } from '../apply-set-pass.ts';
import { type PlacementSet, placementSet } from '../placement-set.ts';
import { type SealedObject, seal } from '../seal.ts';
import { type RenderChange, rendered } from './rendered.ts';
import { storeCache } from './store-cache.ts';

const platform = '0a1b2c3d';

export interface Placed {
  readonly cluster: MemoryCluster;
  readonly set: PlacementSet;
  /** Sealed for its set, the same ones each time. */
  objects(change?: RenderChange): readonly SealedObject[];
  /** Both parts, one after the other. */
  pass(objects?: readonly SealedObject[]): Promise<ApplyOutcome>;
}

export interface PlacedOptions {
  readonly cluster?: MemoryCluster;
  /** Another installation. */
  readonly as?: string;
  /** Another runtime. */
  readonly runtime?: string;
}

/** The placement `users-api.prod` of this installation on a cluster in memory; nothing is applied yet. */
export function placed(options: MemoryClusterOptions & PlacedOptions = {}): Placed {
  const cluster = options.cluster ?? memoryCluster(options);
  const as = options.as ?? platform;
  const owner = { cluster, cache: storeCache(cluster, as), platform: as };
  const runtime = options.runtime ?? 'east';
  const set = placementSet({ ...owner, runtime }, namespaceOf('users-api', 'prod'));
  const made = new Map<string, readonly SealedObject[]>();
  const objects = (change: RenderChange = {}): readonly SealedObject[] => {
    const key = JSON.stringify(change);
    const known = made.get(key) ?? seal(rendered('users-api', change), set.seal);
    made.set(key, known);
    return known;
  };
  const pass = async (wanted = objects()): Promise<ApplyOutcome> =>
    together(await applySet(set, wanted, 'surroundings'), await applySet(set, wanted, 'workload'));
  return { cluster, set, objects, pass };
}
