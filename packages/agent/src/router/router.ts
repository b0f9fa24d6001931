import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PltfError } from '@pltf/contracts';
import { AccessLog, type AccessLogState } from './access-log.ts';
import { Exchange } from './exchange.ts';
import type { Fallback } from './fallback.ts';
import { createResponseRules } from './header-rules.ts';
import {
  defaultLimits,
  defaultTimeouts,
  type RouterLimits,
  type RouterOptions,
  type RouterTimeouts,
} from './options.ts';
import { createTrust, Peer, plainAddress } from './peer.ts';
import type { PlacementCounts, RequestCounts } from './placement-counters.ts';
import { RequestGate } from './request-gate.ts';
import { createResponseHeadParser } from './response-head.ts';
import { type Retired, retire } from './retirement.ts';
import { type PlacedRoute, type Route, RoutingTable } from './routing-table.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Forwards HTTP by host name to instances on this machine. All changes of routes are synchronous: a request
 * sees either the state before or the state after, and is in flight where it chose in the same tick.
 */
export class Router implements AsyncDisposable {
  private readonly timeouts: RouterTimeouts;
  private readonly limits: RouterLimits;
  private readonly table: RoutingTable;
  private readonly gate: RequestGate;
  private readonly accessLog: AccessLog | undefined;
  private readonly server: Server;
  /** Listeners in networks of containers. */
  private readonly inside = new Set<Server>();
  private readonly peers = new Map<Socket, Peer>();
  private readonly trust: (address: string) => boolean;
  private fallback: Fallback = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: RouterOptions = {}) {
    this.timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.limits = { ...defaultLimits, ...options.limits };
    this.trust = createTrust(options.trustedPeers ?? []);
    this.accessLog = options.accessLog && new AccessLog(options.accessLog);
    this.table = new RoutingTable(
      {
        parseHead: createResponseHeadParser(createResponseRules()),
        idleMs: this.timeouts.upstreamIdleMs,
        maximumIdle: this.limits.idleConnectionsPerInstance,
      },
      this.limits,
    );
    this.gate = new RequestGate({
      timeouts: this.timeouts,
      limits: this.limits,
      table: this.table,
      now,
      fallback: () => this.fallback,
      closing: () => this.closing !== undefined,
      log: (entry) => this.accessLog?.add(entry),
    });
    this.server = this.createServer();
  }

  /** Starts to listen. Port 0 takes a free one. */
  async listen(address: ListenAddress): Promise<ListenAddress> {
    const { server } = this;
    await listen(server, address);
    const bound = server.address() as AddressInfo;
    return { host: bound.address, port: bound.port };
  }

  /**
   * Listens in a network of containers too. `mayReach` is asked for each request, with the caller's address and
   * the placement it wants (empty when there is none).
   */
  async listenInside(
    address: ListenAddress,
    mayReach: (caller: string, placement: string) => boolean,
  ): Promise<AsyncDisposable> {
    const server = this.createServer((socket) => {
      const caller = plainAddress(socket.remoteAddress);
      return (placement) => mayReach(caller, placement);
    });
    await listen(server, address);
    this.inside.add(server);
    return {
      [Symbol.asyncDispose]: () => {
        this.inside.delete(server);
        server.closeAllConnections();
        return new Promise((resolve) => {
          server.close(() => resolve());
        });
      },
    };
  }

  /** Replaces hosts and instances of a placement at once. Instances that are no longer named get nothing more. */
  setRoute(placementId: string, route: Route): void {
    this.table.set(placementId, route);
  }

  removeRoute(placementId: string): void {
    this.table.remove(placementId);
  }

  routes(): readonly PlacedRoute[] {
    return this.table.list();
  }

  /** What hosts without an instance answer: asked with the host name, for each such request. */
  setFallback(fallback: Fallback): void {
    this.fallback = fallback;
  }

  /** Lets requests of a placement wait, at most this long; then they get 503 and the hold is over. */
  hold(placementId: string, maximumMs: number): void {
    this.table.hold(placementId, maximumMs);
  }

  /** Lets the waiting requests go on, in the order in which they came. */
  release(placementId: string): void {
    this.table.release(this.table.placement(placementId));
  }

  /**
   * Takes instances out of traffic and waits until nothing is in flight to them, at most `deadlineMs`.
   * Only then may they be sent SIGTERM. Never rejects; unknown instances have nothing in flight.
   */
  retire(
    instanceIds: readonly string[],
    options: { readonly deadlineMs: number },
  ): Promise<Retired> {
    const backends = this.table.leave(instanceIds);
    return retire({
      backends,
      deadlineMs: options.deadlineMs,
      inFlight: (gone) =>
        this.exchanges().filter(({ target }) => target !== undefined && gone.includes(target)),
    });
  }

  /** What was counted since the placement's first route; undefined when it has none. */
  counters(placementId: string): PlacementCounts | undefined {
    const placement = this.table.placement(placementId);
    return (
      placement && {
        ...placement.counters.sinceStart(),
        inFlight: placement.inFlight,
        held: placement.hold?.size ?? 0,
        openWebSockets: placement.openWebSockets,
      }
    );
  }

  /** Begins the window of a rollout. */
  mark(placementId: string): void {
    this.table.placement(placementId)?.counters.mark();
  }

  /** What was counted since `mark`; without one, since the first route. */
  window(placementId: string): RequestCounts | undefined {
    return this.table.placement(placementId)?.counters.sinceMark();
  }

  get accessLogState(): AccessLogState | undefined {
    return this.accessLog?.state;
  }

  /** Takes no more connections, lets requests end, cuts them at the deadline. */
  close(options: { readonly deadlineMs: number }): Promise<void> {
    this.closing ??= this.shutDown(options.deadlineMs);
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ deadlineMs: 0 });
  }

  private createServer(
    reachOf: (socket: Socket) => ((placement: string) => boolean) | undefined = () => undefined,
  ): Server {
    const { timeouts, limits, gate } = this;
    const server = createServer({
      maxHeaderSize: limits.headBytes,
      headersTimeout: timeouts.headerMs,
      // Bodies may take as long as they move; the gate watches that. The same for idle connections.
      requestTimeout: 0,
      keepAliveTimeout: 0,
      connectionsCheckingInterval: Math.max(
        timeouts.sweepMs,
        Math.min(1_000, timeouts.headerMs / 4),
      ),
      insecureHTTPParser: false,
      requireHostHeader: false,
    });
    // Node would leave out headers beyond its own limit without a word; the gate refuses the request.
    server.maxHeadersCount = 0;
    server.maxConnections = limits.connections;
    server.on('connection', (socket: Socket) => this.connected(socket, reachOf(socket)));
    server.on('request', (message, response) =>
      gate.request(this.peer(message.socket), message, response, false),
    );
    server.on('checkContinue', (message, response) =>
      gate.request(this.peer(message.socket), message, response, true),
    );
    server.on('upgrade', (message, socket, rest) =>
      gate.upgrade(this.peer(socket as Socket), message, socket as Socket, rest),
    );
    server.on('connect', (_message, socket) =>
      socket
        .on('error', () => socket.destroy())
        .end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
    );
    server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      gate.malformed(this.peer(socket as Socket), error),
    );
    return server;
  }

  private connected(socket: Socket, mayReach?: (placement: string) => boolean): void {
    const peer = new Peer(socket, this.trust, this.limits.pipelined, now(), mayReach);
    this.peers.set(socket, peer);
    socket.on('close', () => {
      this.peers.delete(socket);
      peer.gone();
    });
    this.timer ??= setInterval(() => this.sweep(), this.timeouts.sweepMs);
  }

  private peer(socket: Socket): Peer {
    return this.peers.get(socket) ?? new Peer(socket, this.trust, this.limits.pipelined, now());
  }

  /** One timer for all deadlines; it stops when nothing is open. */
  private sweep(): void {
    const time = now();
    for (const peer of this.peers.values()) peer.sweep(time, this.timeouts.clientIdleMs);
    const open = this.table.sweep(time);
    if (open || this.peers.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private exchanges(): readonly Exchange[] {
    return [...this.peers.values()].flatMap(({ work }) =>
      work.filter((item): item is Exchange => item instanceof Exchange),
    );
  }

  private async shutDown(deadlineMs: number): Promise<void> {
    const { server } = this;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const one of this.inside) one.close();
    server.closeIdleConnections();
    this.table.goAway();
    const waiting = new AbortController();
    const deadline = sleep(deadlineMs, undefined, { signal: waiting.signal }).catch(
      () => undefined,
    );
    await Promise.race([closed, deadline]);
    waiting.abort();
    for (const exchange of this.exchanges()) exchange.cut();
    for (const socket of this.peers.keys()) socket.destroy();
    await closed;
    clearInterval(this.timer);
    this.timer = undefined;
    this.table.clear();
    await this.accessLog?.[Symbol.asyncDispose]();
  }
}

export const createRouter = (options: RouterOptions = {}): Router => new Router(options);

const now = (): number => performance.now();

async function listen(server: Server, address: ListenAddress): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(address, error)));
    server.listen({ host: address.host, port: address.port, backlog: 1_024 }, resolve);
  });
  // Accepting can fail, for example when there are no file descriptors left; the next one may succeed.
  server.on('error', () => undefined);
}

function cannotListen({ host, port }: ListenAddress, error: NodeJS.ErrnoException): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new PltfError('port-in-use', {
    detail: `The router cannot listen on ${host}:${port}: another program does.`,
    cause: error,
  });
}
