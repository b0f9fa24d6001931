import {
  ArtifactResult,
  CacheResult,
  LogLine,
  type Owner,
  PltfError,
  TaskResult,
  WorkspacePlaces,
} from '@pltf/contracts';
import type { StepRunner, StepTask, TaskOutcome } from '../../../modules/delivery/index.ts';
import type { AgentClient } from './agent-client.ts';

export interface AgentStepsOptions {
  readonly agent: AgentClient;
  readonly owner: Owner;
  readonly gitDirectory: string;
  /** The commit that a branch, tag or commit of the repository means now. */
  readonly resolve: (ref: string) => Promise<string | undefined>;
}

const stepMemoryMiB = 2_048;
const mostFiles = 10;

/** Runs pipeline steps as tasks of the agent: under the owner's user, in its workspaces. */
export function agentSteps(options: AgentStepsOptions): StepRunner {
  const { agent } = options;
  return {
    prepare: (request, signal) => prepare(options, request, signal),
    run: (task, signal) => runTask(options, task, signal),
    log: (task) => taskLines(agent, task),
    cacheRestore: async ({ workspaceId, ...body }, signal) => {
      const path = `/v1/workspaces/${workspaceId}/cache/restore`;
      const { hit, exact } = await agent.call({ method: 'POST', path, body, signal }, CacheResult);
      return hit === undefined ? { exact } : { hit, exact };
    },
    cacheSave: async ({ workspaceId, ...body }, signal) => {
      await agent.send({
        method: 'POST',
        path: `/v1/workspaces/${workspaceId}/cache/save`,
        body,
        signal,
        timeoutMs: 0,
      });
    },
    uploadArtifact: async ({ workspaceId, ...body }, signal) => {
      const path = `/v1/workspaces/${workspaceId}/artifacts/upload`;
      const { files, bytes, digest } = await agent.call(
        { method: 'POST', path, body, signal, timeoutMs: 0 },
        ArtifactResult,
      );
      return digest === undefined ? { files, bytes } : { files, bytes, digest };
    },
    downloadArtifact: async ({ workspaceId, ...body }, signal) =>
      agent.call(
        {
          method: 'POST',
          path: `/v1/workspaces/${workspaceId}/artifacts/download`,
          body,
          signal,
          timeoutMs: 0,
        },
        ArtifactResult,
      ),
    cancel: async (task) => {
      await agent.send({ method: 'DELETE', path: `/v1/tasks/${task}` }).catch(ignoreMissing);
    },
    remove: async (workspace) => {
      await agent
        .send({ method: 'DELETE', path: `/v1/workspaces/${workspace}` })
        .catch(ignoreMissing);
    },
  };
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof PltfError) || error.code !== 'not-found') throw error;
}

async function prepare(
  { agent, owner, gitDirectory, resolve }: AgentStepsOptions,
  { id, step, source }: Parameters<StepRunner['prepare']>[0],
  signal: AbortSignal,
): Promise<WorkspacePlaces> {
  const path = `/v1/workspaces/${id}`;
  if (source === undefined)
    return agent.call({ method: 'PUT', path, body: { owner, step }, signal }, WorkspacePlaces);
  if (source.repository.split('/').at(-1) !== owner.component) {
    throw new PltfError('bad-request', {
      detail: `${source.repository} is another repository`,
      fix: 'A workflow here checks out its own repository only.',
    });
  }
  const commit = source.commit ?? (await resolve(source.ref));
  if (commit === undefined) {
    throw new PltfError('bad-request', {
      detail: `there is no branch, tag or commit ${source.ref}`,
      fix: 'Name one that exists.',
    });
  }
  const checkout = {
    gitDirectory,
    commit,
    ref: source.ref,
    depth: source.depth,
    path: source.path,
  };
  return agent.call(
    { method: 'PUT', path, body: { owner, step, source: checkout }, signal, timeoutMs: 0 },
    WorkspacePlaces,
  );
}

async function runTask(
  { agent, owner }: AgentStepsOptions,
  task: StepTask,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const body = {
    owner,
    in: { workspace: task.workspaceId, path: task.workingDirectory },
    run: { shell: [...task.shell], script: task.script, extension: task.extension },
    env: task.env,
    files: task.files.slice(0, mostFiles),
    timeoutMs: task.timeoutMs,
    memoryMiB: stepMemoryMiB,
  };
  await agent.call({ method: 'PUT', path: `/v1/tasks/${task.id}`, body, signal }, TaskResult);
  const result = await agent.call(
    { method: 'GET', path: `/v1/tasks/${task.id}?wait=1`, signal, timeoutMs: 0 },
    TaskResult,
  );
  return {
    ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
    ...(result.signal === undefined ? {} : { signal: result.signal }),
    ...(result.ended === undefined ? {} : { reason: result.ended }),
    timedOut: result.ended === 'timeout',
    files: result.files,
    startedAt: Date.parse(result.startedAt),
    finishedAt: Date.parse(result.finishedAt ?? result.startedAt),
  };
}

async function* taskLines(agent: AgentClient, task: string): AsyncGenerator<string> {
  try {
    for await (const { text } of agent.lines(
      `/v1/tasks/${task}/log`,
      LogLine,
      new AbortController().signal,
    ))
      yield text;
  } catch (error) {
    ignoreMissing(error);
  }
}
