import type { Readable } from 'node:stream';
import { PltfError } from '@pltf/contracts';
import { Agent, type Dispatcher } from 'undici';
import { z } from 'zod';

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'HEAD';
  /** Without the version, which is negotiated: `/containers/create`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Instead of `body`: bytes as they come. */
  readonly stream?: { readonly content: Readable | Buffer; readonly type: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Until the head of the answer is there, in milliseconds; 0 waits for ever. */
  readonly timeoutMs?: number;
}

/** The HTTP API of a Docker Engine, in the highest version that both sides know. */
export interface EngineClient {
  /** Throws `container-engine-unavailable` or `container-engine-refused`. */
  json<S extends z.ZodType>(request: EngineRequest, schema: S): Promise<z.output<S>>;
  /** For answers that say nothing; statuses in `accept` are no errors. Answers the status. */
  send(request: EngineRequest, accept?: readonly number[]): Promise<number>;
  stream(request: EngineRequest): Promise<Readable>;
  /** Values of JSON, one after the other, as the engine tells how far it is. Throws as `json` does, until the end. */
  values(request: EngineRequest): AsyncGenerator<unknown>;
  /** Asks who answers; a new engine may have come. */
  greet(timeoutMs?: number): Promise<EngineGreeting>;
  close(): Promise<void>;
}

export interface EngineGreeting {
  readonly api: string;
  /** The builder that the engine would use by itself: `1` classic, `2` BuildKit. */
  readonly builder: string;
}

/** The newest version of the API this client was written for, and the oldest with all it needs. */
const newestApi = '1.47';
const oldestApi = '1.40';
const defaultTimeoutMs = 30_000;

/** Where a Docker Engine answers: `unix:///var/run/docker.sock` or `tcp://host:port`. */
export function createEngineClient(host: string): EngineClient {
  const { origin, dispatcher } = connection(host);
  let greeted: Promise<EngineGreeting> | undefined;

  const send = async (
    path: string,
    request: Omit<EngineRequest, 'path'>,
  ): Promise<Dispatcher.ResponseData> => {
    const { stream, body, headers, query = {} } = request;
    const given = Object.entries(query).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
    const content =
      stream?.content ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
    const type = stream?.type ?? (body === undefined ? undefined : 'application/json');
    try {
      if (origin === undefined)
        throw new Error('DOCKER_HOST is to be unix:///… or tcp://host:port');
      return await dispatcher.request({
        ...{ origin, path: `${path}${search}`, method: request.method },
        headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) },
        ...(content === undefined ? {} : { body: content }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        headersTimeout: request.timeoutMs ?? defaultTimeoutMs,
      });
    } catch (error) {
      request.signal?.throwIfAborted();
      throw unavailable(host, error);
    }
  };

  const greet = async (timeoutMs?: number): Promise<EngineGreeting> => {
    const response = await send('/_ping', {
      method: 'GET',
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    await response.body.dump();
    const offered = headerOf(response, 'api-version') ?? '';
    if (response.statusCode !== 200 || compareApi(offered, oldestApi) < 0) {
      throw new PltfError('container-engine-unavailable', {
        detail: `What answers at ${host} is no Docker Engine with API ${oldestApi} or later (it says ${offered || response.statusCode}).`,
        fix: 'Install Docker Engine 19.03 or later.',
      });
    }
    const api = compareApi(offered, newestApi) > 0 ? newestApi : offered;
    return { api, builder: headerOf(response, 'builder-version') ?? '1' };
  };

  const versioned = async (request: EngineRequest): Promise<Dispatcher.ResponseData> => {
    greeted ??= greet();
    const { api } = await greeted.catch((error: unknown) => {
      greeted = undefined;
      throw error;
    });
    return send(`/v${api}${request.path}`, request);
  };

  const checked = async (request: EngineRequest, accept: readonly number[] = []) => {
    const response = await versioned(request);
    const { statusCode } = response;
    if (statusCode < 300 || accept.includes(statusCode)) return response;
    throw await refusal(request, response);
  };

  return {
    async json(request, schema) {
      const response = await checked(request);
      const text = await response.body.text().catch((error: unknown) => {
        throw unavailable(host, error);
      });
      return parseAnswer(request.path, text, schema);
    },
    async send(request, accept) {
      const response = await checked(request, accept);
      await response.body.dump({ limit: 1024 * 1024 });
      return response.statusCode;
    },
    stream: async (request) => (await checked(request)).body,
    async *values(request) {
      const { body } = await checked(request);
      try {
        yield* jsonLines(body);
      } catch (error) {
        request.signal?.throwIfAborted();
        throw unavailable(host, error);
      }
    },
    async greet(timeoutMs) {
      greeted = greet(timeoutMs);
      greeted.catch(() => {
        greeted = undefined;
      });
      return greeted;
    },
    close: () => dispatcher.destroy(),
  };
}

interface Connection {
  /** Undefined for an address that no engine can have. */
  readonly origin: string | undefined;
  readonly dispatcher: Agent;
}

function connection(host: string): Connection {
  const settings = { bodyTimeout: 0, keepAliveTimeout: 4000, connections: null };
  const socket = /^unix:\/\/(.+)$/.exec(host)?.[1];
  if (socket !== undefined) {
    const dispatcher = new Agent({ ...settings, connect: { socketPath: socket } });
    return { origin: 'http://docker', dispatcher };
  }
  const address = /^tcp:\/\/(.+)$/.exec(host)?.[1];
  const origin = address === undefined ? undefined : `http://${address}`;
  return { origin, dispatcher: new Agent(settings) };
}

const headerOf = ({ headers }: Dispatcher.ResponseData, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** Less than zero when the left version is older; what is no version is older than all. */
export function compareApi(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}

/** The status with which the engine refused; undefined when it was something else that failed. */
export function refusedWith(error: unknown): number | undefined {
  const cause = error instanceof PltfError ? error.cause : undefined;
  const status = Refused.safeParse(cause);
  return status.success ? status.data.refused : undefined;
}
const Refused = z.object({ refused: z.number() });

export const isUnavailable = (error: unknown): boolean =>
  error instanceof PltfError && error.code === 'container-engine-unavailable';

/** An error of the connection in the platform's words. */
export function unavailable(host: string, cause: unknown): PltfError {
  const why = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new PltfError('container-engine-unavailable', {
    detail: `The Docker Engine at ${host} does not answer: ${why}.`,
    cause,
  });
}

function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'its socket is not there';
  if (code === 'EACCES') return "the platform's user may not open its socket";
  if (code === 'ECONNREFUSED') return 'nobody listens';
  return code === undefined ? error.message : `${error.message} (${code})`;
}

const Message = z.object({ message: z.string() });

async function refusal(
  request: EngineRequest,
  response: Dispatcher.ResponseData,
): Promise<PltfError> {
  const text = (await response.body.text().catch(() => '')).slice(0, 4000);
  const parsed = Message.safeParse(parseJson(text));
  const said = parsed.success ? parsed.data.message : text;
  return new PltfError('container-engine-refused', {
    detail: `The Docker Engine refused ${request.method} ${request.path}: ${said.trim() || response.statusCode}`,
    cause: { refused: response.statusCode, message: said },
  });
}

function parseAnswer<S extends z.ZodType>(path: string, text: string, schema: S): z.output<S> {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new PltfError('container-engine-refused', {
    detail: `The Docker Engine's answer to ${path} cannot be read: ${parsed.error.issues[0]?.path.join('.')} ${parsed.error.issues[0]?.message}`,
  });
}

async function* jsonLines(stream: Readable): AsyncGenerator<unknown> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim() !== '') yield JSON.parse(part);
  }
  if (rest.trim() !== '') yield JSON.parse(rest);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
