import {
  type Api,
  type ApiName,
  api,
  type Endpoint,
  type InputOf,
  type ResultOf,
} from './api/index.ts';
import { PltfError } from './errors.ts';
import { fromProblem, Problem } from './problem.ts';

export interface ClientOptions {
  /** Where the server answers, without `/api/v1`; empty in a browser on the same origin. */
  readonly url: string;
  readonly token?: string;
  readonly fetch?: typeof fetch;
  /** Sent with every request; a browser needs none. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly idempotencyKey?: string;
  readonly lastEventId?: string;
}

type Call<E extends Endpoint> = (
  input: InputOf<E>,
  options?: CallOptions,
) => E extends { stream: string } ? AsyncIterable<ResultOf<E>> : Promise<ResultOf<E>>;

export type Client = { readonly [K in ApiName]: Call<Api[K]> };

interface Parts {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
}

/** Parameters are texts, numbers and booleans; anything else has no place in a URL. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** `/api/v1/…` with parameters and query filled in and escaped. */
export function endpointPath(definition: Endpoint, input: Parts): string {
  const path = definition.path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(asText(input.params?.[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(name, asText(value));
  }
  const text = query.toString();
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`;
}

async function send(options: ClientOptions, definition: Endpoint, input: Parts, call: CallOptions) {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  if (definition.stream === 'sse') headers['accept'] = 'text/event-stream';
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  if (call.idempotencyKey !== undefined) headers['idempotency-key'] = call.idempotencyKey;
  if (call.lastEventId !== undefined) headers['last-event-id'] = call.lastEventId;
  const body = definition.body === undefined ? undefined : JSON.stringify(input.body);
  if (body !== undefined) headers['content-type'] = 'application/json';
  const url = `${options.url}${endpointPath(definition, input)}`;
  const request: RequestInit = { method: definition.method, headers };
  if (body !== undefined) request.body = body;
  if (call.signal !== undefined) request.signal = call.signal;
  const response = await (options.fetch ?? fetch)(url, request).catch((cause: unknown) => {
    if (call.signal?.aborted === true) throw cause;
    throw new PltfError('unavailable', {
      detail: `no answer from ${options.url === '' ? 'the platform' : options.url}`,
      fix: 'Is the platform running? `npm start` starts it.',
      cause,
    });
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<PltfError> {
  const text = await response.text().catch(() => '');
  try {
    return fromProblem(Problem.parse(JSON.parse(text)));
  } catch {
    return new PltfError('unavailable', {
      detail: `status ${response.status} without a problem document`,
    });
  }
}

async function* lines(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      rest += decoder.decode(value, { stream: true });
      let end = rest.indexOf('\n');
      while (end >= 0) {
        yield rest.slice(0, end).replace(/\r$/, '');
        rest = rest.slice(end + 1);
        end = rest.indexOf('\n');
      }
    }
    if (rest !== '') yield rest;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function* stream(
  options: ClientOptions,
  definition: Endpoint,
  input: Parts,
  call: CallOptions,
) {
  const response = await send(options, definition, input, call);
  for await (const line of lines(response)) {
    if (definition.stream === 'sse') {
      if (line.startsWith('data:')) yield definition.answer.parse(JSON.parse(line.slice(5)));
    } else if (line !== '') {
      yield definition.answer.parse(JSON.parse(line));
    }
  }
}

/** The typed client, made from the table of endpoints. Every call throws a PltfError when it fails. */
export function createClient(options: ClientOptions): Client {
  const calls = Object.entries(api as Readonly<Record<string, Endpoint>>).map(
    ([name, definition]) => {
      const call = (input: Parts = {}, callOptions: CallOptions = {}): unknown =>
        definition.stream === undefined
          ? once(options, definition, input, callOptions)
          : stream(options, definition, input, callOptions);
      return [name, call] as const;
    },
  );
  // The table's types and this loop agree by construction; TypeScript cannot follow a mapped loop.
  return Object.fromEntries(calls) as unknown as Client;
}

async function once(options: ClientOptions, definition: Endpoint, input: Parts, call: CallOptions) {
  const response = await send(options, definition, input, call);
  if (response.status === 204) return {};
  const text = await response.text();
  try {
    return definition.answer.parse(JSON.parse(text));
  } catch (cause) {
    throw new PltfError('payload-invalid', {
      detail: `${definition.method} ${definition.path} answered with something else than described`,
      cause,
    });
  }
}
