import { LogLine, PltfError, ReleaseImage } from '@pltf/contracts';
import { z } from 'zod';
import type {
  ImageBuilder,
  ImageBuildRequest,
  ImageBuildResult,
} from '../../../modules/delivery/index.ts';
import type { AgentClient } from './agent-client.ts';

export interface AgentImageBuilderOptions {
  readonly agent: AgentClient;
  /** Where a component's repository is, for what is written on its images. */
  readonly repositoryUrl: (component: string) => string;
}

const findWithinMs = 2_000;
const shownLines = 20;
const document = z.record(z.string(), z.unknown());

/** Images are made by the Docker Engine of the agent's machine. */
export function agentImageBuilder({
  agent,
  repositoryUrl,
}: AgentImageBuilderOptions): ImageBuilder {
  const pathOf = (digest: string): string => `/v1/images/${digest}`;
  const begin = (request: ImageBuildRequest): Promise<ReleaseImage> => {
    const { run, team, component, commit, digest, registry, args, signal } = request;
    const source = repositoryUrl(component);
    const body = {
      owner: { team, component },
      release: { digest, commit },
      plan: {
        source,
        ...(registry === undefined ? {} : { registry }),
        ...(args === undefined ? {} : { args }),
      },
      attempt: run,
    };
    return agent.call({ method: 'PUT', path: pathOf(digest), body, signal }, ReleaseImage);
  };
  return {
    begin: async (request) => {
      await begin(request);
    },
    build: async (request) => {
      const begun = await begin(request);
      if (begun.state !== 'building') return resultOf(begun);
      const { digest, signal } = request;
      const path = pathOf(digest);
      const wait = { method: 'GET', path: `${path}?wait=1`, timeoutMs: 0, signal } as const;
      return resultOf(await agent.call(wait, ReleaseImage));
    },
    find: (digest) =>
      orNothing(
        agent.call({ method: 'GET', path: pathOf(digest), timeoutMs: findWithinMs }, ReleaseImage),
      ),
    document: (digest, name) =>
      agent.call({ method: 'GET', path: `${pathOf(digest)}/${name}` }, document),
    log: (digest, follow, signal) => log(agent, pathOf(digest), follow, signal),
  };
}

function resultOf({ state, reference, image, reason }: ReleaseImage): ImageBuildResult {
  const name = reference ?? image;
  if (state === 'ready' && name !== undefined) return { ok: true, reference: name };
  return {
    ok: false,
    ended: reason?.detail ?? 'the engine did not say why',
    lines: (reason?.log ?? []).slice(-shownLines),
  };
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof PltfError && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function* log(
  agent: AgentClient,
  path: string,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  try {
    yield* agent.lines(`${path}/log${follow ? '?follow=1' : ''}`, LogLine, signal);
  } catch (error) {
    if (!(error instanceof PltfError) || error.code !== 'not-found') throw error;
  }
}
