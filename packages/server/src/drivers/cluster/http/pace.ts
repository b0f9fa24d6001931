import { pause } from '../reconnect.ts';

export interface PaceOptions {
  /** Requests under way at the same time; 32 when absent. */
  readonly inFlight?: number | undefined;
  /** Requests a second, with as many at once as a tenth of a second allows; 400 when absent. */
  readonly perSecond?: number | undefined;
}

/** Keeps an API server healthy: so many requests at once, so many a second, and silence when it asks for it. */
export class Pace {
  readonly #inFlight: number;
  readonly #perSecond: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #tokens: number;
  #filledAt: number = performance.now();
  #silentUntil = 0;

  constructor({ inFlight = 32, perSecond = 400 }: PaceOptions = {}) {
    this.#inFlight = inFlight;
    this.#perSecond = perSecond;
    this.#tokens = this.#burst();
  }

  /** Waits for its turn, runs it, and lets the next one go. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#slot(signal);
    try {
      await this.#token(signal);
      return await work();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Nothing is asked for so long. */
  silence(ms: number): void {
    this.#silentUntil = Math.max(this.#silentUntil, performance.now() + ms);
  }

  #burst(): number {
    return Math.max(1, this.#perSecond / 10);
  }

  async #slot(signal: AbortSignal): Promise<void> {
    while (this.#running >= this.#inFlight && !signal.aborted) await this.#turn(signal);
    if (signal.aborted) {
      // It may have been woken and aborted at once: the turn goes to the next.
      this.#waiting.shift()?.();
      signal.throwIfAborted();
    }
    this.#running += 1;
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        const index = this.#waiting.indexOf(wake);
        if (index >= 0) this.#waiting.splice(index, 1);
        resolve();
      };
      this.#waiting.push(wake);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  async #token(signal: AbortSignal): Promise<void> {
    const silence = this.#silentUntil - performance.now();
    if (silence > 0) await pause(silence, signal);
    signal.throwIfAborted();
    const now = performance.now();
    const filled = this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst(), filled) - 1;
    this.#filledAt = now;
    if (this.#tokens < 0) await pause((-this.#tokens / this.#perSecond) * 1000, signal);
    signal.throwIfAborted();
  }
}
