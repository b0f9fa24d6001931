import type { Socket } from 'node:net';
import { api, type Endpoint, errorKinds, PltfError, toProblem } from '@pltf/contracts';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Handlers } from '../kernel/request.ts';
import type { ResolveActor } from '../modules/identity/index.ts';
import { sessionCookie } from './cookies.ts';
import { registerDescription } from './description.ts';
import { registerEndpoints } from './endpoint-routes.ts';
import type { EventTail } from './event-tail.ts';
import { createGate } from './gate.ts';
import { registerGit, type ServeGit } from './git-routes.ts';
import { OpenStreams } from './open-streams.ts';
import { apiRoot } from './openapi.ts';
import { registerPortal, type ServePortal } from './portal-files.ts';
import { sendProblem } from './problem-answers.ts';
import { type Rates, usualRates } from './rate-limits.ts';
import type { RequestJournal } from './request-journal.ts';
import { hostCheck, securityHeaders } from './security-headers.ts';
import { type StreamTimes, usualStreamTimes } from './streaming.ts';

export interface AppOptions {
  readonly handlers: Handlers;
  readonly serveGit: ServeGit;
  readonly resolveActor: ResolveActor;
  readonly journal: RequestJournal;
  readonly tail: EventTail;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  /** Where people reach the portal, for example `http://localhost:7070`. */
  readonly portalUrl: string;
  /** Further host names to answer to; loopback names and the portal's are always answered to. */
  readonly hosts: readonly string[];
  /** The built portal; undefined serves none. */
  readonly portalDirectory: string | undefined;
  /** How long a session's cookie lasts, in milliseconds. */
  readonly sessionLifetimeMs: number;
  /** Addresses of proxies whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[];
  readonly validateAnswers: boolean;
  readonly rates?: Rates;
  readonly streamTimes?: StreamTimes;
  /** How long the body of a request may take to arrive, in milliseconds. */
  readonly bodyTimeoutMs?: number;
}

const longestBody = 1024 * 1024;
const longestUrl = 8_000;
/** What is under way when the server stops has this long to end. */
const closeMs = 5_000;
const usualBodyTimeoutMs = 30_000;

/** The whole HTTP surface: API, git, portal. Listens nowhere yet. */
export function createApp(options: AppOptions): FastifyInstance {
  // Its own type would make the app's a different one for every logger.
  const logger: FastifyBaseLogger = options.logger;
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId('req', options.clock.now()),
    requestIdHeader: false,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    bodyLimit: longestBody,
    // A push may take hours; bodies of the API have a timeout of their own below.
    requestTimeout: 0,
    keepAliveTimeout: 72_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384 },
    routerOptions: { maxParamLength: longestUrl, ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    clientErrorHandler: answerClientError,
    // Addresses that cannot be decoded reach neither hooks nor the handler of errors.
    frameworkErrors: (error, request, reply) => void sendProblem(request, reply, error),
  });
  const streams = new OpenStreams(options.resolveActor, options.tail);
  const connections = openConnections(app);
  app.addHook('preClose', async () => {
    endConnections(app, connections);
    await streams[Symbol.asyncDispose]();
  });
  addChecks(app, options);
  parseJson(app);
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
  register(app, options, streams);
  return app;
}

/**
 * Node closes a connection at rest only when it is so at that moment, and one on which nothing was ever sent (browsers
 * and clients open them to have one) not at all: both would be waited for until their client leaves.
 */
function endConnections(app: FastifyInstance, open: ReadonlySet<Socket>): void {
  const end = (): void => {
    app.server.closeIdleConnections();
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
  const idle = setInterval(end, 20);
  const late = setTimeout(() => app.server.closeAllConnections(), closeMs);
  app.server.once('close', () => {
    clearInterval(idle);
    clearTimeout(late);
  });
}

function openConnections(app: FastifyInstance): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

function register(app: FastifyInstance, options: AppOptions, streams: OpenStreams): void {
  const { handlers, journal, resolveActor, validateAnswers, portalUrl } = options;
  const cookie = sessionCookie(portalUrl, options.sessionLifetimeMs);
  const gate = createGate({
    resolveActor,
    cookie,
    portalOrigin: new URL(portalUrl).origin,
    rates: options.rates ?? usualRates,
    now: () => options.clock.now().getTime(),
  });
  const streamTimes = options.streamTimes ?? usualStreamTimes;
  registerEndpoints(app, {
    handlers,
    gate,
    journal,
    streams,
    streamTimes,
    resolveActor,
    cookie,
    validateAnswers,
  });
  registerDescription(app, { version: options.version, portalUrl });
  registerGit(app, gate, options.serveGit);
  const portal =
    options.portalDirectory === undefined
      ? undefined
      : registerPortal(app, options.portalDirectory);
  app.setNotFoundHandler((request, reply) => answerUnknown(request, reply, portal));
}

/** What holds for every request, whatever it asks for. */
function addChecks(app: FastifyInstance, options: AppOptions): void {
  const portal = new URL(options.portalUrl);
  const headers = securityHeaders(portal.protocol === 'https:');
  const checkHost = hostCheck([portal.hostname.replace(/^\[|\]$/g, ''), ...options.hosts]);
  const bodyTimeoutMs = options.bodyTimeoutMs ?? usualBodyTimeoutMs;
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ ...headers, 'x-request-id': request.id });
    checkHost(request.headers.host);
    if (request.url.length > longestUrl) {
      throw new PltfError('url-too-long', {
        detail: `${request.url.length} characters; at most ${longestUrl}`,
      });
    }
    if (!request.url.startsWith('/git/')) limitBody(request, bodyTimeoutMs);
    await Promise.resolve();
  });
}

/** Cuts off a body that trickles in. */
function limitBody(request: FastifyRequest, timeoutMs: number): void {
  const { raw } = request;
  if (
    raw.complete ||
    (raw.headers['content-length'] === undefined && raw.headers['transfer-encoding'] === undefined)
  )
    return;
  const timer = setTimeout(() => {
    const error = new PltfError('request-timeout', {
      detail: `the body did not arrive within ${timeoutMs / 1000} s`,
    });
    writeRawProblem(raw.socket, error);
  }, timeoutMs);
  const stop = (): void => clearTimeout(timer);
  raw.once('end', stop).once('close', stop);
}

/** An empty body with the type of JSON is no body: clients set the header for every request. */
function parseJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body.toString(), done);
  });
}

const tableOf = (Object.values(api) as readonly Endpoint[]).map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${apiRoot}${path.replace(/:[A-Za-z]+/g, '[^/]+')}$`),
}));

async function answerUnknown(
  request: FastifyRequest,
  reply: FastifyReply,
  portal: ServePortal | undefined,
): Promise<FastifyReply> {
  const [path = ''] = request.url.split('?', 1);
  const others = tableOf.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (others.length > 0) {
    void reply.header('allow', [...new Set(others)].join(', '));
    throw new PltfError('method-not-allowed', { detail: `${request.method} cannot be done here` });
  }
  const isPage =
    (request.method === 'GET' || request.method === 'HEAD') && !/^\/(?:api|git)(?:\/|$)/.test(path);
  if (isPage && (await portal?.(request, reply)) === true) return reply;
  throw new PltfError('not-found', {
    detail: `there is nothing at ${request.method} ${path.slice(0, 200)}`,
    fix: 'The API is described at /api/docs.',
  });
}

/** Requests that Node could not read far enough to hand them on. */
function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? (['headers-too-large', 'the headers are longer than 16 KiB'] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? (['request-timeout', 'the headers did not arrive in time'] as const)
        : (['bad-request', 'this is not HTTP as it should be'] as const);
  writeRawProblem(socket, new PltfError(code, { detail }));
}

function writeRawProblem(socket: Socket, error: PltfError): void {
  const body = JSON.stringify(toProblem(error));
  const { status, title } = errorKinds[error.code];
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
