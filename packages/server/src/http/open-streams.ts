import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolveActor } from '../modules/identity/index.ts';
import { peopleEvents } from '../persistence/event-queries.ts';
import type { Authenticated } from './authentication.ts';
import type { EventTail } from './event-tail.ts';

interface Open {
  readonly who: Authenticated;
  readonly away: AbortController;
}

const retryMs = 1_000;
const recheckMs = 5 * 60_000;

/**
 * Streams that are open, so that they end with the right to read them: when something about people changes at once,
 * otherwise (a session or token that runs out) within five minutes. And all of them when the server stops.
 */
export class OpenStreams implements AsyncDisposable {
  readonly #open = new Set<Open>();
  readonly #resolveActor: ResolveActor;
  readonly #tail: EventTail;
  readonly #closing = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #watching: Promise<void> | undefined;

  constructor(resolveActor: ResolveActor, tail: EventTail) {
    this.#resolveActor = resolveActor;
    this.#tail = tail;
    this.#timer = setInterval(() => void this.#recheck(), recheckMs);
    this.#timer.unref();
  }

  /** Follows one stream until `away`; answers with the signal that ends it. */
  join(who: Authenticated, away: AbortController): AbortSignal {
    const open = { who, away };
    this.#open.add(open);
    away.signal.addEventListener('abort', () => this.#open.delete(open));
    if (this.#closing.signal.aborted) away.abort(new Error('the server is stopping'));
    else this.#watching ??= this.#watch();
    return away.signal;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        for await (const event of this.#tail.follow({ people: true }, undefined, signal)) {
          if (peopleEvents.has(event.type) && event.type !== 'signed-in') await this.#recheck();
        }
        return;
      } catch {
        // The database is away. What changed meanwhile is looked at once it is back.
        await sleep(retryMs, undefined, { signal, ref: false }).catch(() => undefined);
        await this.#recheck();
      }
    }
  }

  async #recheck(): Promise<void> {
    const answers = new Map<string, Promise<boolean>>();
    for (const { who, away } of [...this.#open]) {
      const { credentials, actor } = who;
      if (credentials === undefined) continue;
      const known = answers.get(credentials.secret) ?? this.#isUnchanged(who);
      answers.set(credentials.secret, known);
      if (!(await known)) away.abort(new Error(`${actor.name} may not read on`));
    }
  }

  /** Whether the same person with the same rights still stands behind it; a database that is away changes nothing. */
  async #isUnchanged({ credentials, actor }: Authenticated): Promise<boolean> {
    if (credentials === undefined) return true;
    try {
      const now = await this.#resolveActor(credentials);
      return now !== undefined && now.name === actor.name && now.role === actor.role;
    } catch {
      return true;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    for (const { away } of [...this.#open]) away.abort(new Error('the server is stopping'));
    await this.#watching;
  }
}
