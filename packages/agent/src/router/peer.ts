import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';
import { PltfError } from '@pltf/contracts';

/** Something under way on a client connection. */
export interface PeerWork {
  /** Looks whether one of its deadlines has passed. */
  sweep(now: number): void;
  /** The client is gone. */
  abandon(): void;
}

/** One client connection and what is under way on it. */
export class Peer {
  readonly socket: Socket;
  /** As it goes into X-Forwarded-For. */
  readonly address: string;
  readonly trusted: boolean;
  readonly work: PeerWork[] = [];
  /** Which placements it may reach; absent: all. */
  readonly mayReach: ((placement: string) => boolean) | undefined;
  /** It broke the protocol and was told so. */
  refused = false;
  private readonly maximumWork: number;
  private paused = false;
  private idleSince: number;
  private unread: IncomingMessage | undefined;
  private closeAt = Number.POSITIVE_INFINITY;

  /** @param maximumWork requests under way from which on no more are read */
  constructor(
    socket: Socket,
    trusted: (address: string) => boolean,
    maximumWork: number,
    now: number,
    mayReach?: (placement: string) => boolean,
  ) {
    this.socket = socket;
    this.mayReach = mayReach;
    this.maximumWork = maximumWork;
    this.address = plainAddress(socket.remoteAddress);
    this.trusted = trusted(this.address);
    this.idleSince = now;
  }

  add(work: PeerWork): void {
    if (this.work.push(work) >= this.maximumWork) process.nextTick(this.pauseIfFull);
  }

  remove(work: PeerWork, now: number): void {
    const index = this.work.indexOf(work);
    if (index < 0) return;
    this.work.splice(index, 1);
    this.idleSince = now;
    if (!this.paused) return;
    this.paused = false;
    if (this.work.length < this.maximumWork) this.socket.resume();
    else process.nextTick(this.pauseIfFull);
  }

  /** Not before the end of the tick: Node's parser resumes the connection after each message. */
  private readonly pauseIfFull = (): void => {
    if (this.paused || this.work.length < this.maximumWork) return;
    this.paused = true;
    this.socket.pause();
  };

  /** It was answered without any work. */
  touch(now: number): void {
    this.idleSince = now;
  }

  /** It was answered before all of it came: what follows is thrown away, for a while. */
  discardRest(message: IncomingMessage, until: number): void {
    this.unread = message;
    this.closeAt = until;
    message.resume();
  }

  /** Nothing more is expected of it: it may read what it was sent, for a while. */
  closeBy(at: number): void {
    this.refused = true;
    this.closeAt = at;
  }

  sweep(now: number, idleMs: number): void {
    for (const work of this.work.slice()) work.sweep(now);
    if (this.unread?.complete === true) {
      this.unread = undefined;
      this.closeAt = Number.POSITIVE_INFINITY;
    }
    const idle = this.work.length === 0 && now - this.idleSince > idleMs;
    if (idle || now > this.closeAt) this.socket.destroy();
  }

  /** The connection is closed. */
  gone(): void {
    for (const work of this.work.splice(0)) work.abandon();
  }
}

export function plainAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

/** Tells whose `X-Forwarded-*` headers count: addresses like `10.0.0.7` or ranges like `10.0.0.0/8`. */
export function createTrust(peers: readonly string[]): (address: string) => boolean {
  if (peers.length === 0) return () => false;
  const list = new BlockList();
  for (const peer of peers) {
    const [address = '', prefix] = peer.split('/', 2);
    const version = isIP(address);
    const bits = prefix === undefined ? Number.NaN : Number(prefix);
    if (
      version === 0 ||
      (prefix !== undefined && !(bits >= 0 && bits <= (version === 4 ? 32 : 128)))
    )
      throw new PltfError('bad-request', {
        detail: `The trusted peer ${peer} is neither an address nor a range.`,
        fix: 'Write it like `10.0.0.7`, `10.0.0.0/8` or `fd00::/8`.',
      });
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, bits, family);
  }
  return (address) =>
    isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
