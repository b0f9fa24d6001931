import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from './backoff.ts';
import { type Reconciler, TerminalError } from './reconciler.ts';
import { type Claim, runningKey, type WorkStore } from './work-store.ts';

export interface LoopOptions {
  readonly store: WorkStore;
  readonly reconcilers: readonly Reconciler[];
  readonly onFailure: (claim: Claim, error: unknown, retryInMs: number | undefined) => void;
}

/** Longest sleep without a wake-up: a safety net for a notification lost with its connection, not a poll. */
const longestSleepMs = 30_000;
/** A timer may ring early, and a key of another transaction may be locked for a moment. */
const shortestSleepMs = 5;

/**
 * Works keys as they become due. Woken by `nudge` (a notification), by its own timer for the next due key,
 * and by the end of a pass. A failing key waits in the table and starves nobody.
 */
export class ReconcileLoop implements AsyncDisposable {
  readonly #options: LoopOptions;
  readonly #byName: ReadonlyMap<string, Reconciler>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #busy = new Map<string, number>();
  #server: number | undefined;
  #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #claiming: Promise<void> | undefined;
  #nudged = false;
  #stopped = false;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#byName = new Map(options.reconcilers.map((reconciler) => [reconciler.name, reconciler]));
  }

  /** Starts claiming under this server number. */
  resume(server: number): void {
    if (this.#stopped) return;
    this.#server = server;
    this.#abort = new AbortController();
    this.nudge();
  }

  /** The session is lost: what runs is told to stop, nothing new is claimed. */
  suspend(): void {
    this.#server = undefined;
    clearTimeout(this.#timer);
    this.#abort.abort(new Error('the database session was lost'));
  }

  /** Something may be due. Cheap; call it freely. */
  nudge(): void {
    if (this.#claiming !== undefined) {
      this.#nudged = true;
      return;
    }
    if (this.#stopped || this.#server === undefined) return;
    this.#claiming = this.#claim().finally(() => {
      this.#claiming = undefined;
      if (this.#nudged) {
        this.#nudged = false;
        this.nudge();
      }
    });
  }

  async #claim(): Promise<void> {
    const server = this.#server;
    const open = this.#options.reconcilers.filter(
      (reconciler) => (this.#busy.get(reconciler.name) ?? 0) < reconciler.concurrency,
    );
    if (server === undefined || open.length === 0) return;
    try {
      const claims = await this.#claimFor(server, open);
      if (this.#stopped || this.#server !== server) {
        // What was claimed under a session that is lost by now is not ours to start.
        await Promise.all(claims.map((claim) => this.#options.store.release(claim)));
        return;
      }
      for (const claim of claims) this.#start(claim);
      if (claims.length > 0) this.#nudged = true;
      else await this.#sleep(server, open);
    } catch (error) {
      this.#options.onFailure(
        { server, reconciler: '', key: '', generation: 0, attempts: 0 },
        error,
        1_000,
      );
      this.#sleepFor(1_000);
    }
  }

  async #claimFor(server: number, open: readonly Reconciler[]): Promise<readonly Claim[]> {
    const room = Math.min(
      ...open.map((reconciler) => reconciler.concurrency - (this.#busy.get(reconciler.name) ?? 0)),
    );
    return this.#options.store.claim(
      server,
      open.map(({ name }) => name),
      [...this.#running.keys()],
      room,
    );
  }

  /** Only those with room count: a key that nobody here could take would have us ask again at once, for ever. */
  async #sleep(server: number, open: readonly Reconciler[]): Promise<void> {
    const due = await this.#options.store.dueIn(
      server,
      open.map(({ name }) => name),
      [...this.#running.keys()],
    );
    this.#sleepFor(Math.max(shortestSleepMs, Math.min(due ?? longestSleepMs, longestSleepMs)));
  }

  #sleepFor(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => this.nudge(), ms);
  }

  #start(claim: Claim): void {
    const reconciler = this.#byName.get(claim.reconciler);
    if (reconciler === undefined) return;
    const id = runningKey(claim.reconciler, claim.key);
    this.#busy.set(claim.reconciler, (this.#busy.get(claim.reconciler) ?? 0) + 1);
    const pass = this.#pass(reconciler, claim).finally(() => {
      this.#running.delete(id);
      this.#busy.set(claim.reconciler, (this.#busy.get(claim.reconciler) ?? 1) - 1);
      this.nudge();
    });
    this.#running.set(id, pass);
  }

  async #pass(reconciler: Reconciler, claim: Claim): Promise<void> {
    const { store } = this.#options;
    const { signal } = this.#abort;
    try {
      const outcome = await reconciler.reconcile(claim.key, signal);
      await (outcome === undefined ? store.settle(claim) : store.again(claim, outcome.again));
    } catch (error) {
      if (signal.aborted) await this.#interrupted(claim);
      else if (error instanceof TerminalError) await this.#givenUp(reconciler, claim, error);
      else await this.#retry(claim, error);
    }
  }

  /** Told to stop in the middle: no failure, and whoever comes next goes on. */
  async #interrupted(claim: Claim): Promise<void> {
    // Without a database there is nobody to tell: the end of the session frees the claim too.
    await this.#options.store.release(claim).catch(() => undefined);
  }

  /** When even that fails, the key is tried again like any other. */
  async #givenUp(reconciler: Reconciler, claim: Claim, error: TerminalError): Promise<void> {
    this.#options.onFailure(claim, error, undefined);
    try {
      await reconciler.giveUp?.(claim.key, error);
      await this.#options.store.settle(claim);
    } catch (failure) {
      await this.#retry(claim, failure);
    }
  }

  async #retry(claim: Claim, error: unknown): Promise<void> {
    const { store, onFailure } = this.#options;
    const retryInMs = backoffMs(claim.attempts);
    onFailure(claim, error, retryInMs);
    const message = error instanceof Error ? error.message : String(error);
    try {
      await store.retry(claim, retryInMs, message.slice(0, 2_000));
    } catch (failure) {
      onFailure(claim, failure, retryInMs);
      // The claim stays ours and is due at once: without a wait here the key would go round and round.
      await sleep(retryInMs, undefined, { signal: this.#abort.signal }).catch(() => undefined);
    }
  }

  /** Stops claiming, tells what runs to stop, and waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#abort.abort(new Error('the server is stopping'));
    await this.#claiming;
    await Promise.allSettled(this.#running.values());
  }
}
