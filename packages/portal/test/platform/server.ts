import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join } from 'node:path';
import { api, type Endpoint, PltfError, toProblem } from '@pltf/contracts';
import { handlersOf } from './handlers.ts';
import type { World } from './world.ts';

export interface TestPlatform extends AsyncDisposable {
  readonly url: string;
  readonly world: World;
  /** A link that signs a person in once. */
  signInLink(user: string, path?: string): string;
  /** Cuts every connection and refuses new ones; `back` is where it was. */
  away(): Promise<void>;
  back(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As strict as a portal can be served: anything inline or from elsewhere is refused and reported. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const routes = Object.entries(api as Readonly<Record<string, Endpoint>>).map(
  ([name, definition]) => ({
    name,
    definition,
    pattern: new RegExp(`^/api/v1${definition.path.replace(/:([A-Za-z]+)/g, '(?<$1>[^/]+)')}$`),
  }),
);

/** Serves the built portal and the contract's API over a world in memory. */
export async function startTestPlatform(world: World, dist: string): Promise<TestPlatform> {
  const handlers = handlersOf(world) as unknown as Record<
    string,
    (input: unknown, asking: unknown) => unknown
  >;
  const sockets = new Set<Socket>();
  const make = () => {
    const server = createServer((request, response) => {
      answer(world, handlers, dist, request, response).catch((error: unknown) =>
        sendProblem(response, error),
      );
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    return server;
  };
  let server = make();
  let port = 0;
  const listen = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    world,
    signInLink: (user, path = '/sign-in') => {
      const token = `link-${world.links.size}-${user}`;
      world.links.set(token, user);
      return `http://127.0.0.1:${port}${path}#token=${token}`;
    },
    away: close,
    back: async () => {
      server = make();
      await listen();
    },
    [Symbol.asyncDispose]: close,
  };
}

type Handler = (input: unknown, asking: unknown) => unknown;

async function answer(
  world: World,
  handlers: Record<string, Handler>,
  dist: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  response.setHeader('content-security-policy', policy);
  if (!url.pathname.startsWith('/api/')) return sendFile(dist, url.pathname, response);
  const found = routes.find(
    ({ pattern, definition }) => definition.method === request.method && pattern.test(url.pathname),
  );
  const body = await readBody(request);
  world.requests.push({ method: request.method ?? '', path: url.pathname + url.search, body });
  if (world.settings.latencyMs > 0)
    await new Promise((resolve) => setTimeout(resolve, world.settings.latencyMs));
  if (found === undefined) throw new PltfError('not-found', { detail: url.pathname });
  const { name, definition, pattern } = found;
  if (world.settings.refuse !== undefined && definition.action !== 'public')
    return sendRefusal(world.settings.refuse, response);
  const cookie = /pltf=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const user = cookie === undefined ? undefined : world.sessions.get(cookie);
  if (definition.action !== 'public' && user === undefined)
    throw new PltfError('unauthenticated', { detail: 'no session' });
  if (name !== 'followEvents' && request.headers['x-pltf-portal'] !== '1')
    throw new PltfError('forbidden', { detail: 'the header x-pltf-portal is missing' });
  if (name === 'followEvents') return followEvents(world, url, request, response);
  const stop = new AbortController();
  response.on('close', () => stop.abort());
  const input = {
    params: definition.params?.parse(decoded(pattern.exec(url.pathname)?.groups ?? {})),
    query: definition.query?.parse(Object.fromEntries(url.searchParams)),
    body: definition.body?.parse(body),
  };
  const setCookie = (session: string | undefined): void => {
    response.setHeader(
      'set-cookie',
      session === undefined
        ? 'pltf=; Max-Age=0; Path=/'
        : `pltf=${session}; HttpOnly; SameSite=Strict; Path=/`,
    );
  };
  const result = handlers[name]?.(input, { user, signal: stop.signal, setCookie });
  if (definition.stream === 'ndjson')
    return sendLines(definition, result as AsyncIterable<unknown>, response);
  if (definition.status === 204) return void response.writeHead(204).end();
  // What the tests answer with is held to the contract, so that they cannot drift from it.
  response
    .writeHead(definition.status ?? 200, { 'content-type': 'application/json' })
    .end(JSON.stringify(definition.answer.parse(await result)));
}

const decoded = (groups: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(groups).map(([key, value]) => [key, decodeURIComponent(value)]),
  );

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function sendLines(
  definition: Endpoint,
  lines: AsyncIterable<unknown>,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  for await (const line of lines)
    response.write(`${JSON.stringify(definition.answer.parse(line))}\n`);
  response.end();
}

function followEvents(
  world: World,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const after = Number(
    request.headers['last-event-id'] ?? url.searchParams.get('after') ?? world.events.length,
  );
  const send = (event: (typeof world.events)[number]): void => {
    response.write(`id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  response.write('retry: 300\n\n');
  for (const event of world.events) if (event.seq > after) send(event);
  world.followers.add(send);
  response.on('close', () => world.followers.delete(send));
}

function sendProblem(response: ServerResponse, error: unknown): void {
  const problem = toProblem(
    error instanceof PltfError ? error : new PltfError('bad-request', { detail: String(error) }),
  );
  if (response.headersSent) return void response.destroy();
  response
    .writeHead(problem.status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify(problem));
}

function sendRefusal(
  { status, code, detail, fix }: NonNullable<World['settings']['refuse']>,
  response: ServerResponse,
): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(
    JSON.stringify({
      type: `https://pltf.dev/errors/${code}`,
      title: code,
      status,
      code,
      detail,
      fix,
      errors: [],
    }),
  );
}

async function sendFile(dist: string, path: string, response: ServerResponse): Promise<void> {
  const name = extname(path) === '' ? 'index.html' : path.slice(1);
  const file = await readFile(join(dist, name)).catch(() => undefined);
  if (file === undefined) return void response.writeHead(404).end();
  response
    .writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' })
    .end(file);
}
