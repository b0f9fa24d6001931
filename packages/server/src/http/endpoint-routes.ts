import { createHash } from 'node:crypto';
import { type ApiName, api, changesState, type Endpoint, PltfError } from '@pltf/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Handlers, RequestContext } from '../kernel/request.ts';
import type { ResolveActor } from '../modules/identity/index.ts';
import type { Authenticated } from './authentication.ts';
import { type SessionCookie, setCookieHeader } from './cookies.ts';
import type { Gate } from './gate.ts';
import { inputParser, type ParsedInput } from './input-parsing.ts';
import type { OpenStreams } from './open-streams.ts';
import { apiRoot } from './openapi.ts';
import { type WatchedContext, watchContext } from './request-context.ts';
import type { RequestJournal } from './request-journal.ts';
import { contentTypes, firstItem, type StreamTimes, writeItems } from './streaming.ts';

export interface EndpointRoutesOptions {
  readonly handlers: Handlers;
  readonly gate: Gate;
  readonly journal: RequestJournal;
  readonly streams: OpenStreams;
  readonly streamTimes: StreamTimes;
  readonly resolveActor: ResolveActor;
  readonly cookie: SessionCookie;
  /** Answers that are not as described become failures: for development and tests. */
  readonly validateAnswers: boolean;
}

/** What the loop over the table knows of every handler; each one's own type was checked where it was made. */
type AnyHandler = (
  input: ParsedInput,
  context: RequestContext,
) => Promise<unknown> | AsyncIterable<unknown>;

interface Operation {
  readonly name: ApiName;
  readonly endpoint: Endpoint;
  readonly handler: AnyHandler;
  readonly parse: ReturnType<typeof inputParser>;
}

/** Answers that hold a secret; they are not kept for a repeated request. */
const secretAnswers: ReadonlySet<ApiName> = new Set([
  'createSignInLink',
  'createToken',
  'createUser',
  'signIn',
]);

/** How long a stream waits for its first item before it answers "open", in milliseconds. */
const patienceMs = { sse: 20, ndjson: 1_000 } as const;

/** Registers every operation of the table. */
export function registerEndpoints(app: FastifyInstance, options: EndpointRoutesOptions): void {
  for (const name of Object.keys(api) as ApiName[]) {
    const endpoint: Endpoint = api[name];
    const handler = options.handlers[name] as unknown as AnyHandler;
    const operation: Operation = { name, endpoint, handler, parse: inputParser(endpoint) };
    app.route({
      method: endpoint.method,
      url: `${apiRoot}${endpoint.path}`,
      exposeHeadRoute: endpoint.method === 'GET' && endpoint.stream === undefined,
      // Before the body is read: who may not ask does not get to send one.
      onRequest: async (request, reply) => {
        await options.gate.admit(request, reply, name, endpoint);
      },
      handler: async (request, reply) => {
        await answer(operation, options, request, reply);
        // A reply is a promise of its own end, so inner functions must not hand it on.
        return reply;
      },
    });
  }
}

async function answer(
  operation: Operation,
  options: EndpointRoutesOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { endpoint } = operation;
  const who = options.gate.admitted(request);
  const lastEvent = endpoint.stream === 'sse' ? request.headers['last-event-id'] : undefined;
  const query =
    lastEvent === undefined ? request.query : { ...(request.query as object), after: lastEvent };
  const input = operation.parse({ params: request.params, query, body: request.body });
  const away = new AbortController();
  // `close` comes after every answer too; whoever still listens then has ended.
  reply.raw.once('close', () => away.abort(new Error('the caller went away')));
  const watched = watchContext({
    endpoint,
    actor: who.actor,
    requestId: request.id,
    address: request.ip,
    signal: endpoint.stream === undefined ? away.signal : options.streams.join(who, away),
    idempotencyKey: idempotencyKeyOf(request),
  });
  if (endpoint.stream !== undefined) {
    await stream(operation, options, watched, input, request, reply);
  } else if (changesState(endpoint)) await change(operation, options, watched, input, who, reply);
  else send(operation, reply, await run(operation, options, watched, input), options, watched);
}

async function run(
  { endpoint, handler, name }: Operation,
  options: EndpointRoutesOptions,
  watched: WatchedContext,
  input: ParsedInput,
): Promise<unknown> {
  if (endpoint.action === 'signed-in') watched.context.authorize({});
  const result = await handler(input, watched.context);
  watched.verifyAsked();
  if (options.validateAnswers) {
    const checked = endpoint.answer.safeParse(result);
    if (!checked.success)
      throw new Error(
        `${name} answers otherwise than described: ${z.prettifyError(checked.error)}`,
      );
  }
  return result;
}

async function change(
  operation: Operation,
  options: EndpointRoutesOptions,
  watched: WatchedContext,
  input: ParsedInput,
  who: Authenticated,
  reply: FastifyReply,
): Promise<void> {
  const { endpoint, name } = operation;
  const { context } = watched;
  const carried = await options.journal.carryOut(
    {
      id: context.requestId,
      action: name,
      target: targetOf(input),
      actor: who.actor,
      address: context.address,
      why: whyOf(input),
      // A passer-by has no name to keep an answer under.
      key: who.actor.via === 'anonymous' ? undefined : context.idempotencyKey,
      hash: hashOf(name, input),
      keepsAnswer: !secretAnswers.has(name),
    },
    async () => {
      const result = await run(operation, options, watched, input);
      const session = watched.session()?.token;
      const actor =
        session === undefined
          ? undefined
          : await options.resolveActor({ kind: 'session', secret: session });
      return { status: endpoint.status ?? 200, answer: result, actor };
    },
  );
  if (carried.repeated) void reply.header('idempotency-replayed', 'true');
  if (carried.status >= 400) {
    void reply
      .code(carried.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(JSON.stringify(carried.answer));
  } else send(operation, reply, carried.answer, options, watched);
}

function send(
  { endpoint }: Operation,
  reply: FastifyReply,
  result: unknown,
  { cookie }: EndpointRoutesOptions,
  watched: WatchedContext,
): void {
  const session = watched.session();
  if (session !== undefined)
    void reply.header('set-cookie', setCookieHeader(cookie, session.token));
  const status = endpoint.status ?? 200;
  void reply.code(status).header('cache-control', 'no-store');
  if (status === 204) void reply.send();
  else {
    void reply
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(result));
  }
}

async function stream(
  { endpoint, handler }: Operation,
  options: EndpointRoutesOptions,
  watched: WatchedContext,
  input: ParsedInput,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const format = endpoint.stream ?? 'ndjson';
  const items = (handler(input, watched.context) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  const first = await firstItem(items, watched.asked, patienceMs[format]);
  try {
    watched.verifyAsked();
  } catch (error) {
    await items.return?.();
    throw error;
  }
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': contentTypes[format],
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    // It was the connection's own; nobody waits for another use of it.
    'connection': 'close',
  });
  raw.flushHeaders();
  try {
    await writeItems(raw, format, items, first.item, options.streamTimes);
  } catch (error) {
    // The status is sent; an end without the last chunk tells the reader that something is missing.
    if (!watched.context.signal.aborted)
      request.log.warn({ err: error, route: endpoint.path }, 'stream failed');
    raw.destroy();
  }
}

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new PltfError('bad-request', {
    detail: 'the header Idempotency-Key is not valid',
    errors: [{ where: 'headers.idempotency-key', message: '1 to 200 visible ASCII characters' }],
  });
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** What a change is about: what its path names, else what its body does. */
function targetOf({ params, body }: ParsedInput): string {
  const named = Object.values(record(params)).map(String);
  if (named.length > 0) return named.join('/');
  const { machine, user, name } = record(body);
  return [machine, user, name].find((value) => typeof value === 'string')?.toString() ?? '-';
}

function whyOf({ body, query }: ParsedInput): string | undefined {
  const why = record(body)['why'] ?? record(query)['why'];
  return typeof why === 'string' && why !== '' ? why : undefined;
}

/** The same for equal requests, in whatever order their fields were sent. */
function hashOf(name: string, input: ParsedInput): Buffer {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash('sha256')
    .update(`${name}\n${JSON.stringify(input, sorted)}`)
    .digest();
}
