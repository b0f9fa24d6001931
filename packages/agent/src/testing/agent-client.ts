import { Agent, type IncomingMessage, request } from 'node:http';
import {
  AgentHealth,
  type DesiredPlacement,
  fromProblem,
  JournalEntry,
  LogLine,
  ObservedPlacement,
  Problem,
  type ReleaseRequest,
  StoredRelease,
  type TaskRequest,
  TaskResult,
} from '@pltf/contracts';

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** Speaks the control protocol as the server does. */
export interface AgentClient {
  raw(method: string, path: string, body?: unknown): Promise<RawAnswer>;
  lines(path: string, signal?: AbortSignal): AsyncGenerator<unknown>;
  waitReady(): Promise<AgentHealth>;
  put(desired: DesiredPlacement): Promise<ObservedPlacement>;
  get(id: string): Promise<ObservedPlacement>;
  /** Waits until a placement is as wanted; throws with what it is instead after some seconds. */
  until(
    id: string,
    wanted: (placement: ObservedPlacement) => boolean,
    withinMs?: number,
  ): Promise<ObservedPlacement>;
  /** Waits until the rollout of this revision is over. */
  rolledOut(id: string, revision: number, withinMs?: number): Promise<ObservedPlacement>;
  remove(id: string): Promise<void>;
  release(body: ReleaseRequest): Promise<StoredRelease>;
  task(id: string, body: TaskRequest): Promise<TaskResult>;
  taskResult(id: string): Promise<TaskResult>;
  taskLog(id: string): Promise<string>;
  logs(id: string, query?: string): Promise<readonly LogLine[]>;
  journal(after: number): Promise<readonly JournalEntry[]>;
  stop(): Promise<void>;
  close(): void;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function createAgentClient(socketPath: string): AgentClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });

  const send = (method: string, path: string, body: unknown, signal?: AbortSignal) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) };
      const options = { socketPath, method, path, headers, agent };
      const call = request({ ...options, ...(signal === undefined ? {} : { signal }) }, resolve);
      call.once('error', reject);
      call.end(text);
    });

  const raw = async (method: string, path: string, body?: unknown): Promise<RawAnswer> => {
    const response = await send(method, path, body);
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, text };
  };

  const json = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const { status, text } = await raw(method, path, body);
    if (status >= 400) throw fromProblem(Problem.parse(JSON.parse(text)));
    return text === '' ? undefined : JSON.parse(text);
  };

  async function* lines(path: string, signal?: AbortSignal): AsyncGenerator<unknown> {
    const response = await send('GET', path, undefined, signal);
    let rest = '';
    try {
      for await (const chunk of response) {
        const parts = (rest + String(chunk)).split('\n');
        rest = parts.pop() ?? '';
        for (const line of parts) yield JSON.parse(line);
      }
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  }

  const collect = async <T>(path: string, parse: (value: unknown) => T): Promise<readonly T[]> => {
    const found: T[] = [];
    for await (const value of lines(path)) found.push(parse(value));
    return found;
  };

  const get = async (id: string) =>
    ObservedPlacement.parse(await json('GET', `/v1/placements/${id}`));

  const until: AgentClient['until'] = async (id, wanted, withinMs = 20_000) => {
    const end = Date.now() + withinMs;
    for (;;) {
      const placement = await get(id);
      if (wanted(placement)) return placement;
      if (Date.now() > end) throw new Error(`not reached: ${JSON.stringify(placement, null, 1)}`);
      await pause(5);
    }
  };

  return {
    raw,
    lines,
    async waitReady() {
      for (let tries = 0; ; tries += 1) {
        try {
          return AgentHealth.parse(await json('GET', '/v1/health'));
        } catch (error) {
          if (tries > 2000) throw error;
          await pause(5);
        }
      }
    },
    put: async (desired) =>
      ObservedPlacement.parse(await json('PUT', `/v1/placements/${desired.id}`, desired)),
    get,
    until,
    rolledOut: (id, revision, withinMs) =>
      until(
        id,
        ({ rollout }) => rollout?.revision === revision && rollout.finishedAt !== undefined,
        withinMs,
      ),
    async remove(id) {
      for (let tries = 0; tries < 4000; tries += 1) {
        const { status, text } = await raw('DELETE', `/v1/placements/${id}`);
        if (status === 204) return;
        if (status !== 202) throw new Error(text);
        await pause(5);
      }
      throw new Error(`${id} does not go`);
    },
    release: async (body) => StoredRelease.parse(await json('POST', '/v1/releases', body)),
    task: async (id, body) => TaskResult.parse(await json('PUT', `/v1/tasks/${id}`, body)),
    taskResult: async (id) => TaskResult.parse(await json('GET', `/v1/tasks/${id}?wait=1`)),
    async taskLog(id) {
      const found = await collect(`/v1/tasks/${id}/log`, (value) => LogLine.parse(value));
      return found.map((line) => `${line.text}\n`).join('');
    },
    logs: (id, query = 'tail=1000') =>
      collect(`/v1/placements/${id}/logs?${query}`, (value) => LogLine.parse(value)),
    journal: (after) => collect(`/v1/journal?after=${after}`, (value) => JournalEntry.parse(value)),
    async stop() {
      await json('POST', '/v1/stop');
    },
    close: () => agent.destroy(),
  };
}
