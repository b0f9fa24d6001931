import type { IncomingMessage } from 'node:http';
import type { UpstreamConnection } from './upstream-connection.ts';

export interface BodySettings {
  readonly chunked: boolean;
  /** Bytes; only chunked bodies can exceed it, others were refused by their length. */
  readonly maximum: number;
  readonly now: () => number;
  readonly onTooLarge: () => void;
}

const chunkEnd = '\r\n';
const lastChunk = '0\r\n\r\n';

/** Carries a request body to the application as fast as it takes it, never more than one read ahead. */
export class RequestBody {
  /** All of it was handed to the connection. */
  complete = false;
  bytes = 0;
  /** Waits for the application to read. */
  congested = false;
  /** When something moved last, by the given clock. */
  activeAt: number;
  private stopped = false;
  private readonly message: IncomingMessage;
  private readonly connection: UpstreamConnection;
  private readonly settings: BodySettings;

  constructor(message: IncomingMessage, connection: UpstreamConnection, settings: BodySettings) {
    this.message = message;
    this.connection = connection;
    this.settings = settings;
    this.activeAt = settings.now();
    message.on('data', (bytes: Buffer) => this.take(bytes));
    message.on('end', () => this.end());
  }

  /** The application reads again. */
  drained(): void {
    if (this.stopped) return;
    this.congested = false;
    this.activeAt = this.settings.now();
    this.message.resume();
  }

  /** What still comes is thrown away. */
  stop(): void {
    this.stopped = true;
    this.message.resume();
  }

  private take(bytes: Buffer): void {
    if (this.stopped) return;
    const { chunked, maximum, now, onTooLarge } = this.settings;
    this.bytes += bytes.length;
    this.activeAt = now();
    if (this.bytes > maximum) {
      onTooLarge();
      return;
    }
    const { connection } = this;
    if (chunked) connection.cork();
    if (chunked) connection.write(`${bytes.length.toString(16)}\r\n`);
    let room = connection.write(bytes);
    if (chunked) room = connection.write(chunkEnd);
    if (chunked) connection.uncork();
    if (room) return;
    this.congested = true;
    this.message.pause();
  }

  private end(): void {
    if (this.stopped) return;
    this.complete = true;
    this.activeAt = this.settings.now();
    if (this.settings.chunked) this.connection.write(lastChunk);
  }
}
