import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AnswerOf,
  type Api,
  type ApiName,
  api,
  type Endpoint,
  type ParsedOf,
  PltfError,
  type ResultOf,
  toProblem,
} from '@pltf/contracts';

type Answering<E extends Endpoint> = E extends { readonly stream: string }
  ? AsyncIterable<ResultOf<E>>
  : Promise<AnswerOf<E>> | AnswerOf<E>;

/** What answers one endpoint: parsed input in, an answer of the contract's shape out. */
export type TestHandler<K extends ApiName> = (
  input: ParsedOf<Api[K]>,
  call: { readonly signal: AbortSignal; readonly idempotencyKey: string | undefined },
) => Answering<Api[K]>;
export type TestHandlers = { [K in ApiName]?: TestHandler<K> };

/** A request as it arrived. */
export interface Recorded {
  readonly name: ApiName;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly body: unknown;
}

type AnyHandler = (
  input: object,
  call: { readonly signal: AbortSignal; readonly idempotencyKey: string | undefined },
) => unknown;

interface Route {
  readonly name: ApiName;
  readonly definition: Endpoint;
  readonly pattern: RegExp;
}

/** A server that speaks the contract: requests and answers go through the table's own schemas. */
export class TableServer implements AsyncDisposable {
  readonly handlers: TestHandlers;
  readonly requests: Recorded[] = [];
  readonly #token: string;
  readonly #server: Server;
  readonly #routes: readonly Route[];
  #port = 0;

  constructor(handlers: TestHandlers, token: string) {
    this.handlers = handlers;
    this.#token = token;
    this.#routes = Object.entries(api as Readonly<Record<string, Endpoint>>).map(
      ([name, definition]) => ({
        name: name as ApiName,
        definition,
        pattern: new RegExp(`^${definition.path.replace(/:([A-Za-z]+)/g, '(?<$1>[^/]+)')}$`),
      }),
    );
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens; on the same port again after `stop`, like a platform that was restarted. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Cuts every connection and refuses new ones, like a platform that was killed. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      const known =
        error instanceof PltfError
          ? error
          : new PltfError('internal', {
              detail: error instanceof Error ? error.message : String(error),
            });
      if (response.headersSent) return void response.destroy();
      const problem = toProblem(known, 'req_test');
      response.writeHead(problem.status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify(problem));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const path = url.pathname.replace(/^\/api\/v1/, '');
    const route = this.#routes.find(
      ({ definition, pattern }) => definition.method === request.method && pattern.test(path),
    );
    if (route === undefined)
      throw new PltfError('not-found', { detail: `${request.method} ${path}` });
    const { definition, name } = route;
    const text = await bodyOf(request);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const idempotencyKey = request.headers['idempotency-key']?.toString();
    this.requests.push({
      name,
      url: request.url ?? '',
      authorization: request.headers.authorization,
      idempotencyKey,
      body,
    });
    if (
      definition.action !== 'public' &&
      request.headers.authorization !== `Bearer ${this.#token}`
    ) {
      throw new PltfError('unauthenticated', { detail: 'the token is not known' });
    }
    const handler = this.handlers[name] as AnyHandler | undefined;
    if (handler === undefined)
      throw new PltfError('not-found', { detail: `nothing answers ${name}` });
    const away = new AbortController();
    response.on('close', () => away.abort());
    const params = Object.fromEntries(
      Object.entries(route.pattern.exec(path)?.groups ?? {}).map(([key, value]) => [
        key,
        decodeURIComponent(value),
      ]),
    );
    const input = {
      ...parsed(definition.params, params, 'params'),
      ...parsed(definition.query, Object.fromEntries(url.searchParams), 'query'),
      ...parsed(definition.body, body, 'body'),
    };
    const answer = handler(input, { signal: away.signal, idempotencyKey });
    if (definition.stream === undefined) send(response, definition, await answer);
    else await sendStream(response, definition, answer as AsyncIterable<unknown>);
  }
}

function parsed(schema: Endpoint['body'], value: unknown, part: string): object {
  if (schema === undefined) return {};
  const result = schema.safeParse(value);
  if (result.success) return { [part]: result.data };
  throw new PltfError('bad-request', {
    detail: `${part} is not valid`,
    errors: result.error.issues.map(({ path, message }) => ({ where: path.join('.'), message })),
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function send(response: ServerResponse, definition: Endpoint, answer: unknown): void {
  response.writeHead(definition.status ?? 200, { 'content-type': 'application/json' });
  // A server that answers something else than described is a fault of the test.
  response.end(
    definition.status === 204 ? undefined : JSON.stringify(definition.answer.parse(answer)),
  );
}

async function sendStream(
  response: ServerResponse,
  definition: Endpoint,
  answer: AsyncIterable<unknown>,
): Promise<void> {
  const sse = definition.stream === 'sse';
  response.writeHead(200, { 'content-type': sse ? 'text/event-stream' : 'application/x-ndjson' });
  response.flushHeaders();
  for await (const item of answer) {
    const line = JSON.stringify(definition.answer.parse(item));
    response.write(sse ? `data: ${line}\n\n` : `${line}\n`);
  }
  response.end();
}
