import { AgentHealth, type ContainerEngine } from '@pltf/contracts';
import type { AgentClient } from './agent-client.ts';

const withinMs = 3000;

/** The Docker Engine as the agent finds it now; undefined while the agent does not answer. */
export async function containerEngine(agent: AgentClient): Promise<ContainerEngine | undefined> {
  const request = { method: 'GET', path: '/v1/health', timeoutMs: withinMs } as const;
  const health = await agent.call(request, AgentHealth).catch(() => undefined);
  return health?.docker;
}
