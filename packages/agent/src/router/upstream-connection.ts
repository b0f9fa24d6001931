import { connect, type Socket } from 'node:net';
import type { ResponseHeadParser } from './response-head.ts';
import { ResponseReader, type ResponseSink } from './response-reader.ts';

/** Why a connection ended before its answer did; decides whether the request may be sent again. */
export interface UpstreamFailure {
  /** False: no connection came about, so the application has seen nothing of the request. */
  readonly connected: boolean;
  /** The connection had served before, so the application may just have closed it as idle. */
  readonly reused: boolean;
  /** Some byte of the answer had come. */
  readonly started: boolean;
  readonly code: string;
}

/** The one exchange that a connection works for. */
export interface ConnectionUser extends ResponseSink {
  onConnected(): void;
  /** Bytes can be written again. */
  onDrain(): void;
  onFailure(failure: UpstreamFailure): void;
}

/** After a switch of protocols: raw bytes, not copied, and the end. */
export interface RawUser {
  /** @returns false to stop reading until `resume()`. */
  onBytes(bytes: Buffer): boolean;
  onDrain(): void;
  onClosed(): void;
}

const uncork = (socket: Socket): void => socket.uncork();

// One buffer for all reads: the callback runs before the next read, except where reads are posted ahead.
const readSize = 64 * 1024;
let sharedBuffer: Buffer | undefined;
function readBuffer(): Buffer {
  if (process.platform === 'win32') return Buffer.allocUnsafeSlow(readSize);
  sharedBuffer ??= Buffer.allocUnsafeSlow(readSize);
  return sharedBuffer;
}

/** One keep-alive connection to one instance: one exchange at a time, never pipelined. */
export class UpstreamConnection {
  readonly reader: ResponseReader;
  connected = false;
  reused = false;
  dead = false;
  /** When it must no longer be used, by `performance.now()`; only while it is idle. */
  idleUntil = 0;
  private readonly socket: Socket;
  private readonly onIdleEnd: (connection: UpstreamConnection) => void;
  private user: ConnectionUser | undefined;
  private paused = false;
  private raw: RawUser | undefined;

  /** `onIdleEnd` is told when it dies while nobody uses it. */
  constructor(
    { address, port }: { readonly address: string; readonly port: number },
    parseHead: ResponseHeadParser,
    user: ConnectionUser,
    onIdleEnd: (connection: UpstreamConnection) => void,
  ) {
    this.reader = new ResponseReader(parseHead);
    this.user = user;
    this.onIdleEnd = onIdleEnd;
    const buffer = readBuffer();
    this.socket = connect({
      host: address,
      port,
      noDelay: true,
      onread: { buffer, callback: (count) => this.onRead(buffer, count) },
    });
    this.listen();
  }

  /** Takes an idle connection for a new exchange. */
  assign(user: ConnectionUser): void {
    this.user = user;
    this.reused = true;
  }

  /** Sends a request head; what comes from now on is its answer. */
  send(head: string, headOnly: boolean): void {
    if (this.user === undefined) return;
    this.reader.expect(this.user, headOnly);
    this.socket.write(head, 'latin1');
  }

  /** @returns false when the caller should wait for `onDrain`. */
  write(bytes: Uint8Array | string): boolean {
    return typeof bytes === 'string'
      ? this.socket.write(bytes, 'latin1')
      : this.socket.write(bytes);
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  /** Sends what is written in this tick in one go. */
  corkForTick(): void {
    this.socket.cork();
    process.nextTick(uncork, this.socket);
  }

  pause(): void {
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    this.paused = false;
    this.socket.resume();
  }

  /** The exchange is over and left the connection clean. */
  rest(idleUntil: number): void {
    this.user = undefined;
    this.idleUntil = idleUntil;
    // The last piece of an answer may have met a slow client; unread, it would not even notice its end.
    if (this.paused) this.resume();
  }

  /** Hands the connection to a tunnel. */
  switchTo(raw: RawUser): void {
    this.user = undefined;
    this.raw = raw;
    this.socket.setKeepAlive(true, 60_000);
  }

  /** Sends what is buffered, then closes. */
  finish(): void {
    this.socket.destroySoon();
  }

  /** Ends it now; nobody is told. */
  destroy(): void {
    this.dead = true;
    this.user = undefined;
    this.raw = undefined;
    this.reader.abandon();
    this.socket.destroy();
  }

  private listen(): void {
    const { socket } = this;
    socket.on('connect', () => {
      this.connected = true;
      this.user?.onConnected();
    });
    socket.on('drain', () => (this.raw ?? this.user)?.onDrain());
    socket.on('end', () => this.onEnd());
    socket.on('error', (error: NodeJS.ErrnoException) => this.fail(error.code ?? 'ERROR'));
    socket.on('close', () => this.fail('CLOSED'));
  }

  /** @returns false to stop reading. */
  private onRead(buffer: Buffer, count: number): boolean {
    if (this.raw !== undefined) return this.raw.onBytes(buffer.subarray(0, count));
    if (this.user === undefined || !this.reader.feed(buffer, count)) this.fail('PROTOCOL');
    return true;
  }

  private onEnd(): void {
    if (this.raw !== undefined || this.user === undefined || !this.reader.end())
      this.fail('CLOSED');
  }

  private fail(code: string): void {
    if (this.dead) return;
    const { user, raw, connected, reused } = this;
    const { started } = this.reader;
    this.destroy();
    if (raw !== undefined) raw.onClosed();
    else if (user !== undefined) user.onFailure({ connected, reused, started, code });
    else this.onIdleEnd(this);
  }
}
