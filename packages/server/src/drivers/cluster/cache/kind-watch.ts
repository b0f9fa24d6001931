import { PltfError } from '@pltf/contracts';
import type { ClusterApi, Kind, LiveObject } from '../cluster-api.ts';
import { pause, waitMs } from '../reconnect.ts';

/** Who takes in what is listed and watched of a kind. */
export interface KindSink {
  /** It is listed anew: pages follow. */
  begin(): void;
  /** Some of those that are there. */
  page(items: readonly LiveObject[]): void;
  /** All pages were handed over; what was not among them and is not newer is not there. */
  listed(resourceVersion: string): void;
  changed(object: LiveObject): void;
  gone(object: LiveObject): void;
  /** The cluster answers for this kind. */
  reached(): void;
  failed(error: unknown): void;
}

export interface KindWatchOptions {
  readonly api: ClusterApi;
  readonly kind: Kind;
  readonly labels: string;
  readonly sink: KindSink;
  readonly longestWaitMs: number;
  readonly signal: AbortSignal;
}

/** Keeps a kind known until the signal: lists it, watches from there, lists again when too much was missed. */
export async function keepKind(options: KindWatchOptions): Promise<void> {
  const { sink, signal } = options;
  const tries = new Tries();
  const known: Known = { version: undefined };
  while (!signal.aborted) {
    try {
      known.version ??= await listOnce(options);
      await watchOnce(options, known, tries);
    } catch (error) {
      if (isExpired(error)) {
        known.version = undefined;
        if (tries.isFirstExpiration()) continue;
      } else if (!signal.aborted) {
        sink.failed(error);
      }
    }
    if (!signal.aborted) await pause(waitMs(tries.next(), options.longestWaitMs), signal);
  }
}

/** The version up to which everything is known; it outlives a connection that breaks. */
interface Known {
  version: string | undefined;
}

/** Counts what did not last: a watch that told something starts the count again. */
class Tries {
  #expirations = 0;
  #count = -1;

  next(): number {
    this.#count += 1;
    return this.#count;
  }

  /** A server that never lets a watch go on would be listed without an end: from the second on it is waited. */
  isFirstExpiration(): boolean {
    this.#expirations += 1;
    return this.#expirations === 1;
  }

  reset(): void {
    this.#count = -1;
    this.#expirations = 0;
  }
}

async function listOnce({ api, kind, labels, sink, signal }: KindWatchOptions): Promise<string> {
  sink.begin();
  const { resourceVersion } = await api.list(kind, {
    labels,
    signal,
    page: (items) => sink.page(items),
  });
  sink.reached();
  sink.listed(resourceVersion);
  return resourceVersion;
}

/** Until the server ends it. */
async function watchOnce(options: KindWatchOptions, known: Known, tries: Tries): Promise<void> {
  const { api, kind, labels, sink, signal } = options;
  const from = known.version ?? '';
  for await (const event of api.watch(kind, { labels, resourceVersion: from, signal })) {
    sink.reached();
    if (event.type === 'BOOKMARK') {
      known.version = event.resourceVersion;
      if (known.version !== from) tries.reset();
      continue;
    }
    tries.reset();
    known.version = event.object.metadata.resourceVersion;
    if (event.type === 'DELETED') sink.gone(event.object);
    else sink.changed(event.object);
  }
}

const isExpired = (error: unknown): boolean =>
  error instanceof PltfError && error.code === 'watch-expired';
