import type { ExecOutput } from '@pltf/contracts';
import type { JsonValue, KubernetesObject } from '@pltf/plan/render';

/** A kind as an API server knows it. */
export interface Kind {
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
}

/** Names one object; `namespace` is absent for what belongs to the whole cluster. */
export interface ObjectKey extends Kind {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Who owns which fields of an object, as the API server keeps it. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  /** Fields as a tree: `{"f:spec": {"f:replicas": {}}}`. */
  readonly fieldsV1?: JsonValue;
  readonly subresource?: string;
}

export interface LiveMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  }[];
  readonly managedFields?: readonly ManagedFields[];
}

/** An object as the API server has it. */
export interface LiveObject extends Kind {
  readonly metadata: LiveMetadata;
  readonly [field: string]: unknown;
}

/** A field that somebody else owns and an apply would have changed. */
export interface FieldConflict {
  /** As the API server writes it: `.spec.replicas`, `.spec.template.spec.containers[name="web"].image`. */
  readonly field: string;
  readonly manager: string;
}

export interface ApplyOptions {
  /** What would come of it, admission included; nothing is written. */
  readonly dryRun?: boolean;
  /** Takes the fields that others own. Only when a person has decided so. */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export type ApplyResult =
  | { readonly ok: true; readonly object: LiveObject }
  | { readonly ok: false; readonly conflicts: readonly FieldConflict[] };

export interface DeleteOptions {
  /** Only the object with this uid: one that was made anew since is left alone. */
  readonly uid?: string | undefined;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
  readonly graceSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labels?: string | undefined;
  readonly fields?: string | undefined;
  /**
   * Takes the items page by page; the answer has none then, and all pages are never in memory at once. A list that
   * the server cannot go on with throws `watch-expired`: begin again.
   */
  readonly page?: ((items: readonly LiveObject[]) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: LiveObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** What a cluster serves, as it said at the last look. */
export interface Served {
  /** The minor version of Kubernetes 1, like 33. */
  readonly minor: number;
  /** As `apiVersion/Kind`: `policy/v1/PodDisruptionBudget`. */
  readonly kinds: ReadonlySet<string>;
}

export interface PodLogOptions {
  readonly container?: string | undefined;
  readonly tail?: number | undefined;
  readonly follow?: boolean | undefined;
  readonly since?: Date | undefined;
  /** Of the container before its last restart. */
  readonly previous?: boolean | undefined;
  readonly signal: AbortSignal;
}

export interface PodLogLine {
  readonly at: string;
  readonly text: string;
}

export interface ExecOptions {
  readonly container?: string | undefined;
  readonly command: readonly string[];
  /** What it reads, and then its end; absent: it has no input. */
  readonly stdin?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * One cluster, with one field manager of ours. Everything that goes wrong is a `PltfError` in the user's terms:
 * `cluster-unreachable`, `cluster-credentials`, `cluster-forbidden`, `cluster-refused` (admission, quota, validation)
 * and `cluster-busy` (ask again later).
 */
export interface ClusterApi {
  /** The runtime's name in the platform file. */
  readonly name: string;
  /** Kept for some minutes; `fresh` asks again. */
  served(options?: {
    readonly fresh?: boolean;
    readonly signal?: AbortSignal | undefined;
  }): Promise<Served>;
  get(key: ObjectKey, signal?: AbortSignal): Promise<LiveObject | undefined>;
  /** All of a kind, in pages; with the version from which a watch goes on. */
  list(
    kind: Kind,
    options?: ListOptions,
  ): Promise<{ readonly items: readonly LiveObject[]; readonly resourceVersion: string }>;
  /** Server-side apply by the field manager `pltf`. */
  apply(object: KubernetesObject, options?: ApplyOptions): Promise<ApplyResult>;
  /**
   * A JSON merge patch, for what is no field of ours (a subresource, an annotation of a moment); a list is a JSON patch
   * (RFC 6902).
   */
  patch(
    key: ObjectKey,
    patch: JsonValue,
    options?: { readonly subresource?: string; readonly signal?: AbortSignal | undefined },
  ): Promise<LiveObject>;
  /** `gone`: it is not there (any more); `going`: accepted, finalizers or a grace period are waited for. */
  delete(key: ObjectKey, options?: DeleteOptions): Promise<'gone' | 'going'>;
  /**
   * Begins with a BOOKMARK as soon as the server has accepted it. Ends when the server or the signal ends it; throws
   * `watch-expired` when the version is too old to go on from.
   */
  watch(
    kind: Kind,
    options: ListOptions & { readonly resourceVersion: string; readonly signal: AbortSignal },
  ): AsyncIterable<WatchEvent>;
  podLog(namespace: string, pod: string, options: PodLogOptions): AsyncIterable<PodLogLine>;
  exec(namespace: string, pod: string, options: ExecOptions): AsyncIterable<ExecOutput>;
  [Symbol.asyncDispose](): Promise<void>;
}
