import { join } from 'node:path';
import { startAgentProcess } from '../../packages/agent/src/testing/agent-process.ts';
import {
  agentLabel,
  clearDocker,
  docker,
  withoutDocker,
} from '../../packages/agent/src/testing/docker.ts';
import { visit } from '../../packages/agent/src/testing/visitor.ts';
import { AgentClient } from '../../packages/server/src/drivers/runtime/agent/agent-client.ts';
import { agentRuntime } from '../../packages/server/src/drivers/runtime/agent/agent-runtime.ts';
import type { RuntimeBed } from './runtime-bed.ts';
import { runtimeContract } from './runtime-contract.ts';

/** The driver of the agent over a real agent, whatever its instances are. */
async function agentBed(isolation?: 'docker'): Promise<RuntimeBed> {
  const agent = await startAgentProcess();
  const client = new AgentClient({ socketPath: join(agent.data, 'agent', 'agent.sock') });
  const label = agentLabel(agent.data);
  return {
    ...{ driver: agentRuntime(client), agent, patienceMs: 60_000 },
    ...(isolation === undefined ? {} : { isolation }),
    visit: (placement, path) =>
      visit(agent.routerPort, `${placement.split('.')[0]}.localhost`, path),
    left: async (placement) => [
      ...agent.processes(placement).map((pid) => `process ${pid}`),
      ...(isolation === undefined ? [] : containersOf(placement)),
    ],
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await agent[Symbol.asyncDispose]();
      if (isolation !== undefined) clearDocker(label);
    },
  };
}

const containersOf = (placement: string): readonly string[] =>
  docker(
    'ps',
    '--all',
    '--filter',
    `label=pltf.dev/placement=${placement}`,
    '--format',
    '{{.Names}}',
  )
    .split('\n')
    .filter((name) => name !== '');

runtimeContract('processes', undefined, () => agentBed());
runtimeContract('containers', withoutDocker(), () => agentBed('docker'));
