import { PltfError } from '@pltf/contracts';
import type { ClusterApi, LiveObject } from '../cluster-api.ts';
import type { ClusterCache, SeenNamespace } from '../cluster-cache.ts';
import { pause, waitMs } from '../reconnect.ts';
import { ChangeBursts } from './change-bursts.ts';
import { type KindSink, keepKind } from './kind-watch.ts';
import { nameOfKind, type WatchedKind, watchedKinds } from './kinds.ts';
import { Losses } from './losses.ts';
import { isNewer, NamespaceIndex, placeOf, type Seen } from './namespace-index.ts';
import { seenObject } from './seen.ts';
import { seenPod } from './seen-pod.ts';
import { SharedValues } from './shared-values.ts';

export interface ClusterCacheOptions {
  readonly api: ClusterApi;
  /** Eight hexadecimal digits: the id of this installation. */
  readonly platform: string;
  /** Told of everything that went wrong and is tried again. */
  readonly onTrouble?: (trouble: {
    readonly kind: string | undefined;
    readonly error: unknown;
  }) => void;
  /** Placements that others apply: only what runs of them. */
  readonly followed?: boolean;
  /** Changes are gathered for so long; 30 when absent. */
  readonly burstMs?: number;
  /** The longest wait between two tries; half a minute when absent. */
  readonly longestWaitMs?: number;
  /** How often it is asked whether the cluster serves other kinds; 10 minutes when absent. */
  readonly discoverMs?: number;
}

/** Starts to watch everything of ours in a cluster. */
export const openClusterCache = (options: ClusterCacheOptions): ClusterCache =>
  new WatchedCache(options);

interface Watched {
  readonly end: AbortController;
  readonly done: Promise<void>;
  listed: boolean;
  error: unknown;
}

class WatchedCache implements ClusterCache {
  readonly #options: Required<ClusterCacheOptions>;
  readonly #index = new NamespaceIndex();
  readonly #shared = new SharedValues();
  readonly #bursts: ChangeBursts;
  readonly #end = new AbortController();
  readonly #kinds = new Map<string, Watched>();
  readonly #waiting = new Set<() => void>();
  readonly #discovery: Promise<void>;
  #discovered = false;
  #discoveryError: unknown;
  readonly #losses = new Losses();

  constructor(options: ClusterCacheOptions) {
    this.#options = {
      onTrouble: () => undefined,
      followed: false,
      burstMs: 30,
      longestWaitMs: 30_000,
      discoverMs: 600_000,
      ...options,
    };
    this.#bursts = new ChangeBursts(this.#options.burstMs);
    this.#discovery = this.#discover();
  }

  ready(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        this.#waiting.delete(look);
        signal?.removeEventListener('abort', look);
        end();
      };
      const look = (): void => {
        if (signal?.aborted === true) settle(() => reject(asError(signal.reason)));
        else if (this.#end.signal.aborted) settle(() => reject(closed()));
        else if (this.#isReady()) settle(resolve);
        else if (this.#trouble() !== undefined) settle(() => reject(asError(this.#trouble())));
      };
      this.#waiting.add(look);
      signal?.addEventListener('abort', look, { once: true });
      look();
    });
  }

  of(namespace: string): SeenNamespace {
    return this.#index.of(namespace);
  }

  namespaces(): readonly string[] {
    return this.#index.names();
  }

  note(object: object): void {
    const live = object as LiveObject;
    if (this.#kinds.has(nameOfKind(live))) this.#index.put(this.#seen(live));
  }

  onChange(listener: (namespace: string) => void): () => void {
    return this.#bursts.listen(listener);
  }

  lostSince(): Date | undefined {
    return this.#losses.current()?.since;
  }

  lostBecause(): PltfError | undefined {
    return this.#losses.current()?.because;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#bursts.stop();
    for (const { end } of this.#kinds.values()) end.abort();
    this.#wake();
    await Promise.allSettled([
      this.#discovery,
      ...[...this.#kinds.values()].map(({ done }) => done),
    ]);
  }

  #isReady(): boolean {
    return this.#discovered && [...this.#kinds.values()].every(({ listed }) => listed);
  }

  /** The first error of what has been tried and is not there yet; nothing while something is still under way. */
  #trouble(): unknown {
    if (!this.#discovered) return this.#discoveryError;
    const missing = [...this.#kinds.values()].filter(({ listed }) => !listed);
    return missing.every(({ error }) => error !== undefined) ? missing[0]?.error : undefined;
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }

  async #discover(): Promise<void> {
    const { signal } = this.#end;
    for (let tries = 0; !signal.aborted; ) {
      try {
        const served = await this.#options.api.served({ fresh: this.#discovered, signal });
        this.#discovered = true;
        const { platform, followed } = this.#options;
        this.#follow(watchedKinds(served, platform, followed));
        tries = 0;
      } catch (error) {
        if (!signal.aborted) this.#failed(undefined, error);
        tries += 1;
      }
      this.#wake();
      const { discoverMs, longestWaitMs } = this.#options;
      await pause(tries === 0 ? discoverMs : waitMs(tries, longestWaitMs), signal);
    }
  }

  /** Watches what is new, and forgets what is not served any more. */
  #follow(kinds: readonly WatchedKind[]): void {
    const names = new Set(kinds.map(nameOfKind));
    for (const [name, watched] of this.#kinds) {
      if (names.has(name)) continue;
      watched.end.abort();
      this.#kinds.delete(name);
      this.#losses.forget(name);
      const slash = name.lastIndexOf('/');
      for (const seen of [...this.#index.ofKind(name.slice(0, slash), name.slice(slash + 1))]) {
        this.#drop(seen);
      }
    }
    for (const kind of kinds) if (!this.#kinds.has(nameOfKind(kind))) this.#watch(kind);
  }

  #watch(kind: WatchedKind): void {
    const end = new AbortController();
    const { api, longestWaitMs } = this.#options;
    const state = { listed: false, error: undefined as unknown };
    const watched: Watched = Object.assign(state, {
      end,
      done: keepKind({
        api,
        kind,
        labels: kind.labels,
        longestWaitMs,
        signal: end.signal,
        sink: this.#sink(kind, state),
      }),
    });
    this.#kinds.set(nameOfKind(kind), watched);
  }

  #sink(kind: WatchedKind, state: { listed: boolean; error: unknown }): KindSink {
    let present = new Set<string>();
    const keyOf = (object: {
      readonly namespace?: string | undefined;
      readonly name: string;
    }): string => `${object.namespace ?? ''}/${object.name}`;
    return {
      begin: () => {
        present = new Set();
      },
      page: (items) => {
        for (const item of items) {
          present.add(keyOf(item.metadata));
          this.#put(item);
        }
      },
      listed: (version) => {
        const known = [...this.#index.ofKind(kind.apiVersion, kind.kind)];
        for (const seen of known) {
          const later = isNewer(seen.resourceVersion, version);
          if (!present.has(keyOf(seen)) && !later) this.#drop(seen);
        }
        state.listed = true;
        this.#wake();
      },
      changed: (object) => this.#put(object),
      gone: (object) => this.#drop(this.#seen(object)),
      reached: () => {
        state.error = undefined;
        this.#losses.reached(nameOfKind(kind));
      },
      failed: (error) => {
        state.error = error;
        this.#failed(nameOfKind(kind), error);
        this.#wake();
      },
    };
  }

  #failed(kind: string | undefined, error: unknown): void {
    if (kind === undefined) this.#discoveryError = error;
    const isKnown = kind !== undefined && this.#kinds.get(kind)?.listed === true;
    this.#losses.failed(kind, error, isKnown);
    this.#options.onTrouble({ kind, error });
  }

  #put(object: LiveObject): void {
    const seen = this.#seen(object);
    if (this.#index.put(seen)) this.#bursts.add(placeOf(seen));
  }

  #drop(seen: Seen): void {
    if (this.#index.drop(seen)) this.#bursts.add(placeOf(seen));
  }

  #seen(object: LiveObject): Seen {
    if (object.kind !== 'Pod') return seenObject(object, this.#shared);
    const { resourceVersion } = object.metadata;
    return { ...seenPod(object, this.#shared), resourceVersion };
  }
}

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error('ended', { cause: reason });

const closed = (): PltfError =>
  new PltfError('unavailable', { detail: 'this cluster is not watched any more' });
