import type { PltfError } from '@pltf/contracts';
import type { JsonValue } from '@pltf/plan/render';
import type { ObjectKey } from './cluster-api.ts';

/** What the cache keeps of an object of ours: enough to know that nothing has to be done. */
export interface SeenObject extends ObjectKey {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number | undefined;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  /** Digest of what we applied last (the annotation `pltf.dev/applied`). */
  readonly applied: string | undefined;
  /** The set of objects that it belongs to (the label `applyset.kubernetes.io/part-of`). */
  readonly partOf: string | undefined;
  /** Our own entry of its managed fields; one object in memory for all that are equal. */
  readonly owned: JsonValue | undefined;
  /** What people's tools own of it; one object in memory for all that are equal, and undefined for nearly all. */
  readonly hands: JsonValue | undefined;
}

/** A Deployment, StatefulSet, CronJob or Job, with what it says of itself. */
export interface SeenWorkload extends SeenObject {
  readonly annotations: Readonly<Record<string, string>>;
  readonly replicas: number | undefined;
  /** Images of the pod template's containers, by name. */
  readonly images: Readonly<Record<string, string>>;
  readonly paused: boolean;
  readonly status: {
    readonly observedGeneration: number | undefined;
    readonly replicas: number;
    readonly updated: number;
    readonly ready: number;
    readonly available: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly active: number;
    readonly lastSchedule: string | undefined;
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string | undefined;
      readonly message: string | undefined;
    }[];
  };
}

export interface SeenContainer {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** `waiting:ImagePullBackOff`, `running`, `terminated:OOMKilled`, … */
  readonly state: string;
  readonly message: string | undefined;
  readonly startedAt: string | undefined;
  /** How it ended last, if it did. */
  readonly lastEnd:
    | {
        readonly reason: string;
        readonly exitCode: number;
        readonly signal: number | undefined;
        readonly at: string | undefined;
      }
    | undefined;
}

export interface SeenPod extends ObjectKey {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly deleting: boolean;
  readonly phase: string;
  /** Why it ended as a whole, if it did: `Evicted`, `DeadlineExceeded`. */
  readonly reason?: string | undefined;
  readonly ready: boolean;
  /** Since when it is ready, or is not. */
  readonly readyAt?: string | undefined;
  readonly node: string | undefined;
  readonly ip: string | undefined;
  /** Name of the ReplicaSet, StatefulSet or Job that it belongs to. */
  readonly owner: { readonly kind: string; readonly name: string } | undefined;
  readonly scheduled: { readonly ok: boolean; readonly message: string | undefined };
  readonly containers: readonly SeenContainer[];
}

/** All that the cluster has of one placement: a namespace holds one placement and nothing else. */
export interface SeenNamespace {
  readonly name: string;
  readonly objects: readonly SeenObject[];
  readonly workloads: readonly SeenWorkload[];
  readonly pods: readonly SeenPod[];
}

/** One cache for each cluster, kept true by watches. */
export interface ClusterCache extends AsyncDisposable {
  /**
   * Resolves when everything was listed once. Rejects with the signal, and with the error of a kind that cannot be
   * listed at the moment: it is tried again by itself, and `ready` may be asked again.
   */
  ready(signal?: AbortSignal): Promise<void>;
  /** What is known of a namespace; empty lists for one that is not there. */
  of(namespace: string): SeenNamespace;
  /** Names of all namespaces in which something of ours is. */
  namespaces(): readonly string[];
  /** Takes in at once what an apply answered, so that the next pass does not see the past. */
  note(object: object): void;
  /** Told of each namespace in which something changed, soon and never twice in a burst. Answers how to stop. */
  onChange(listener: (namespace: string) => void): () => void;
  /** Since when the cluster has not answered; undefined while it does. */
  lostSince(): Date | undefined;
  /** Why, as it was told last; undefined while it answers. */
  lostBecause(): PltfError | undefined;
}
