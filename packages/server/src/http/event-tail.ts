import type { EventView } from '@pltf/contracts';
import { type EventFilter, type EventQueries, matchesEvent } from '../persistence/event-queries.ts';
import type { ServerSession } from '../persistence/session.ts';

export interface EventTailOptions {
  readonly queries: EventQueries;
  readonly session: Pick<ServerSession, 'on' | 'off'>;
  readonly onError: (error: unknown) => void;
}

const batch = 500;
/** What waits in memory for one slow follower, before it reads the table again instead. */
const mostWaiting = 1_000;
const retryMs = 1_000;

/**
 * The newest events for any number of followers: one query per notification, fanned out in memory. Followers that
 * come late, or fall behind, read the table until they have caught up; none holds more than 1,000 events.
 */
export class EventTail implements AsyncDisposable {
  readonly #options: EventTailOptions;
  readonly #followers = new Set<Follower>();
  #last: number | undefined;
  #reading: Promise<void> | undefined;
  #again = false;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  readonly #onNews = (): void => {
    this.#pump();
  };

  constructor(options: EventTailOptions) {
    this.#options = options;
    options.session.on('events', this.#onNews);
    // What was told while there was no session was notified to nobody.
    options.session.on('up', this.#onNews);
  }

  /**
   * Events that match, oldest first, from the one after `after` (or from now on) without a gap or a repetition, until
   * the signal.
   */
  async *follow(
    filter: EventFilter,
    after: number | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<EventView> {
    const { queries } = this.#options;
    const follower = new Follower(filter);
    this.#followers.add(follower);
    const stop = (): void => follower.wake();
    signal.addEventListener('abort', stop);
    try {
      // The tail's place is fixed before the table is read: what comes between is in both, and counted once.
      await this.#place();
      let position = after ?? (await queries.last());
      while (!this.#isOver(signal)) {
        follower.begin();
        for await (const event of catchUp(queries, filter, position)) {
          if (this.#isOver(signal)) return;
          position = event.seq;
          yield event;
        }
        while (!this.#isOver(signal) && !follower.isBehind) {
          const event = follower.take();
          if (event === undefined) await follower.woken();
          else if (event.seq > position) {
            position = event.seq;
            yield event;
          }
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      this.#followers.delete(follower);
      if (this.#followers.size === 0) this.#last = undefined;
    }
  }

  #isOver(signal: AbortSignal): boolean {
    return this.#closed || signal.aborted;
  }

  /** With nobody following, nothing is read; the first follower sets the place to read from. */
  async #place(): Promise<void> {
    if (this.#last !== undefined) return;
    const last = await this.#options.queries.last();
    this.#last ??= last;
  }

  #pump(): void {
    if (this.#closed || this.#followers.size === 0) return;
    if (this.#reading !== undefined) {
      this.#again = true;
      return;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.#pump();
    });
  }

  async #read(): Promise<void> {
    try {
      await this.#place();
      for (;;) {
        const last = this.#last;
        if (last === undefined) return;
        const events = await this.#options.queries.after({ people: true }, last, batch);
        const newest = events.at(-1);
        if (newest === undefined) return;
        this.#last = newest.seq;
        for (const follower of this.#followers) follower.offer(events);
      }
    } catch (error) {
      this.#options.onError(error);
      clearTimeout(this.#retry);
      this.#retry = setTimeout(this.#onNews, retryMs);
      this.#retry.unref();
    }
  }

  /** Ends all followers. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#options.session.off('events', this.#onNews);
    this.#options.session.off('up', this.#onNews);
    for (const follower of this.#followers) follower.wake();
    await this.#reading;
  }
}

async function* catchUp(
  queries: EventQueries,
  filter: EventFilter,
  from: number,
): AsyncGenerator<EventView> {
  let position = from;
  for (;;) {
    const events = await queries.after(filter, position, batch);
    yield* events;
    const last = events.at(-1);
    if (last === undefined || events.length < batch) return;
    position = last.seq;
  }
}

class Follower {
  readonly #filter: EventFilter;
  #waiting: EventView[] = [];
  #behind = false;
  #wake: (() => void) | undefined;

  constructor(filter: EventFilter) {
    this.#filter = filter;
  }

  get isBehind(): boolean {
    return this.#behind;
  }

  begin(): void {
    this.#behind = false;
    this.#waiting = [];
  }

  offer(events: readonly EventView[]): void {
    if (this.#behind) return;
    for (const event of events) {
      if (matchesEvent(this.#filter, event)) this.#waiting.push(event);
    }
    if (this.#waiting.length > mostWaiting) {
      this.#waiting = [];
      this.#behind = true;
    }
    this.wake();
  }

  take(): EventView | undefined {
    return this.#waiting.shift();
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Settles at the next event or wake-up. */
  async woken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
