import { setTimeout as sleep } from 'node:timers/promises';
import { LogLine, ObservedPlacement, PltfError, TaskResult } from '@pltf/contracts';
import type { RuntimeDriver } from '../../../modules/runtime/index.ts';
import type { AgentClient } from './agent-client.ts';

const gone = 204;
/** A page waits no longer for what is newer than the last report. */
const observeWithinMs = 400;
const taskStartDeadlineMs = 15_000;
const taskStartLookMs = 50;

/** Runs placements on this machine through the agent. */
export function agentRuntime(agent: AgentClient): RuntimeDriver {
  return {
    apply: ({ desired }, signal) =>
      agent.call(
        { method: 'PUT', path: `/v1/placements/${desired.id}`, body: desired, signal },
        ObservedPlacement,
      ),
    remove: async (placement, signal) =>
      (await agent.send({ method: 'DELETE', path: `/v1/placements/${placement}`, signal })) ===
      gone,
    observe: (placement, signal) =>
      agent.call(
        { method: 'GET', path: `/v1/placements/${placement}`, signal, timeoutMs: observeWithinMs },
        ObservedPlacement,
      ),
    logs: (placement, { tail, follow, instance }, signal) => {
      const query = new URLSearchParams({
        tail: String(tail),
        ...(follow ? { follow: '1' } : {}),
        ...(instance === undefined ? {} : { instance }),
      });
      return agent.lines(`/v1/placements/${placement}/logs?${query.toString()}`, LogLine, signal);
    },
    startTask: (id, task) =>
      agent.call({ method: 'PUT', path: `/v1/tasks/${id}`, body: task }, TaskResult),
    awaitTask: (id, signal) =>
      agent.call(
        { method: 'GET', path: `/v1/tasks/${id}?wait=1`, signal, timeoutMs: 0 },
        TaskResult,
      ),
    taskLog: (id, follow, signal) => taskLog(agent, id, follow, signal),
    cancelTask: async (id) => {
      await agent.send({ method: 'DELETE', path: `/v1/tasks/${id}` });
    },
  };
}

/** A task that was accepted a moment ago may not have reached the agent: a follower waits for it, bounded. */
async function* taskLog(
  agent: AgentClient,
  id: string,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const until = Date.now() + (follow ? taskStartDeadlineMs : 0);
  for (;;) {
    try {
      yield* agent.lines(`/v1/tasks/${id}/log${follow ? '?follow=1' : ''}`, LogLine, signal);
      return;
    } catch (error) {
      const early = error instanceof PltfError && error.code === 'not-found' && Date.now() < until;
      if (!early || signal.aborted) throw error;
      await sleep(taskStartLookMs, undefined, { signal });
    }
  }
}
