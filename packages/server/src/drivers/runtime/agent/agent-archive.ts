import { LogLine, PltfError, StoredRelease, type TaskRequest, TaskResult } from '@pltf/contracts';
import { z } from 'zod';
import { within } from '../../../kernel/within.ts';
import type { BuildRequest, BuildResult, ReleaseArchive } from '../../../modules/delivery/index.ts';
import type { AgentClient } from './agent-client.ts';

export interface AgentArchiveOptions {
  readonly agent: AgentClient;
  /** Where a repository's bare folder is on this machine. */
  readonly gitDirectory: (repository: string) => string;
}

const buildTimeoutMs = 20 * 60_000;
const shownLines = 20;
const nothing = z.object({}).loose();

/** Ids that the agent removes together with the run. */
export const buildTaskId = (run: string): string => `${run}-build`;

/** Makes releases on this machine: the commit's tree as it is, or after the build command has run in it. */
export function agentArchive({ agent, gitDirectory }: AgentArchiveOptions): ReleaseArchive {
  return {
    build: async (request) => {
      const source = {
        gitDirectory: gitDirectory(request.component),
        commit: request.commit,
        ref: `refs/heads/${request.branch}`,
      };
      const owner = { team: request.team, component: request.component };
      if (request.build === undefined)
        return stored(agent, { owner, from: { source } }, request.signal);
      const workspace = `${request.run}-release`;
      await agent.call(
        { method: 'PUT', path: `/v1/workspaces/${workspace}`, body: { owner, source } },
        nothing,
      );
      const failed = await runBuild(agent, request, request.build, workspace);
      return failed ?? stored(agent, { owner, from: { workspace } }, request.signal);
    },
    remove: async (digest) => {
      await agent
        .send({ method: 'DELETE', path: `/v1/releases/${digest}` })
        .catch((error: unknown) => {
          const gone = error instanceof PltfError && error.code === 'not-found';
          // A placement that still needs it keeps it; the next collection asks again.
          const needed = error instanceof PltfError && error.kind.status === 409;
          if (!gone && !needed) throw error;
        });
    },
    stepLog: (task, follow, signal) => stepLog(agent, task, follow, signal),
  };
}

async function* stepLog(
  agent: AgentClient,
  task: string,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  try {
    yield* agent.lines(`/v1/tasks/${task}/log${follow ? '?follow=1' : ''}`, LogLine, signal);
  } catch (error) {
    // Steps such as a checkout have no task of their own.
    if (!(error instanceof PltfError) || error.code !== 'not-found') throw error;
  }
}

async function stored(
  agent: AgentClient,
  body: unknown,
  signal: AbortSignal,
): Promise<BuildResult> {
  const { digest, bytes } = await agent.call(
    { method: 'POST', path: '/v1/releases', body, signal },
    StoredRelease,
  );
  return { ok: true, digest, bytes };
}

async function runBuild(
  agent: AgentClient,
  { run, team, component, memoryMiB, signal }: BuildRequest,
  command: readonly string[],
  workspace: string,
): Promise<BuildResult | undefined> {
  const id = buildTaskId(run);
  const task: TaskRequest = {
    owner: { team, component },
    in: { workspace, path: '.' },
    run: { command: [...command] },
    env: { CI: 'true' },
    files: [],
    timeoutMs: buildTimeoutMs,
    memoryMiB,
  };
  await agent.call({ method: 'PUT', path: `/v1/tasks/${id}`, body: task }, TaskResult);
  const cancel = (): void =>
    void agent.send({ method: 'DELETE', path: `/v1/tasks/${id}` }).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  const result = await agent.call(
    { method: 'GET', path: `/v1/tasks/${id}?wait=1`, timeoutMs: 0 },
    TaskResult,
  );
  signal.removeEventListener('abort', cancel);
  if (result.exitCode === 0) return undefined;
  const lines: string[] = [];
  for await (const line of agent.lines(`/v1/tasks/${id}/log`, LogLine, within(10_000)))
    lines.push(line.text);
  return {
    ok: false,
    ended: result.ended ?? `exit ${result.exitCode ?? result.signal ?? '?'}`,
    lines: lines.slice(-shownLines),
  };
}
