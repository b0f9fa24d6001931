import { LatencyHistogram } from './latency-histogram.ts';

/** How a request ended. `answered`: the application's answer went out whole. */
export type Outcome =
  | 'answered'
  /** The router answered: no connection, or the application closed it without an answer (502). */
  | 'unreachable'
  /** The application did not answer in time (504). */
  | 'timed-out'
  /** No instance could take it, or it waited too long while the placement was held (503). */
  | 'unavailable'
  /** The application's answer broke off, so the client's was broken off too. */
  | 'broken'
  /** A retirement or the router's end cut it at its deadline. */
  | 'cut'
  /** The client went away, stalled, or sent what is refused (4xx by the router). */
  | 'client';

/** What was counted since a moment. Durations in milliseconds. */
export interface RequestCounts {
  /** Milliseconds since the epoch from which on it was counted. */
  readonly since: number;
  /** Requests that are over, web sockets included once they were accepted. */
  readonly requests: number;
  /** Answers with a status of 500 or more from the application. */
  readonly errors: number;
  /** Requests that the router failed: the sum of the five below. */
  readonly failures: number;
  readonly unreachable: number;
  readonly timedOut: number;
  readonly unavailable: number;
  readonly broken: number;
  readonly cut: number;
  /** Ended by the client; nobody's failure here. */
  readonly clientEnded: number;
  /** Attempts beyond the first. */
  readonly retries: number;
  readonly webSockets: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

/** The present moment beside what was counted. */
export interface PlacementCounts extends RequestCounts {
  readonly inFlight: number;
  readonly held: number;
  readonly openWebSockets: number;
}

class Tally {
  readonly latency = new LatencyHistogram();
  readonly since = Date.now();
  readonly outcomes: Record<Outcome, number> = {
    answered: 0,
    unreachable: 0,
    'timed-out': 0,
    unavailable: 0,
    broken: 0,
    cut: 0,
    client: 0,
  };
  requests = 0;
  errors = 0;
  retries = 0;
  webSockets = 0;

  counts(): RequestCounts {
    const { outcomes, latency } = this;
    const { unreachable, unavailable, broken, cut } = outcomes;
    const timedOut = outcomes['timed-out'];
    return {
      since: this.since,
      requests: this.requests,
      errors: this.errors,
      failures: unreachable + timedOut + unavailable + broken + cut,
      unreachable,
      timedOut,
      unavailable,
      broken,
      cut,
      clientEnded: outcomes.client,
      retries: this.retries,
      webSockets: this.webSockets,
      p50Ms: latency.quantile(0.5),
      p95Ms: latency.quantile(0.95),
      p99Ms: latency.quantile(0.99),
      slowestMs: latency.maximum,
    };
  }
}

/** Counts of one placement, since the router began and since the last mark. */
export class PlacementCounters {
  private readonly total = new Tally();
  private marked = new Tally();

  /** A window begins: what a rollout counts. */
  mark(): void {
    this.marked = new Tally();
  }

  /** @param milliseconds undefined where a duration says nothing: web sockets, event streams. */
  finished(outcome: Outcome, status: number, milliseconds: number | undefined): void {
    this.count(this.total, outcome, status, milliseconds);
    this.count(this.marked, outcome, status, milliseconds);
  }

  retried(): void {
    this.total.retries += 1;
    this.marked.retries += 1;
  }

  switched(): void {
    this.total.webSockets += 1;
    this.marked.webSockets += 1;
  }

  sinceStart(): RequestCounts {
    return this.total.counts();
  }

  sinceMark(): RequestCounts {
    return this.marked.counts();
  }

  private count(tally: Tally, outcome: Outcome, status: number, milliseconds?: number): void {
    tally.requests += 1;
    tally.outcomes[outcome] += 1;
    if (outcome === 'answered' && status >= 500) tally.errors += 1;
    if (milliseconds !== undefined) tally.latency.record(milliseconds);
  }
}
