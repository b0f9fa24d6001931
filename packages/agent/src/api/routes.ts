import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AgentHealth,
  ArtifactRequest,
  CacheRequest,
  DesiredPlacement,
  Digest,
  PlacementId,
  PltfError,
  ReleaseRequest,
  TaskRequest,
  WorkId,
  WorkspaceRequest,
} from '@pltf/contracts';
import { z } from 'zod';
import type { Journal } from '../journal/journal.ts';
import type { Placements } from '../placement/placements.ts';
import type { Releases } from '../release/releases.ts';
import type { Artifacts } from '../work/artifacts.ts';
import type { Caches } from '../work/caches.ts';
import type { Tasks } from '../work/tasks.ts';
import type { Workspaces } from '../work/workspaces.ts';
import { answerEmpty, answerJson, answerLines, parse, readBody } from './answers.ts';

/** What the control API opens to the server. */
export interface ControlTargets {
  readonly placements: Placements;
  readonly journal: Journal;
  readonly tasks: Tasks;
  readonly workspaces: Workspaces;
  /** Folders in which steps look for programs. */
  readonly searchPath: readonly string[];
  readonly releases: Releases;
  readonly caches: Caches;
  readonly artifacts: Artifacts;
  readonly health: () => AgentHealth;
  readonly stop: () => void;
}

export interface Call {
  readonly targets: ControlTargets;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The parts of the path that the pattern leaves open, decoded. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
}

type Handler = (call: Call) => Promise<void> | void;

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handler;
}

const Flag = z.stringbool().default(false);
const LogQuery = z.object({
  tail: z.coerce.number().int().min(0).max(100_000).default(100),
  follow: Flag,
  instance: z.string().max(200).optional(),
});
const JournalQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  follow: Flag,
});
const TaskQuery = z.object({ wait: Flag });

const queryOf = <S extends z.ZodType>(call: Call, schema: S): z.infer<S> =>
  parse(schema, Object.fromEntries(call.query));
const nameOf = <S extends z.ZodType>(call: Call, schema: S): z.infer<S> =>
  parse(schema, call.names[0]);

const route = (method: string, pattern: string, handle: Handler): Route => ({
  method,
  path: new RegExp(`^/v1/${pattern.replace(/:[a-z]+/g, '([^/]+)')}$`),
  handle,
});

async function putPlacement(call: Call): Promise<void> {
  const id = nameOf(call, PlacementId);
  const desired = await readBody(call.request, DesiredPlacement);
  if (desired.id !== id) {
    throw new PltfError('bad-request', { detail: `The path names ${id}, the body ${desired.id}.` });
  }
  answerJson(call.response, 200, await call.targets.placements.put(desired));
}

async function followLog(call: Call): Promise<void> {
  const { log } = call.targets.placements.get(nameOf(call, PlacementId));
  const query = queryOf(call, LogQuery);
  await answerLines(call.response, (signal) => log.read(query, signal));
}

async function followTask(call: Call): Promise<void> {
  const { log } = call.targets.tasks.get(nameOf(call, WorkId));
  const query = { ...queryOf(call, LogQuery), tail: Number.POSITIVE_INFINITY };
  await answerLines(call.response, (signal) => log.read(query, signal));
}

async function getTask(call: Call): Promise<void> {
  const task = call.targets.tasks.get(nameOf(call, WorkId));
  if (queryOf(call, TaskQuery).wait) await task.finished;
  answerJson(call.response, 200, task.result);
}

async function removeRun(call: Call): Promise<void> {
  const run = nameOf(call, WorkId);
  await call.targets.tasks.removeRun(run);
  await call.targets.workspaces.removeRun(run);
  await call.targets.artifacts.removeRun(run);
  answerEmpty(call.response, 204);
}

const placementRoutes: readonly Route[] = [
  route('GET', 'placements', ({ targets, response }) =>
    answerJson(
      response,
      200,
      targets.placements.list().map((placement) => placement.measured()),
    ),
  ),
  route('GET', 'placements/:id', (call) =>
    answerJson(
      call.response,
      200,
      call.targets.placements.get(nameOf(call, PlacementId)).measured(),
    ),
  ),
  route('PUT', 'placements/:id', putPlacement),
  route('DELETE', 'placements/:id', async (call) => {
    const gone = await call.targets.placements.remove(nameOf(call, PlacementId));
    answerEmpty(call.response, gone ? 204 : 202);
  }),
  route('GET', 'placements/:id/logs', followLog),
];

const workRoutes: readonly Route[] = [
  route('PUT', 'workspaces/:id', async (call) => {
    const request = await readBody(call.request, WorkspaceRequest);
    const { targets, response } = call;
    const { path, home, temporary } = await targets.workspaces.open(nameOf(call, WorkId), request);
    answerJson(response, 200, { root: path, home, temporary, path: targets.searchPath.join(':') });
  }),
  route('DELETE', 'workspaces/:id', async (call) => {
    await call.targets.workspaces.remove(nameOf(call, WorkId));
    answerEmpty(call.response, 204);
  }),
  route('PUT', 'tasks/:id', async (call) => {
    const request = await readBody(call.request, TaskRequest);
    answerJson(call.response, 200, await call.targets.tasks.put(nameOf(call, WorkId), request));
  }),
  route('GET', 'tasks/:id', getTask),
  route('GET', 'tasks/:id/log', followTask),
  route('DELETE', 'tasks/:id', (call) => {
    call.targets.tasks.cancel(nameOf(call, WorkId));
    answerEmpty(call.response, 202);
  }),
  route('DELETE', 'runs/:run', removeRun),
];

const storeRoutes: readonly Route[] = [
  route('POST', 'releases', async ({ targets, request, response }) => {
    const wanted = await readBody(request, ReleaseRequest);
    answerJson(response, 200, await targets.releases.make(wanted));
  }),
  route('GET', 'releases', ({ targets, response }) =>
    answerJson(response, 200, targets.releases.list()),
  ),
  route('DELETE', 'releases/:digest', async (call) => {
    await call.targets.releases.remove(nameOf(call, Digest));
    answerEmpty(call.response, 204);
  }),
  ...(['restore', 'save'] as const).map((action) =>
    route('POST', `workspaces/:id/cache/${action}`, async (call) => {
      const request = await readBody(call.request, CacheRequest);
      const result = await call.targets.caches[action](nameOf(call, WorkId), request);
      answerJson(call.response, 200, result);
    }),
  ),
  ...(['upload', 'download'] as const).map((action) =>
    route('POST', `workspaces/:id/artifacts/${action}`, async (call) => {
      const request = await readBody(call.request, ArtifactRequest);
      const result = await call.targets.artifacts[action](nameOf(call, WorkId), request);
      answerJson(call.response, 200, result);
    }),
  ),
];

/** The protocol as a table. */
export const routes: readonly Route[] = [
  route('GET', 'health', ({ targets, response }) => answerJson(response, 200, targets.health())),
  ...placementRoutes,
  route('GET', 'journal', async (call) => {
    const { after, follow } = queryOf(call, JournalQuery);
    const { journal } = call.targets;
    await answerLines(call.response, (signal) => journal.read(after, follow, signal));
  }),
  ...workRoutes,
  ...storeRoutes,
  route('POST', 'stop', ({ targets, response }) => {
    answerEmpty(response, 202);
    targets.stop();
  }),
];
