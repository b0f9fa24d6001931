import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RouterAnswer } from './answer-page.ts';
import {
  Attempt,
  type AttemptFailure,
  type AttemptOwner,
  type AttemptSettings,
} from './attempt.ts';
import type { Backend } from './backend.ts';
import * as answers from './fallback.ts';
import type { Waiting } from './hold-queue.ts';
import type { Peer, PeerWork } from './peer.ts';
import type { Outcome } from './placement-counters.ts';
import { Reply } from './reply.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';
import type { Placement } from './routing-table.ts';
import { Tunnel } from './tunnel.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/** A request and where its answer goes. */
export interface ClientRequest {
  readonly peer: Peer;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  /** By the router's clock. */
  readonly startedAt: number;
  /** Present when the client asked to switch protocols: its connection and what came behind the head. */
  readonly upgrade: { readonly socket: Socket; readonly rest: Buffer } | undefined;
}

/** How a request ended. */
export interface Ending {
  readonly outcome: Outcome;
  readonly status: number;
  readonly bytes: number;
  readonly instanceId: string | undefined;
  /** Its duration says nothing about the application: web sockets, event streams. */
  readonly openEnded: boolean;
}

/** What all exchanges of a router share. */
export interface ExchangeSettings extends AttemptSettings {
  /** What a placement without an instance answers. */
  readonly unavailable: (placement: Placement, authority: string) => RouterAnswer;
  /** True while the router closes: connections of clients are not kept. */
  readonly closing: () => boolean;
  readonly ended: (exchange: Exchange, ending: Ending) => void;
}

const maximumAttempts = 3;
/** What Node reads of a body before anybody asks for it. */
const heldBodyBytes = 64 * 1024;
/** By custom the status in logs of a request whose client went away. */
const clientClosed = 499;

/**
 * One request from its head to the end of its answer. It chooses an instance and counts as in flight there
 * in the same tick: that is why no request can start on an instance after a swap.
 */
export class Exchange implements AttemptOwner, PeerWork, Waiting {
  readonly request: ClientRequest;
  readonly head: RequestHead;
  readonly message: IncomingMessage;
  readonly placement: Placement;
  private readonly settings: ExchangeSettings;
  private readonly reply: Reply;
  private attempt: Attempt | undefined;
  private tunnel: Tunnel | undefined;
  private instanceId: string | undefined;
  private attempts = 0;
  private held = false;
  private continued = false;
  private over = false;

  constructor(settings: ExchangeSettings, request: ClientRequest, placement: Placement) {
    this.settings = settings;
    this.request = request;
    this.head = request.head;
    this.message = request.message;
    this.placement = placement;
    this.reply = new Reply(request.response, request.head.requestId);
  }

  /** The instance it is in flight to. */
  get target(): Backend | undefined {
    return this.attempt?.backend;
  }

  get heldBytes(): number {
    return this.head.text.length + (this.head.bodyLength === 0 ? 0 : heldBodyBytes);
  }

  /** Goes to an instance, or waits while the placement is held. */
  admit(): void {
    if (this.over) return;
    const { hold } = this.placement;
    this.held = hold !== undefined;
    if (hold === undefined) this.dispatch(undefined);
    else if (!hold.add(this)) this.answer(answers.tooManyHeld, 'unavailable');
  }

  /** Its announced length is too much. */
  refuseBody(): void {
    this.give('too-large');
  }

  refuse(): void {
    if (this.held && !this.over) this.answer(answers.heldTooLong, 'unavailable');
  }

  /** Ends it before the application has: the instance is about to be stopped. */
  cut(): void {
    if (this.over) return;
    if (this.tunnel !== undefined) this.tunnel.cut();
    else if (this.reply.begun) this.abort('cut');
    else this.answer(answers.cutOff, 'cut');
  }

  abandon(): void {
    if (this.over) return;
    if (this.tunnel !== undefined) {
      this.tunnel.cut();
      return;
    }
    this.placement.hold?.remove(this);
    this.attempt?.stop();
    if (!this.reply.begun) this.reply.status = clientClosed;
    this.finish('client');
  }

  sweep(now: number): void {
    this.attempt?.sweep(now);
  }

  onInterim(text: string): void {
    this.reply.interim(text);
  }

  onContinue(): void {
    this.continued = true;
    this.reply.continue();
  }

  onWhole(head: ResponseHead, body: string): void {
    this.settleConnection();
    this.reply.whole(head, body);
    this.finish('answered');
  }

  onHead(head: ResponseHead): void {
    this.settleConnection();
    this.reply.head(head);
  }

  onBody(bytes: Buffer): boolean {
    if (this.reply.body(bytes)) return true;
    this.reply.onceDrained(() => this.attempt?.clientDrained());
    return false;
  }

  onEnd(): void {
    this.reply.end();
    this.finish('answered');
  }

  onSwitch(head: ResponseHead, connection: UpstreamConnection, rest: Buffer): void {
    const { upgrade } = this.request;
    const backend = this.target;
    const protocol = this.head.upgrade;
    if (upgrade === undefined || protocol === undefined || backend === undefined) {
      connection.destroy();
      this.give('invalid');
      return;
    }
    const tunnel = new Tunnel(upgrade.socket, connection, {
      webSocket: protocol.toLowerCase() === 'websocket',
      closeMs: this.settings.timeouts.webSocketCloseMs,
      onEnd: (bytes) => {
        backend.removeTunnel(tunnel);
        this.placement.openWebSockets -= 1;
        this.reply.bytes = bytes;
        this.finish('answered');
      },
    });
    this.tunnel = tunnel;
    this.attempt = undefined;
    this.placement.counters.switched();
    this.placement.openWebSockets += 1;
    this.reply.switched(head, protocol, upgrade.socket);
    backend.addTunnel(tunnel);
    tunnel.start(upgrade.rest, rest);
    if (backend.leaving) tunnel.goAway();
  }

  onFailure(failure: AttemptFailure): void {
    const { method, bodyLength } = this.head;
    const before = this.attempt?.backend;
    this.attempt = undefined;
    if (failure === 'refused' || failure === 'no-connection') {
      this.refusedBy(before, failure);
      return;
    }
    // The application may have closed the connection as idle while the request was under way. Only what
    // can be done twice without harm is sent again: a POST might have been carried out.
    const harmless = bodyLength === 0 && (method === 'GET' || method === 'HEAD');
    if (failure === 'vanished' && harmless && this.attempts < maximumAttempts) {
      this.placement.counters.retried();
      this.dispatch(undefined);
      return;
    }
    this.give(failure);
  }

  /** No connection came about, so the application knows nothing of this request: any may be sent again. */
  private refusedBy(backend: Backend | undefined, failure: AttemptFailure): void {
    const other = this.choose(backend);
    if (this.attempts >= maximumAttempts || (other === backend && this.attempts > 1)) {
      this.give(failure);
      return;
    }
    this.placement.counters.retried();
    if (other !== backend) this.dispatch(backend);
    // The only instance refused: it is asked once more, a moment later.
    else setTimeout(() => this.admit(), this.settings.timeouts.retryDelayMs);
  }

  private choose(avoid: Backend | undefined): Backend | undefined {
    const { instance } = this.head;
    return instance === undefined
      ? this.placement.pick(this.settings.now(), avoid)
      : this.placement.pinned(instance);
  }

  private dispatch(avoid: Backend | undefined): void {
    const backend = this.choose(avoid);
    if (backend === undefined) {
      this.noInstance();
      return;
    }
    this.instanceId = backend.instanceId;
    this.attempt = new Attempt(this.settings, this, backend);
    // After a failure, and for protocols that keep the connection, a resting one is of no use.
    this.attempt.start(this.attempts++ > 0 || this.head.upgrade !== undefined);
  }

  private noInstance(): void {
    const { instance, authority } = this.head;
    if (instance !== undefined && this.placement.backends.length > 0)
      this.answer(answers.unknownInstance(instance), 'client');
    else this.answer(this.settings.unavailable(this.placement, authority), 'unavailable');
  }

  /** Tells the client what an attempt failed from. */
  private give(failure: AttemptFailure): void {
    const { limits } = this.settings;
    if (this.reply.begun) this.abort(failure === 'broken' ? 'broken' : 'client');
    else if (failure === 'slow') this.answer(answers.clientTooSlow, 'client');
    else if (failure === 'too-large') this.answer(answers.bodyTooLarge(limits.bodyBytes), 'client');
    else if (failure === 'silent' || failure === 'no-connection')
      this.answer(answers.timedOut, 'timed-out');
    else if (failure === 'invalid') this.answer(answers.brokenAnswer, 'unreachable');
    else this.answer(answers.unreachable, 'unreachable');
  }

  /** A client that was not told to send its body will not: what it sends next could be either. */
  private settleConnection(): void {
    const bodyUnsure = this.head.expectsContinue && !this.continued;
    if (bodyUnsure || this.settings.closing()) this.reply.closeAfter();
  }

  private answer(answer: RouterAnswer, outcome: Outcome): void {
    this.settleConnection();
    this.attempt?.stop();
    this.reply.answer(answer);
    this.finish(outcome);
  }

  private abort(outcome: Outcome): void {
    this.attempt?.stop();
    this.reply.abort();
    this.finish(outcome);
  }

  private finish(outcome: Outcome): void {
    if (this.over) return;
    this.over = true;
    this.attempt = undefined;
    const { status, bytes, eventStream } = this.reply;
    const openEnded = eventStream || this.tunnel !== undefined;
    this.settings.ended(this, { outcome, status, bytes, instanceId: this.instanceId, openEnded });
  }
}
