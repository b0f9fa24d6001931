import { PltfError } from '@pltf/contracts';

/** `burst` at once, and `perSecond` more each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export interface Rates {
  /** Each signed-in person, machine or token. */
  readonly actor: Rate;
  /** Each address without credentials. */
  readonly anonymous: Rate;
  /** Wrong credentials from one address. */
  readonly refused: Rate;
  /** Sign-in links that do not work, from one address. */
  readonly signIn: Rate;
}

/** Generous: they stop a loop that has gone wild and a guesser, not a person or a pipeline. */
export const usualRates: Rates = {
  actor: { burst: 2_000, perSecond: 200 },
  anonymous: { burst: 600, perSecond: 60 },
  refused: { burst: 60, perSecond: 1 },
  signIn: { burst: 10, perSecond: 10 / (15 * 60) },
};

interface Bucket {
  level: number;
  at: number;
}

/** More are forgotten, oldest first; 10,000 take 2 MB. */
const mostBuckets = 10_000;

/** A token bucket per key. Lives in this process: of several servers each allows this much. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Takes one; answers with the seconds to wait when there is none. */
  take(key: string): number | undefined {
    const bucket = this.#fill(key);
    if (bucket.level >= 1) {
      bucket.level -= 1;
      return undefined;
    }
    return Math.max(1, Math.ceil((1 - bucket.level) / this.#rate.perSecond));
  }

  /** Throws `rate-limited`, with the seconds to wait for `tell`, when there is none to take. */
  demand(key: string, tell: (seconds: number) => void): void {
    const seconds = this.take(key);
    if (seconds === undefined) return;
    tell(seconds);
    throw new PltfError('rate-limited', { detail: `too many requests at once; wait ${seconds} s` });
  }

  /** Gives back what a request took that turned out not to count. */
  giveBack(key: string): void {
    const bucket = this.#fill(key);
    bucket.level = Math.min(this.#rate.burst, bucket.level + 1);
  }

  #fill(key: string): Bucket {
    const now = this.#now();
    const known = this.#buckets.get(key);
    const gained =
      known === undefined ? 0 : (Math.max(0, now - known.at) / 1000) * this.#rate.perSecond;
    const level =
      known === undefined ? this.#rate.burst : Math.min(this.#rate.burst, known.level + gained);
    const bucket = { level, at: now };
    // Deleted first, so that the map stays in order of use.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > mostBuckets) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
