import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AccessEntry } from './access-line.ts';
import type { RouterAnswer } from './answer-page.ts';
import { refuseConnection } from './connection-refusal.ts';
import { type Ending, Exchange, type ExchangeSettings } from './exchange.ts';
import * as answers from './fallback.ts';
import { createRequestRules } from './header-rules.ts';
import { parseHost } from './host-name.ts';
import type { Peer } from './peer.ts';
import { Reply } from './reply.ts';
import { type HeadRejection, type RequestHead, readRequestHead } from './request-head.ts';
import { createRequestIds } from './request-id.ts';
import type { Placement, RoutingTable } from './routing-table.ts';

export interface GateSettings extends Omit<ExchangeSettings, 'ended' | 'unavailable'> {
  readonly table: RoutingTable;
  readonly fallback: () => answers.Fallback;
  readonly log: (entry: AccessEntry) => void;
}

interface Arrival {
  readonly peer: Peer;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: number;
  readonly upgrade: { readonly socket: Socket; readonly rest: Buffer } | undefined;
}

/** Where requests come in: each is refused, answered here, or becomes an exchange with a placement. */
const undeclared =
  'This is no address that the calling service has declared: name the other service under `needs`.';

export class RequestGate {
  private readonly settings: GateSettings;
  private readonly exchanges: ExchangeSettings;
  private readonly rules = createRequestRules();
  private readonly newRequestId = createRequestIds();

  constructor(settings: GateSettings) {
    this.settings = settings;
    this.exchanges = {
      ...settings,
      unavailable: (placement, authority) => this.unavailable(placement, authority),
      ended: (exchange, ending) => this.ended(exchange, ending),
    };
  }

  request(
    peer: Peer,
    message: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): void {
    const startedAt = this.settings.now();
    const arrival = { peer, message, response, startedAt, upgrade: undefined };
    this.arrive(arrival, expectsContinue);
  }

  /** A request to switch protocols: Node has let go of its connection. */
  upgrade(peer: Peer, message: IncomingMessage, socket: Socket, rest: Buffer): void {
    const response = new ServerResponse(message);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.destroySoon());
    socket.on('error', () => socket.destroy());
    const startedAt = this.settings.now();
    this.arrive({ peer, message, response, startedAt, upgrade: { socket, rest } }, false);
  }

  /** Bytes that the parser refused, or a head that did not come in time. */
  malformed(peer: Peer, error: NodeJS.ErrnoException): void {
    const { now, timeouts } = this.settings;
    const requestId = this.newRequestId();
    const answer = refuseConnection(error, peer, requestId, now() + timeouts.lingerMs);
    if (answer === undefined) return;
    this.settings.log({
      at: Date.now(),
      placement: undefined,
      host: '',
      method: '-',
      path: '',
      status: answer.status,
      bytes: 0,
      milliseconds: 0,
      instance: undefined,
      requestId,
    });
  }

  private arrive(arrival: Arrival, expectsContinue: boolean): void {
    const { peer, message } = arrival;
    const { limits, table } = this.settings;
    if (peer.refused) {
      message.resume();
      return;
    }
    const head = readRequestHead(message, {
      rules: this.rules,
      newRequestId: this.newRequestId,
      peerAddress: peer.address,
      peerTrusted: peer.trusted,
      maximumHeaders: limits.headers,
      expectsContinue,
      upgrading: arrival.upgrade !== undefined,
    });
    if ('detail' in head) {
      this.reject(arrival, head);
      return;
    }
    const placement = table.find(head.authority);
    const target = typeof placement === 'string' ? '' : placement.id;
    if (peer.mayReach !== undefined && !peer.mayReach(target))
      this.answer(arrival, head, answers.refused(403, undeclared));
    else if (placement === 'invalid')
      this.reject(arrival, { status: 400, detail: 'The Host header is not a host name.' });
    else if (placement === 'unknown') this.answer(arrival, head, this.withoutRoute(head.authority));
    else this.exchange(arrival, head, placement);
  }

  private exchange(arrival: Arrival, head: RequestHead, placement: Placement): void {
    const { limits } = this.settings;
    const { peer, message, response, startedAt, upgrade } = arrival;
    // Written out: in a profile, spreading an object here took more time than any other line of the router.
    const request = { peer, message, response, head, startedAt, upgrade };
    const exchange = new Exchange(this.exchanges, request, placement);
    placement.inFlight += 1;
    peer.add(exchange);
    if (head.bodyLength > limits.bodyBytes) exchange.refuseBody();
    else exchange.admit();
  }

  /** What cannot be understood is not forwarded, and neither is what follows on its connection. */
  private reject(arrival: Arrival, { status, detail }: HeadRejection): void {
    const { message, peer } = arrival;
    const { now, timeouts } = this.settings;
    arrival.response.shouldKeepAlive = false;
    peer.closeBy(now() + timeouts.lingerMs);
    const head = {
      method: message.method ?? '-',
      path: message.url ?? '',
      authority: message.headers.host ?? '',
      requestId: this.newRequestId(),
      bodyLength: 0,
    };
    this.answer(arrival, head, answers.refused(status, detail));
  }

  private answer(
    arrival: Arrival,
    head: Omit<RequestHead, 'text' | 'instance' | 'expectsContinue' | 'upgrade'>,
    answer: RouterAnswer,
  ): void {
    const { peer, message, response, startedAt } = arrival;
    const { now, timeouts } = this.settings;
    const reply = new Reply(response, head.requestId);
    if (message.headers.expect !== undefined || this.settings.closing()) reply.closeAfter();
    reply.answer(answer);
    peer.touch(now());
    if (!message.complete) peer.discardRest(message, now() + timeouts.lingerMs);
    this.log(head, now() - startedAt, {
      outcome: 'client',
      status: reply.status,
      bytes: reply.bytes,
      instanceId: undefined,
      openEnded: false,
    });
  }

  private ended(exchange: Exchange, ending: Ending): void {
    const { placement, request } = exchange;
    const { peer, message, head, startedAt } = request;
    const now = this.settings.now();
    peer.remove(exchange, now);
    if (head.bodyLength !== 0 && !message.complete)
      peer.discardRest(message, now + this.settings.timeouts.lingerMs);
    placement.inFlight -= 1;
    const milliseconds = now - startedAt;
    placement.counters.finished(
      ending.outcome,
      ending.status,
      ending.openEnded ? undefined : milliseconds,
    );
    this.log(head, milliseconds, ending, placement.id);
  }

  private log(
    head: Pick<RequestHead, 'method' | 'path' | 'authority' | 'requestId'>,
    milliseconds: number,
    ending: Ending,
    placement?: string,
  ): void {
    this.settings.log({
      at: Date.now() - milliseconds,
      placement,
      host: head.authority,
      method: head.method,
      path: head.path,
      status: ending.status,
      bytes: ending.bytes,
      milliseconds,
      instance: ending.instanceId,
      requestId: head.requestId,
    });
  }

  private unavailable(placement: Placement, authority: string): RouterAnswer {
    const known = this.settings.fallback()(parseHost(authority) ?? '');
    return answers.placementAnswer(known ?? { state: 'starting', name: placement.id });
  }

  private withoutRoute(authority: string): RouterAnswer {
    const host = parseHost(authority) ?? '';
    const known = this.settings.fallback()(host);
    return known === undefined ? answers.unknownHostAnswer(host) : answers.placementAnswer(known);
  }
}
