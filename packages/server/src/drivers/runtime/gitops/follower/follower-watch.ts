import { setTimeout as sleep } from 'node:timers/promises';
import { PltfError } from '@pltf/contracts';
import type { ClusterApi, Kind, LiveObject } from '../../../cluster/cluster-api.ts';
import { applicationStatus } from './application-status.ts';
import type { FollowerStatus } from './follower-status.ts';
import { kustomizationStatus } from './kustomization-status.ts';

export interface FollowerWatchOptions {
  /** The cluster where the agent runs. */
  readonly hub: ClusterApi;
  readonly agent: 'argocd' | 'flux';
  readonly namespace: string;
  readonly ring: string;
  /** Milliseconds until a watch that broke is tried again; doubles up to a minute. */
  readonly retryMs?: number | undefined;
}

/** The followers of a ring as they are now, kept true by one watch: nothing is asked for again and again. */
export interface FollowerWatch extends AsyncDisposable {
  /** Resolves when all were listed once. */
  ready(signal?: AbortSignal): Promise<void>;
  /** By the follower's name: one, or one a cluster where a set makes them; empty when there is none. */
  of(follower: string): readonly FollowerStatus[];
  /** The clusters for which a set has made followers, in order. */
  clusters(): readonly string[];
  /** Since when the cluster has not answered, and what it said; undefined while it does. */
  lost(): { readonly since: Date; readonly why: string } | undefined;
  /** Told of the name of each follower that changed; undefined: any may have. Answers how to stop. */
  onChange(listener: (follower: string | undefined) => void): () => void;
}

const kinds: Readonly<Record<'argocd' | 'flux', Kind>> = {
  argocd: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' },
  flux: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
};

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

export function watchFollowers(options: FollowerWatchOptions): FollowerWatch {
  const state = new WatchedFollowers(options);
  const ending = new AbortController();
  const running = state.run(ending.signal);
  return {
    ready: (signal) => state.ready(signal),
    of: (follower) => [...(state.byFollower.get(follower)?.values() ?? [])],
    clusters: () => clustersOf(state.byFollower),
    lost: () => state.lost,
    onChange: (listener) => {
      state.listeners.add(listener);
      return () => state.listeners.delete(listener);
    },
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await running;
    },
  };
}

class WatchedFollowers {
  /** By follower, then by the object's own name. */
  readonly byFollower = new Map<string, Map<string, FollowerStatus>>();
  readonly listeners = new Set<(follower: string | undefined) => void>();
  readonly #options: FollowerWatchOptions;
  readonly #listed = settledLater<void>();
  lost: { readonly since: Date; readonly why: string } | undefined;

  constructor(options: FollowerWatchOptions) {
    this.#options = options;
    this.#listed.promise.catch(() => undefined);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    if (signal === undefined) return this.#listed.promise;
    signal.throwIfAborted();
    const aborted = settledLater<never>();
    const abort = (): void => aborted.reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#listed.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Until it is stopped: lists, then watches from there; lists again when the watch cannot go on. */
  async run(signal: AbortSignal): Promise<void> {
    let wait = this.#options.retryMs ?? firstRetryMs;
    while (!signal.aborted) {
      try {
        await this.#once(signal, () => {
          wait = this.#options.retryMs ?? firstRetryMs;
        });
      } catch (error) {
        if (signal.aborted) break;
        this.#loses(error);
        await sleep(wait, undefined, { signal }).catch(() => undefined);
        wait = Math.min(2 * wait, longestRetryMs);
      }
    }
    this.#listed.reject(new Error('the watch was stopped'));
  }

  async #once(signal: AbortSignal, answered: () => void): Promise<void> {
    const { hub, agent, namespace, ring } = this.#options;
    const kind = kinds[agent];
    const selected = { namespace, labels: `pltf.dev/ring=${ring}` };
    const { items, resourceVersion } = await hub.list(kind, { ...selected, signal });
    this.#replace(items);
    answered();
    let version = resourceVersion;
    for (;;) {
      const events = hub.watch(kind, { ...selected, resourceVersion: version, signal });
      for await (const event of events) {
        if (event.type === 'BOOKMARK') version = event.resourceVersion;
        else {
          version = event.object.metadata.resourceVersion;
          this.#take(event.object, event.type === 'DELETED');
        }
      }
      signal.throwIfAborted();
    }
  }

  #replace(items: readonly LiveObject[]): void {
    this.byFollower.clear();
    for (const item of items) this.#put(item);
    this.lost = undefined;
    this.#listed.resolve();
    this.#tell(undefined);
  }

  #take(object: LiveObject, gone: boolean): void {
    if (gone) this.byFollower.get(followerOf(object))?.delete(object.metadata.name);
    else this.#put(object);
    this.#tell(followerOf(object));
  }

  #put(object: LiveObject): void {
    const follower = followerOf(object);
    const known = this.byFollower.get(follower) ?? new Map<string, FollowerStatus>();
    this.byFollower.set(follower, known);
    const status =
      this.#options.agent === 'argocd' ? applicationStatus(object) : kustomizationStatus(object);
    known.set(object.metadata.name, status);
  }

  #loses(error: unknown): void {
    if (error instanceof PltfError && error.code === 'watch-expired') return;
    const why = error instanceof PltfError ? error.detail : String(error);
    const first = this.lost === undefined;
    this.lost = { since: this.lost?.since ?? new Date(), why };
    if (first) this.#tell(undefined);
  }

  #tell(follower: string | undefined): void {
    for (const listener of this.listeners) listener(follower);
  }
}

interface SettledLater<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

function settledLater<T>(): SettledLater<T> {
  let settle: Omit<SettledLater<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return {
    promise,
    resolve: (value) => settle?.resolve(value),
    reject: (reason) => settle?.reject(reason),
  };
}

/** One that a set made has the set's name, and its cluster's behind it. */
function clustersOf(
  byFollower: ReadonlyMap<string, ReadonlyMap<string, FollowerStatus>>,
): readonly string[] {
  const found = new Set<string>();
  for (const [follower, those] of byFollower)
    for (const name of those.keys())
      if (name.startsWith(`${follower}-`)) found.add(name.slice(follower.length + 1));
  return [...found].toSorted();
}

/** One that a set made says whose it is. */
const followerOf = ({ metadata }: LiveObject): string =>
  metadata.labels?.['pltf.dev/follower'] ?? metadata.name;
