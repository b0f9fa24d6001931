import type { AccessLogOptions } from './access-log.ts';

/** All in milliseconds. */
export interface RouterTimeouts {
  /** A client must have sent its whole request head within this time of its first byte (slowloris). */
  readonly headerMs: number;
  /** A client connection without a request is closed after this time. */
  readonly clientIdleMs: number;
  /** A client that neither sends the body it announced nor reads the answer is cut after this time. */
  readonly clientStallMs: number;
  readonly connectMs: number;
  /** From the last byte of the request to the first byte of the answer; streams are exempt once begun. */
  readonly firstByteMs: number;
  /** Pooled connections rest at most this long: must stay below the application's own limit (Node: 5 s). */
  readonly upstreamIdleMs: number;
  /** How long an instance that refuses connections gets no requests while another one can take them. */
  readonly ejectMs: number;
  /** Pause before the only instance is asked once more after it refused. */
  readonly retryDelayMs: number;
  /** When the application answers no `100 Continue` in this time, the router does. */
  readonly continueMs: number;
  /** After an early answer, how long the rest of the request is read and thrown away. */
  readonly lingerMs: number;
  /** A web socket that was sent a close frame has this long to answer it. */
  readonly webSocketCloseMs: number;
  /** Resolution of all of the above. */
  readonly sweepMs: number;
}

export interface RouterLimits {
  readonly bodyBytes: number;
  readonly headBytes: number;
  readonly headers: number;
  readonly connections: number;
  /** Requests of one placement that wait while it is held. */
  readonly heldRequests: number;
  /** What those may occupy: their heads and what Node has buffered of their bodies. */
  readonly heldBytes: number;
  readonly idleConnectionsPerInstance: number;
  /** Unanswered requests on one client connection before the router stops reading from it. */
  readonly pipelined: number;
}

export interface RouterOptions {
  /** Absent: no access log is written. */
  readonly accessLog?: AccessLogOptions;
  /** Addresses or CIDR ranges whose `X-Forwarded-*` headers are believed and extended. */
  readonly trustedPeers?: readonly string[];
  readonly timeouts?: Partial<RouterTimeouts>;
  readonly limits?: Partial<RouterLimits>;
}

export const defaultTimeouts: RouterTimeouts = {
  headerMs: 10_000,
  clientIdleMs: 75_000,
  clientStallMs: 60_000,
  connectMs: 2_000,
  firstByteMs: 60_000,
  upstreamIdleMs: 4_000,
  ejectMs: 1_000,
  retryDelayMs: 25,
  continueMs: 1_000,
  lingerMs: 2_000,
  webSocketCloseMs: 2_000,
  sweepMs: 100,
};

export const defaultLimits: RouterLimits = {
  bodyBytes: 1024 ** 3,
  headBytes: 32 * 1024,
  headers: 200,
  connections: 10_000,
  heldRequests: 1_000,
  heldBytes: 64 * 1024 ** 2,
  idleConnectionsPerInstance: 64,
  pipelined: 32,
};
