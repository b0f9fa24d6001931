import type { ResponseHeadParser } from './response-head.ts';
import { type ConnectionUser, UpstreamConnection } from './upstream-connection.ts';

/** A long-lived connection that is no request: told to go, then cut. */
export interface OpenTunnel {
  /** A web socket; other protocols are cut without a word. */
  readonly saysGoodbye: boolean;
  /** Says goodbye in the tunnel's protocol, if it knows how. */
  goAway(): void;
  cut(): void;
}

export interface BackendSettings {
  readonly parseHead: ResponseHeadParser;
  readonly idleMs: number;
  readonly maximumIdle: number;
}

/**
 * How long an idle connection may be reused, in milliseconds. Shorter than the application keeps it, or a
 * request is sent into a connection that is just being closed: 2 of 3,200 POSTs failed where both were equal.
 *
 * @example idleLimit(4_000, 1_000) // 500
 */
export function idleLimit(ownMs: number, hintMs: number | undefined): number {
  if (hintMs === undefined) return ownMs;
  return Math.min(ownMs, Math.max(hintMs - 1_000, hintMs / 2));
}

/** Where instances are that are processes of this machine. */
export const loopback = '127.0.0.1';

/** One instance as the router sees it: its idle connections and what is in flight to it. */
export class Backend {
  readonly instanceId: string;
  readonly port: number;
  readonly address: string;
  /** Requests that have chosen this instance and are not over, tunnels not included. */
  inFlight = 0;
  readonly tunnels = new Set<OpenTunnel>();
  ejectedUntil = 0;
  private leavingNow = false;
  private readonly idle: UpstreamConnection[] = [];
  private readonly settings: BackendSettings;
  private emptyListeners: (() => void)[] = [];

  constructor(
    instanceId: string,
    port: number,
    settings: BackendSettings,
    address: string = loopback,
  ) {
    this.instanceId = instanceId;
    this.port = port;
    this.address = address;
    this.settings = settings;
  }

  /** True once no new request may start here. */
  get leaving(): boolean {
    return this.leavingNow;
  }

  get empty(): boolean {
    return this.inFlight === 0 && this.tunnels.size === 0;
  }

  get idleConnections(): number {
    return this.idle.length;
  }

  /** The idle connection used last, if one is still good. */
  takeIdle(user: ConnectionUser, now: number): UpstreamConnection | undefined {
    let connection = this.idle.pop();
    while (connection !== undefined) {
      if (!connection.dead && connection.idleUntil > now) {
        connection.assign(user);
        return connection;
      }
      connection.destroy();
      connection = this.idle.pop();
    }
    return undefined;
  }

  connect(user: ConnectionUser): UpstreamConnection {
    return new UpstreamConnection(this, this.settings.parseHead, user, this.forget);
  }

  /** Takes a connection back after an exchange; closes it when it cannot serve another. */
  giveBack(connection: UpstreamConnection, now: number): void {
    const { idleMs, maximumIdle } = this.settings;
    const { reusable, keepAliveMs } = connection.reader;
    if (!reusable || this.leavingNow || connection.dead || this.idle.length >= maximumIdle) {
      connection.destroy();
      return;
    }
    connection.rest(now + idleLimit(idleMs, keepAliveMs));
    this.idle.push(connection);
  }

  enter(): void {
    this.inFlight += 1;
  }

  exit(): void {
    this.inFlight -= 1;
    this.tell();
  }

  addTunnel(tunnel: OpenTunnel): void {
    this.tunnels.add(tunnel);
  }

  removeTunnel(tunnel: OpenTunnel): void {
    if (this.tunnels.delete(tunnel)) this.tell();
  }

  /** From now on nothing starts here, and no connection rests here. */
  leave(): void {
    this.leavingNow = true;
    for (const connection of this.idle.splice(0)) connection.destroy();
    this.tell();
  }

  /** Resolves when nothing is in flight. */
  whenEmpty(): Promise<void> {
    if (this.empty) return Promise.resolve();
    return new Promise((resolve) => this.emptyListeners.push(resolve));
  }

  /** Closes connections that rested too long; the oldest lie at the bottom. */
  sweep(now: number): void {
    while (this.idle.length > 0 && (this.idle[0] as UpstreamConnection).idleUntil <= now)
      this.idle.shift()?.destroy();
  }

  private readonly forget = (connection: UpstreamConnection): void => {
    const index = this.idle.indexOf(connection);
    if (index >= 0) this.idle.splice(index, 1);
  };

  private tell(): void {
    if (!this.empty) return;
    const listeners = this.emptyListeners;
    this.emptyListeners = [];
    for (const listener of listeners) listener();
  }
}

/**
 * The instance for the next request: fewest in flight, in turn among equals. Those that refused a moment
 * ago and `avoid` are passed over while another one is left.
 */
export function pickBackend(
  backends: readonly Backend[],
  turn: number,
  now: number,
  avoid?: Backend,
): Backend | undefined {
  const count = backends.length;
  if (count === 1) return backends[0];
  let best: Backend | undefined;
  let fallback: Backend | undefined;
  for (let offset = 0; offset < count; offset++) {
    const backend = backends[(turn + offset) % count] as Backend;
    const fewer = (other: Backend | undefined): boolean =>
      other === undefined || backend.inFlight < other.inFlight;
    if (backend === avoid || backend.ejectedUntil > now) {
      if (backend !== avoid && fewer(fallback)) fallback = backend;
    } else if (fewer(best)) best = backend;
  }
  return best ?? fallback ?? backends[turn % count];
}
