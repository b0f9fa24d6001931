import type { Readable } from 'node:stream';
import { type ContainerEnd, endOf, removedByOthers } from './container-end.ts';
import { EngineEvent, InspectedContainer } from './engine-answers.ts';
import { type EngineClient, refusedWith } from './engine-client.ts';
import { filtersOf, labels } from './labels.ts';

/** Knows when containers end, over breaks of the connection and restarts of the engine. */
export interface ContainerWatch {
  /** Resolves when a container that was started does not run any more. Never rejects. */
  ended(id: string): Promise<ContainerEnd>;
  close(): void;
}

export interface ContainerWatchOptions {
  readonly client: EngineClient;
  readonly agent: string;
  readonly onLost: (error: unknown) => void;
  readonly onFound: () => void;
}

const firstPauseMs = 100;
const longestPauseMs = 2000;
/** A look at all, beside the events, costs one request for each container. */
const lookEveryMs = 30_000;

/**
 * One stream of events for all containers, and a look at each one whenever the stream begins: what
 * happened while it was broken is seen then.
 */
export function createContainerWatch(options: ContainerWatchOptions): ContainerWatch {
  const { client } = options;
  const watched = new Map<string, Set<(end: ContainerEnd) => void>>();
  const closing = new AbortController();
  let running = false;

  const look = async (id: string): Promise<void> => {
    const end = await endNow(client, id);
    if (end === undefined) return;
    const waiting = watched.get(id);
    watched.delete(id);
    for (const resolve of waiting ?? []) resolve(end);
  };
  const lookAll = async () => {
    for (const id of [...watched.keys()]) await look(id);
  };

  const follow = async () => {
    const filters = filtersOf({
      type: ['container'],
      event: ['die', 'destroy'],
      label: [`${labels.agent}=${options.agent}`],
    });
    const { signal } = closing;
    const stream = await client.stream({
      method: 'GET',
      path: '/events',
      query: { filters },
      signal,
    });
    const again = setInterval(() => void lookAll().catch(() => stream.destroy()), lookEveryMs);
    try {
      await lookAll();
      options.onFound();
      for await (const id of changedContainers(stream)) {
        if (watched.has(id)) await look(id);
        if (watched.size === 0) return;
      }
    } finally {
      clearInterval(again);
      stream.destroy();
    }
  };

  const run = async () => {
    let pauseMs = firstPauseMs;
    while (watched.size > 0 && !closing.signal.aborted) {
      const begin = performance.now();
      try {
        await follow();
      } catch (error) {
        if (closing.signal.aborted) return;
        options.onLost(error);
      }
      if (performance.now() - begin > longestPauseMs) pauseMs = firstPauseMs;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  };

  const begin = () => {
    if (running) return;
    running = true;
    void run().finally(() => {
      running = false;
      // One came while the last round was ending.
      if (watched.size > 0 && !closing.signal.aborted) begin();
    });
  };

  return {
    ended: (id) =>
      new Promise((resolve) => {
        const waiting = watched.get(id) ?? new Set();
        watched.set(id, waiting.add(resolve));
        begin();
        // It may have ended before the stream knew of it.
        void look(id).catch(() => undefined);
      }),
    close: () => closing.abort(),
  };
}

/** How a container ended; undefined while it runs. Throws when the engine does not answer. */
export async function endNow(client: EngineClient, id: string): Promise<ContainerEnd | undefined> {
  try {
    const path = `/containers/${id}/json`;
    const container = await client.json({ method: 'GET', path }, InspectedContainer);
    const over = container.State.Status === 'exited' || container.State.Status === 'dead';
    return over ? endOf(container) : undefined;
  } catch (error) {
    if (refusedWith(error) === 404) return removedByOthers;
    throw error;
  }
}

async function* changedContainers(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      if (part.trim() === '') continue;
      const event = EngineEvent.safeParse(JSON.parse(part));
      if (event.success) yield event.data.Actor.ID;
    }
  }
}
