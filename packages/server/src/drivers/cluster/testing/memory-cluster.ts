import { type ExecOutput, PltfError } from '@pltf/contracts';
import type { JsonObject, JsonValue, KubernetesObject } from '@pltf/plan/render';
import { servedKinds } from '@pltf/plan/render';
import type {
  ClusterApi,
  ExecOptions,
  LiveMetadata,
  LiveObject,
  ObjectKey,
  PodLogLine,
  Served,
} from '../cluster-api.ts';
import { isSelected } from './api-server-rules.ts';
import { isMap } from './field-set.ts';
import { MemoryPodLogs } from './memory-pod-logs.ts';
import { keyOf, ObjectStore, ownedOf } from './object-store.ts';
import { patched } from './patched.ts';
import { applyFields, bare, updateFields } from './server-side-apply.ts';

/** One request as the double was asked it. */
export interface AskedRequest {
  readonly verb:
    | 'get'
    | 'list'
    | 'watch'
    | 'apply'
    | 'patch'
    | 'delete'
    | 'log'
    | 'exec'
    | 'served';
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export type RequestMatcher =
  | ((request: AskedRequest) => boolean)
  | Partial<Pick<AskedRequest, 'verb' | 'kind' | 'namespace' | 'name' | 'dryRun'>>;

export interface MemoryClusterOptions {
  readonly name?: string;
  readonly served?: Served;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** What a command in a container answers; refused when absent. */
  readonly exec?: (pod: LiveObject, options: ExecOptions) => AsyncIterable<ExecOutput>;
}

/** A cluster in memory that keeps the rules of a real API server, and what a test wants to do to one. */
export interface MemoryCluster extends ClusterApi {
  readonly objects: ObjectStore;
  readonly podLogs: MemoryPodLogs;
  /** What was asked since the last `forgetRequests`. */
  readonly requests: readonly AskedRequest[];
  forgetRequests(): void;
  /** Another manager's Update: a JSON merge patch of what is there, or the whole object when nothing is. */
  edit(key: ObjectKey, manager: string, patch: JsonValue, subresource?: string): LiveObject;
  /** What another program applies on the server's side, and has its way with. */
  applyAs(manager: string, object: KubernetesObject): LiveObject;
  /** Requests that fit are refused with this error, `times` times or until the answered function is called. */
  fail(matcher: RequestMatcher, error: Error, times?: number): () => void;
  /** What the cluster serves from now on; kinds that are gone are refused. */
  serve(served: Served): void;
  /** Every watch ends; with `forget`, none of them can go on from where it was. */
  dropWatches(options?: { readonly forget?: boolean }): void;
  /** Tells all watches the version at which they are. */
  bookmark(): void;
}

export const memoryServed: Served = { minor: 33, kinds: servedKinds() };

export function memoryCluster(options: MemoryClusterOptions = {}): MemoryCluster {
  return new InMemoryCluster(options);
}

interface Refusal {
  readonly matches: (request: AskedRequest) => boolean;
  readonly error: Error;
  left: number;
}

class InMemoryCluster implements MemoryCluster {
  readonly name: string;
  readonly objects: ObjectStore;
  readonly podLogs = new MemoryPodLogs();
  readonly requests: AskedRequest[] = [];
  readonly #exec: MemoryClusterOptions['exec'];
  readonly #refusals = new Set<Refusal>();
  #served: Served;

  constructor(options: MemoryClusterOptions) {
    this.name = options.name ?? 'memory';
    this.objects = new ObjectStore(options.now ?? Date.now);
    this.#served = options.served ?? memoryServed;
    this.#exec = options.exec;
  }

  forgetRequests(): void {
    this.requests.length = 0;
  }

  edit(key: ObjectKey, manager: string, patch: JsonValue, subresource?: string): LiveObject {
    const live = this.objects.get(key);
    const found = live === undefined ? bare(key) : ownedOf(live);
    const object = patched(found.object, patch) as JsonObject;
    // Who owns what may be said by a write, as an API server has it.
    const { managedFields: said } = object['metadata'] as unknown as LiveMetadata;
    const before = said === undefined ? found : { ...found, managedFields: said };
    const next = updateFields(before, object, { manager, subresource, at: this.objects.at() });
    return this.objects.write(this.objects.prepare(next));
  }

  applyAs(manager: string, object: KubernetesObject): LiveObject {
    const applied = this.#applied(manager, object, true);
    if ('conflicts' in applied) throw new Error('forced, and refused');
    return this.objects.write(this.objects.prepare(applied));
  }

  #applied(manager: string, object: KubernetesObject, force: boolean) {
    const key = keyOf(object);
    const live = this.objects.get(key);
    const author = { manager, at: this.objects.at(), force };
    return applyFields(live === undefined ? bare(key) : ownedOf(live), copyOf(object), author);
  }

  fail(matcher: RequestMatcher, error: Error, times = Number.POSITIVE_INFINITY): () => void {
    const matches =
      typeof matcher === 'function'
        ? matcher
        : (request: AskedRequest): boolean =>
            Object.entries(matcher).every(
              ([field, value]) => request[field as keyof AskedRequest] === value,
            );
    const refusal = { matches, error, left: times };
    this.#refusals.add(refusal);
    return () => this.#refusals.delete(refusal);
  }

  serve(served: Served): void {
    this.#served = served;
  }

  dropWatches({ forget = false } = {}): void {
    for (const log of this.objects.logs()) {
      if (forget) log.forget(this.objects.version());
      log.close();
    }
  }

  bookmark(): void {
    for (const log of this.objects.logs()) log.bookmark(this.objects.version());
  }

  async served(): Promise<Served> {
    await this.#ask({ verb: 'served' });
    return this.#served;
  }

  async get(key: ObjectKey, signal?: AbortSignal): Promise<LiveObject | undefined> {
    await this.#ask({ verb: 'get', ...key }, signal);
    return this.objects.get(key);
  }

  async list(
    ...[kind, options = {}]: Parameters<ClusterApi['list']>
  ): ReturnType<ClusterApi['list']> {
    await this.#ask({ verb: 'list', ...kind, namespace: options.namespace }, options.signal);
    const items = this.objects.of(kind).filter((object) => isAmong(object, options));
    const resourceVersion = String(this.objects.version());
    options.page?.(items);
    return { items: options.page === undefined ? items : [], resourceVersion };
  }

  async apply(
    ...[object, options = {}]: Parameters<ClusterApi['apply']>
  ): ReturnType<ClusterApi['apply']> {
    const key = keyOf(object);
    await this.#ask({ verb: 'apply', ...key, dryRun: options.dryRun === true }, options.signal);
    const applied = this.#applied('pltf', object, options.force === true);
    if ('conflicts' in applied) return { ok: false, conflicts: applied.conflicts };
    const next = this.objects.prepare(applied);
    return { ok: true, object: options.dryRun === true ? next : this.objects.write(next) };
  }

  async patch(
    ...[key, patch, options = {}]: Parameters<ClusterApi['patch']>
  ): ReturnType<ClusterApi['patch']> {
    await this.#ask({ verb: 'patch', ...key }, options.signal);
    const live = this.objects.get(key);
    if (live === undefined) throw missing(key);
    const given = isMap(patch) && isMap(patch['metadata']) ? patch['metadata'] : {};
    const version = given['resourceVersion'];
    if (version !== undefined && version !== live.metadata.resourceVersion)
      throw new PltfError('conflict', { detail: `${key.kind} ${key.name} was changed meanwhile` });
    return this.edit(key, 'pltf', patch, options.subresource);
  }

  async delete(
    ...[key, options = {}]: Parameters<ClusterApi['delete']>
  ): ReturnType<ClusterApi['delete']> {
    await this.#ask({ verb: 'delete', ...key }, options.signal);
    const live = this.objects.get(key);
    if (live === undefined || (options.uid !== undefined && live.metadata.uid !== options.uid)) {
      return 'gone';
    }
    return this.objects.remove(
      live,
      options.propagation ?? 'Background',
      options.graceSeconds ?? 0,
    );
  }

  async *watch(
    ...[kind, options]: Parameters<ClusterApi['watch']>
  ): ReturnType<ClusterApi['watch']> {
    await this.#ask({ verb: 'watch', ...kind, namespace: options.namespace }, options.signal);
    yield* this.objects.log(kind).follow({
      from: Number(options.resourceVersion),
      signal: options.signal,
      isSelected: (object) => isAmong(object, options),
    });
  }

  async *podLog(
    ...[namespace, pod, options]: Parameters<ClusterApi['podLog']>
  ): AsyncGenerator<PodLogLine> {
    await this.#ask({ verb: 'log', kind: 'Pod', namespace, name: pod }, options.signal);
    yield* this.podLogs.read(namespace, pod, options);
  }

  async *exec(
    ...[namespace, pod, options]: Parameters<ClusterApi['exec']>
  ): AsyncGenerator<ExecOutput> {
    await this.#ask({ verb: 'exec', kind: 'Pod', namespace, name: pod }, options.signal);
    const live = this.objects.get({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod });
    if (live === undefined || this.#exec === undefined) {
      throw new PltfError('cluster-refused', { detail: `no command can run in pod ${pod}` });
    }
    yield* this.#exec(live, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropWatches();
    await Promise.resolve();
  }

  /** Every request takes a turn of the loop, is written down, and may be refused. */
  async #ask(request: AskedRequest, signal?: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal?.throwIfAborted();
    this.requests.push(request);
    for (const refusal of this.#refusals) {
      if (refusal.left <= 0 || !refusal.matches(request)) continue;
      refusal.left -= 1;
      throw refusal.error;
    }
    const { apiVersion, kind } = request;
    // Every cluster serves these, whatever a test says of the others.
    if (apiVersion === undefined || apiVersion === 'v1' || apiVersion === 'apps/v1') return;
    if (!this.#served.kinds.has(`${apiVersion}/${kind}`)) {
      throw new PltfError('cluster-refused', {
        detail: `the cluster does not serve ${apiVersion} ${kind}`,
      });
    }
  }
}

const copyOf = (object: KubernetesObject): JsonObject =>
  JSON.parse(JSON.stringify(object)) as JsonObject;

const missing = (key: ObjectKey): PltfError =>
  new PltfError('not-found', { detail: `${key.kind} ${key.name} is not in the cluster` });

const isAmong = (
  object: LiveObject,
  options: {
    readonly namespace?: string | undefined;
    readonly labels?: string | undefined;
    readonly fields?: string | undefined;
  },
): boolean =>
  (options.namespace === undefined || object.metadata.namespace === options.namespace) &&
  isSelected(object as unknown as JsonObject, options);
