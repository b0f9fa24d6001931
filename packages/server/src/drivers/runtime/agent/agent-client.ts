import { errorKinds, fromProblem, PltfError, Problem } from '@pltf/contracts';
import { Agent, type Dispatcher } from 'undici';
import type { z } from 'zod';

export interface AgentClientOptions {
  /** The agent's unix socket. */
  readonly socketPath: string;
}

export interface AgentRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the answer's head must be there; 0 for no limit. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 30_000;
const notFound = 404;

/** Speaks the agent's control protocol over its unix socket. */
export class AgentClient implements AsyncDisposable {
  readonly #agent: Agent;

  constructor(options: AgentClientOptions) {
    this.#agent = new Agent({
      connect: { socketPath: options.socketPath },
      connections: 64,
      bodyTimeout: 0,
    });
  }

  /** One request, one parsed answer; undefined for 202 and 204. Throws the agent's own problem as a PltfError. */
  async call<T extends z.ZodType>(request: AgentRequest, answer: T): Promise<z.output<T>> {
    const response = await this.#send(request);
    const text = await response.body.text();
    try {
      return answer.parse(JSON.parse(text));
    } catch (cause) {
      throw new PltfError('payload-invalid', {
        detail: `the agent's answer to ${request.path} cannot be read`,
        cause,
      });
    }
  }

  /** A request whose answer has no body that matters; the status code. */
  async send(request: AgentRequest): Promise<number> {
    const response = await this.#send(request);
    await response.body.dump();
    return response.statusCode;
  }

  /** Lines of NDJSON as they come, until the agent ends or the signal aborts. */
  async *lines<T extends z.ZodType>(
    path: string,
    line: T,
    signal: AbortSignal,
  ): AsyncGenerator<z.output<T>> {
    const response = await this.#send({ method: 'GET', path, signal, timeoutMs: 0 });
    let rest = '';
    // A character may be cut in two by the end of a chunk.
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) if (part !== '') yield line.parse(JSON.parse(part));
      }
    } catch (error) {
      if (!signal.aborted) throw unavailable(error);
    } finally {
      response.body.destroy();
    }
  }

  async #send(request: AgentRequest): Promise<Dispatcher.ResponseData> {
    const response = await this.#agent
      .request({
        origin: 'http://agent',
        path: request.path,
        method: request.method,
        headersTimeout: request.timeoutMs ?? defaultTimeoutMs,
        ...(request.body === undefined
          ? {}
          : {
              body: JSON.stringify(request.body),
              headers: { 'content-type': 'application/json' },
            }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      })
      .catch((error: unknown) => {
        throw unavailable(error);
      });
    if (response.statusCode >= 400) throw await problemOf(response, request.path);
    return response;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

const unavailable = (cause: unknown): PltfError =>
  new PltfError('agent-unavailable', {
    detail: `the agent does not answer${cause instanceof Error ? ` (${cause.message})` : ''}`,
    cause,
  });

async function problemOf(response: Dispatcher.ResponseData, path: string): Promise<PltfError> {
  const text = await response.body.text();
  const problem = Problem.safeParse(parseJson(text));
  if (problem.success) return fromProblem(problem.data);
  const code = response.statusCode === notFound ? 'not-found' : 'payload-invalid';
  return new PltfError(code, {
    detail: `the agent answered ${response.statusCode} to ${path}`,
    fix: errorKinds[code].fix,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
