import type { Socket } from 'node:net';
import type { OpenTunnel } from './backend.ts';
import type { RawUser, UpstreamConnection } from './upstream-connection.ts';
import { closeFrame, FrameTracker } from './web-socket-frames.ts';

export interface TunnelSettings {
  readonly webSocket: boolean;
  /** How long an end may take to answer a Close, in milliseconds. */
  readonly closeMs: number;
  /** Called once, with the bytes that went to the client. */
  readonly onEnd: (bytes: number) => void;
}

/** What flows to one of the two ends. */
class Direction {
  readonly frames = new FrameTracker();
  /** A Close shall be put in at the next boundary. */
  closing = false;
  /** The router has sent a Close: nothing else may follow. */
  closed = false;
}

/**
 * Two connections joined after a switch of protocols. There is no time limit: web sockets may be silent.
 * Half-closing is not kept: when one end closes, both are.
 */
export class Tunnel implements OpenTunnel, RawUser {
  private readonly client: Socket;
  private readonly upstream: UpstreamConnection;
  private readonly settings: TunnelSettings;
  private readonly toClient = new Direction();
  private readonly toUpstream = new Direction();
  private timer: NodeJS.Timeout | undefined;
  private bytes = 0;
  private over = false;

  constructor(client: Socket, upstream: UpstreamConnection, settings: TunnelSettings) {
    this.client = client;
    this.upstream = upstream;
    this.settings = settings;
  }

  get saysGoodbye(): boolean {
    return this.settings.webSocket;
  }

  /** Begins with what each end had already sent behind its head. */
  start(fromClient: Buffer, fromUpstream: Buffer): void {
    const { client } = this;
    client.setTimeout(0);
    client.setKeepAlive(true, 60_000);
    client.on('data', (bytes: Buffer) => this.fromClient(bytes));
    client.on('drain', () => this.upstream.resume());
    client.on('end', () => this.end());
    client.on('close', () => this.end());
    this.upstream.switchTo(this);
    if (fromUpstream.length > 0) this.onBytes(fromUpstream);
    if (fromClient.length > 0) this.fromClient(fromClient);
    client.resume();
  }

  goAway(): void {
    if (!this.settings.webSocket || this.over || this.timer !== undefined) return;
    this.timer = setTimeout(() => this.cut(), this.settings.closeMs);
    this.toClient.closing = true;
    this.toUpstream.closing = true;
    this.putClose(this.toClient);
    this.putClose(this.toUpstream);
  }

  cut(): void {
    this.client.destroy();
    this.end();
  }

  onBytes(bytes: Buffer): boolean {
    const rest = this.pass(this.toClient, bytes);
    this.endWhenBothClosed();
    if (rest.length === 0 || this.over) return true;
    this.bytes += rest.length;
    return this.client.write(Buffer.from(rest));
  }

  onDrain(): void {
    this.client.resume();
  }

  onClosed(): void {
    this.end();
  }

  private fromClient(bytes: Buffer): void {
    const rest = this.pass(this.toUpstream, bytes);
    if (!this.over && rest.length > 0 && !this.upstream.write(rest)) this.client.pause();
    this.endWhenBothClosed();
  }

  /** What of these bytes is still to be passed on; puts a Close in where one is due. */
  private pass(direction: Direction, bytes: Buffer): Buffer {
    if (!this.settings.webSocket) return bytes;
    if (!direction.closing) {
      direction.frames.read(bytes, false);
      return bytes;
    }
    if (direction.closed) {
      direction.frames.read(bytes, false);
      return bytes.subarray(0, 0);
    }
    const upTo = direction.frames.read(bytes, true);
    const passed = bytes.subarray(0, upTo);
    if (!direction.frames.atBoundary) return passed;
    this.write(direction, passed);
    this.putClose(direction);
    direction.frames.read(bytes.subarray(upTo), false);
    return bytes.subarray(0, 0);
  }

  private putClose(direction: Direction): void {
    if (direction.closed || !direction.frames.atBoundary) return;
    direction.closed = true;
    // When the ends have begun to close by themselves, a second Close would break the protocol.
    if (direction.frames.closeSeen) return;
    const toUpstream = direction === this.toUpstream;
    this.write(direction, closeFrame(toUpstream ? 1001 : 1012, toUpstream));
  }

  private write(direction: Direction, bytes: Buffer): void {
    if (direction === this.toUpstream) this.upstream.write(Buffer.from(bytes));
    else {
      this.bytes += bytes.length;
      this.client.write(Buffer.from(bytes));
    }
  }

  /** Each end has had a Close and answered it. */
  private endWhenBothClosed(): void {
    if (this.timer === undefined || this.over) return;
    const { toClient, toUpstream } = this;
    if (toClient.closed && toUpstream.frames.closeSeen) this.end();
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.upstream.finish();
    this.client.destroySoon();
    this.settings.onEnd(this.bytes);
  }
}
