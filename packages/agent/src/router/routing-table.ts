import { PltfError } from '@pltf/contracts';
import { Backend, type BackendSettings, loopback, pickBackend } from './backend.ts';
import { type HoldLimits, HoldQueue } from './hold-queue.ts';
import { parseHost } from './host-name.ts';
import { PlacementCounters } from './placement-counters.ts';

/** One instance that takes requests. */
export interface BackendAddress {
  readonly instanceId: string;
  readonly port: number;
  /** An IP address; absent: 127.0.0.1. */
  readonly address?: string;
}

/** Which names lead to a placement, and which instances answer there. */
export interface Route {
  readonly hosts: readonly string[];
  readonly backends: readonly BackendAddress[];
}

export interface PlacedRoute extends Route {
  readonly placementId: string;
  readonly held: boolean;
}

/** A placement as requests meet it. */
export class Placement {
  readonly id: string;
  readonly counters = new PlacementCounters();
  hosts: readonly string[] = [];
  backends: readonly Backend[] = [];
  hold: HoldQueue | undefined;
  holdTimer: NodeJS.Timeout | undefined;
  /** Requests that are not over, wherever they wait; open web sockets included. */
  inFlight = 0;
  openWebSockets = 0;
  private turn = 0;

  constructor(id: string) {
    this.id = id;
  }

  pick(now: number, avoid?: Backend): Backend | undefined {
    this.turn = (this.turn + 1) & 0xffff;
    return pickBackend(this.backends, this.turn, now, avoid);
  }

  pinned(instanceId: string): Backend | undefined {
    return this.backends.find((backend) => backend.instanceId === instanceId);
  }
}

/** `invalid`: the authority is no host name. */
export type Found = Placement | 'unknown' | 'invalid';

const maximumRemembered = 10_000;

/** Who answers under which name. Every change is one synchronous step: no request sees half of it. */
export class RoutingTable {
  private readonly placements = new Map<string, Placement>();
  private readonly hosts = new Map<string, Placement>();
  /** Authorities as clients spell them, so that a known one is not parsed again. Emptied by each change. */
  private readonly spelled = new Map<string, Placement>();
  /** All instances with something open, also those that left their route. */
  private readonly backends = new Set<Backend>();
  private readonly settings: BackendSettings;
  private readonly holdLimits: HoldLimits;

  constructor(settings: BackendSettings, holdLimits: HoldLimits) {
    this.settings = settings;
    this.holdLimits = holdLimits;
  }

  find(authority: string): Found {
    const known = this.spelled.get(authority);
    if (known !== undefined) return known;
    const host = parseHost(authority);
    if (host === undefined) return 'invalid';
    const placement = this.hosts.get(host);
    if (placement === undefined) return 'unknown';
    if (this.spelled.size < maximumRemembered) this.spelled.set(authority, placement);
    return placement;
  }

  placement(id: string): Placement | undefined {
    return this.placements.get(id);
  }

  list(): readonly PlacedRoute[] {
    return [...this.placements.values()].map(({ id, hosts, backends, hold }) => ({
      placementId: id,
      hosts,
      backends: backends.map(({ instanceId, port, address }) => ({
        instanceId,
        port,
        ...(address === loopback ? {} : { address }),
      })),
      held: hold !== undefined,
    }));
  }

  set(id: string, route: Route): void {
    const hosts = route.hosts.map((host) => this.freeHost(id, host));
    for (const backend of route.backends) checkAddress(id, backend);
    const placement = this.placements.get(id) ?? new Placement(id);
    const before = placement.backends;
    this.placements.set(id, placement);
    for (const host of placement.hosts) this.hosts.delete(host);
    for (const host of hosts) this.hosts.set(host, placement);
    this.spelled.clear();
    placement.hosts = hosts;
    placement.backends = route.backends.map((address) => this.backendFor(before, address));
    for (const backend of before) if (!placement.backends.includes(backend)) this.dismiss(backend);
  }

  remove(id: string): void {
    const placement = this.placements.get(id);
    if (placement === undefined) return;
    this.placements.delete(id);
    for (const host of placement.hosts) this.hosts.delete(host);
    this.spelled.clear();
    const { backends } = placement;
    placement.backends = [];
    for (const backend of backends) this.dismiss(backend);
    this.release(placement);
  }

  /** Takes the instances out of every route; answers those that have something open. */
  leave(instanceIds: readonly string[]): readonly Backend[] {
    const leaving = [...this.backends].filter(({ instanceId }) => instanceIds.includes(instanceId));
    for (const placement of this.placements.values())
      if (placement.backends.some((backend) => leaving.includes(backend)))
        placement.backends = placement.backends.filter((backend) => !leaving.includes(backend));
    for (const backend of leaving) this.dismiss(backend);
    return leaving;
  }

  /** Requests wait from now on; after `maximumMs` those that wait are refused and the hold is over. */
  hold(id: string, maximumMs: number): void {
    const placement = this.placements.get(id);
    if (placement === undefined)
      throw new PltfError('not-found', { detail: `No route of ${id} is known to the router.` });
    clearTimeout(placement.holdTimer);
    placement.hold ??= new HoldQueue(this.holdLimits);
    placement.holdTimer = setTimeout(() => this.endHold(placement)?.refuseAll(), maximumMs);
  }

  release(placement: Placement | undefined): void {
    if (placement !== undefined) this.endHold(placement)?.admitAll();
  }

  /** Tells every web socket to go. */
  goAway(): void {
    for (const { tunnels } of this.backends) for (const tunnel of tunnels) tunnel.goAway();
  }

  /** Ends everything. */
  clear(): void {
    for (const id of [...this.placements.keys()]) this.remove(id);
    this.backends.clear();
  }

  /** @returns whether some instance still has a connection open. */
  sweep(now: number): boolean {
    let open = false;
    for (const backend of this.backends) {
      backend.sweep(now);
      if (backend.leaving && backend.empty) this.backends.delete(backend);
      else open ||= backend.idleConnections > 0;
    }
    return open;
  }

  private dismiss(backend: Backend): void {
    backend.leave();
    if (backend.empty) this.backends.delete(backend);
  }

  private endHold(placement: Placement): HoldQueue | undefined {
    const { hold } = placement;
    clearTimeout(placement.holdTimer);
    placement.hold = undefined;
    placement.holdTimer = undefined;
    return hold;
  }

  private freeHost(id: string, name: string): string {
    const host = parseHost(name);
    if (host === undefined || host.length + 1 < name.length)
      throw new PltfError('bad-request', {
        detail: `The route of ${id} names the host ${JSON.stringify(name.slice(0, 100))}, which is none.`,
        fix: 'Give plain host names like `users-api.localhost`, without port.',
      });
    const owner = this.hosts.get(host);
    if (owner !== undefined && owner.id !== id)
      throw new PltfError('conflict', {
        detail: `The host ${host} leads to ${owner.id}, so ${id} cannot have it.`,
        fix: `Remove the host from ${owner.id} first.`,
      });
    return host;
  }

  /** The same instance keeps its connections; one that had left, or moved, begins anew. */
  private backendFor(before: readonly Backend[], given: BackendAddress): Backend {
    const { instanceId, port, address = loopback } = given;
    const same = before.find((backend) => backend.instanceId === instanceId);
    const moved = same?.port !== port || same.address !== address;
    if (same !== undefined && !moved && !same.leaving) return same;
    const backend = new Backend(instanceId, port, this.settings, address);
    this.backends.add(backend);
    return backend;
  }
}

function checkAddress(id: string, { instanceId, port }: BackendAddress): void {
  if (Number.isInteger(port) && port > 0 && port < 65_536 && instanceId.length > 0) return;
  throw new PltfError('bad-request', {
    detail: `The route of ${id} names the instance ${JSON.stringify(instanceId)} on port ${port}.`,
    fix: 'An instance has a name and a port from 1 to 65535.',
  });
}
