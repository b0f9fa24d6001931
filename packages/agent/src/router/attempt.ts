import type { IncomingMessage } from 'node:http';
import type { Backend } from './backend.ts';
import type { RouterLimits, RouterTimeouts } from './options.ts';
import { RequestBody } from './request-body.ts';
import { chunkedBody, type RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';
import type { ConnectionUser, UpstreamConnection, UpstreamFailure } from './upstream-connection.ts';

/**
 * Why an attempt failed. Nothing of the request was sent: `refused`, `no-connection` (in time).
 * A connection that had rested was closed without a byte: `vanished`. By the application, after the request
 * was sent: `closed`, `invalid` (not HTTP), `silent` (no answer in time), `broken` (in the middle of its
 * answer). By the client: `slow` (does not send or does not read), `too-large`.
 */
export type AttemptFailure =
  | 'refused'
  | 'no-connection'
  | 'vanished'
  | 'closed'
  | 'invalid'
  | 'silent'
  | 'broken'
  | 'slow'
  | 'too-large';

export interface AttemptOwner {
  readonly head: RequestHead;
  readonly message: IncomingMessage;
  onInterim(text: string): void;
  /** The client shall send its body. */
  onContinue(): void;
  onWhole(head: ResponseHead, body: string): void;
  onHead(head: ResponseHead): void;
  /** @returns false when the client does not keep up; `clientDrained()` goes on. */
  onBody(bytes: Buffer): boolean;
  onEnd(): void;
  /** The connection now belongs to the owner. */
  onSwitch(head: ResponseHead, connection: UpstreamConnection, rest: Buffer): void;
  onFailure(failure: AttemptFailure): void;
}

export interface AttemptSettings {
  readonly timeouts: RouterTimeouts;
  readonly limits: RouterLimits;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

const never = Number.POSITIVE_INFINITY;

/** One try of a request at one instance. It is in flight there from `start` until it tells its owner the end. */
export class Attempt implements ConnectionUser {
  readonly backend: Backend;
  private readonly settings: AttemptSettings;
  private readonly owner: AttemptOwner;
  private phase: 'connecting' | 'asking' | 'answering' | 'over' = 'connecting';
  private deadline = never;
  private askedAt = 0;
  /** The client waits to be told to send its body. */
  private awaitsContinue = false;
  private connection: UpstreamConnection | undefined;
  private body: RequestBody | undefined;

  constructor(settings: AttemptSettings, owner: AttemptOwner, backend: Backend) {
    this.settings = settings;
    this.owner = owner;
    this.backend = backend;
  }

  /** @param fresh a connection that has rested will not do */
  start(fresh: boolean): void {
    const { backend } = this;
    const now = this.settings.now();
    backend.enter();
    this.connection = fresh ? undefined : backend.takeIdle(this, now);
    if (this.connection !== undefined) {
      this.send(this.connection, now);
      return;
    }
    this.deadline = now + this.settings.timeouts.connectMs;
    this.connection = backend.connect(this);
  }

  /** Gives up; the owner is not told. */
  stop(): void {
    this.release(false);
  }

  clientDrained(): void {
    this.deadline = never;
    this.connection?.resume();
  }

  sweep(now: number): void {
    if (now < this.deadline) return;
    if (this.phase === 'connecting') this.fail('no-connection');
    // While it answers, the only wait is for a client that does not read.
    else if (this.phase === 'answering') this.fail('slow');
    else if (this.awaitsContinue) this.goOn();
    else this.stalled(now);
  }

  onConnected(): void {
    this.backend.ejectedUntil = 0;
    if (this.connection !== undefined) this.send(this.connection, this.settings.now());
  }

  onDrain(): void {
    this.body?.drained();
  }

  onInterim(head: ResponseHead, text: string): void {
    if (head.status !== 100) this.owner.onInterim(text);
    else if (this.awaitsContinue) this.goOn();
  }

  onWhole(head: ResponseHead, body: string): void {
    this.release(true);
    this.owner.onWhole(head, body);
  }

  onHead(head: ResponseHead): void {
    this.phase = 'answering';
    this.deadline = never;
    this.owner.onHead(head);
  }

  onBody(bytes: Buffer): void {
    if (this.owner.onBody(bytes) || this.deadline !== never) return;
    this.connection?.pause();
    this.deadline = this.settings.now() + this.settings.timeouts.clientStallMs;
  }

  onEnd(): void {
    this.release(true);
    this.owner.onEnd();
  }

  onSwitch(head: ResponseHead, rest: Buffer): void {
    const { connection } = this;
    if (this.owner.head.upgrade === undefined || connection === undefined) {
      this.fail('invalid');
      return;
    }
    this.connection = undefined;
    this.owner.onSwitch(head, connection, rest);
    this.release(false);
  }

  onFailure({ reused, started, code }: UpstreamFailure): void {
    if (this.phase === 'connecting') this.fail('refused');
    else if (this.phase === 'answering') this.fail('broken');
    else if (code === 'PROTOCOL') this.fail('invalid');
    else this.fail(reused && !started ? 'vanished' : 'closed');
  }

  private send(connection: UpstreamConnection, now: number): void {
    const { head } = this.owner;
    const { continueMs, firstByteMs } = this.settings.timeouts;
    this.phase = 'asking';
    this.askedAt = now;
    if (head.bodyLength === 0) {
      this.deadline = now + firstByteMs;
      connection.send(head.text, head.method === 'HEAD');
      return;
    }
    connection.corkForTick();
    connection.send(head.text, false);
    this.awaitsContinue = head.expectsContinue;
    this.deadline = now + continueMs;
    if (!head.expectsContinue) this.startBody(connection);
  }

  private goOn(): void {
    this.awaitsContinue = false;
    this.owner.onContinue();
    if (this.connection !== undefined) this.startBody(this.connection);
  }

  private startBody(connection: UpstreamConnection): void {
    const { limits, timeouts, now } = this.settings;
    this.deadline = now() + Math.min(timeouts.clientStallMs, timeouts.firstByteMs);
    this.body = new RequestBody(this.owner.message, connection, {
      chunked: this.owner.head.bodyLength === chunkedBody,
      maximum: limits.bodyBytes,
      now,
      onTooLarge: () => this.fail('too-large'),
    });
  }

  /** Nothing has moved for a while: for too long, and whose turn was it? */
  private stalled(now: number): void {
    const { clientStallMs, firstByteMs } = this.settings.timeouts;
    const { body } = this;
    const byClient = body !== undefined && !body.complete && !body.congested;
    const limit = byClient ? clientStallMs : firstByteMs;
    const since = body?.activeAt ?? this.askedAt;
    if (now < since + limit) this.deadline = since + limit;
    else this.fail(byClient ? 'slow' : 'silent');
  }

  private fail(failure: AttemptFailure): void {
    if (this.phase === 'over') return;
    if (failure === 'refused' || failure === 'no-connection')
      this.backend.ejectedUntil = this.settings.now() + this.settings.timeouts.ejectMs;
    this.release(false);
    this.owner.onFailure(failure);
  }

  /** Lets go of the instance. @param clean the connection may serve another request */
  private release(clean: boolean): void {
    if (this.phase === 'over') return;
    const { connection, body, backend } = this;
    this.phase = 'over';
    this.deadline = never;
    this.connection = undefined;
    body?.stop();
    const sentAll = !this.awaitsContinue && (body === undefined || body.complete);
    if (connection !== undefined) {
      if (clean && sentAll) backend.giveBack(connection, this.settings.now());
      else connection.destroy();
    }
    backend.exit();
  }
}
