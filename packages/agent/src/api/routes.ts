import {
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
import { answerEmpty, answerJson, answerLines, readBody } from './answers.ts';
import {
  type Call,
  Flag,
  LogQuery,
  nameOf,
  queryOf,
  type Route,
  route,
  WaitQuery,
} from './call.ts';
import { imageRoutes } from './image-routes.ts';

const JournalQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  follow: Flag,
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
  if (queryOf(call, WaitQuery).wait) await task.finished;
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
  route('GET', 'health', async ({ targets, response }) =>
    answerJson(response, 200, await targets.health()),
  ),
  ...placementRoutes,
  ...imageRoutes,
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
