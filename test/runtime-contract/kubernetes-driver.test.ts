import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { inject } from 'vitest';
import { startAgentProcess } from '../../packages/agent/src/testing/agent-process.ts';
import { agentLabel, clearDocker } from '../../packages/agent/src/testing/docker.ts';
import { clusterFacts } from '../../packages/plan/src/index.ts';
import { openClusterCache } from '../../packages/server/src/drivers/cluster/cache/watched-cache.ts';
import { openRealCluster } from '../../packages/server/src/drivers/cluster/testing/real-cluster.ts';
import { AgentClient } from '../../packages/server/src/drivers/runtime/agent/agent-client.ts';
import { AgentImages } from '../../packages/server/src/drivers/runtime/agent/agent-images.ts';
import { kubernetesRuntime } from '../../packages/server/src/drivers/runtime/kubernetes/index.ts';
import { memoryLedger } from '../../packages/server/src/modules/runtime/testing/memory-ledger.ts';
import { kubectl, leftInCluster, serviceUrl } from '../e2e/support/cluster.ts';
import { withoutClusterTools } from '../e2e/support/cluster-tools.ts';
import type { RuntimeBed } from './runtime-bed.ts';
import { runtimeContract } from './runtime-contract.ts';

/** The Kubernetes driver over a real cluster; an agent's engine builds the images. */
async function clusterBed(): Promise<RuntimeBed> {
  const runtime = 'cluster';
  const platform = randomBytes(4).toString('hex');
  const agent = await startAgentProcess();
  const client = new AgentClient({ socketPath: join(agent.data, 'agent', 'agent.sock') });
  const cluster = openRealCluster();
  const cache = openClusterCache({ api: cluster, platform });
  const images = new AgentImages({
    agent: client,
    registryOf: () => `${inject('registry')}/contract`,
    repositoryUrl: (name) => `https://git.example.com/${name}.git`,
    resolve: (reference) => Promise.resolve(reference),
    wake: () => undefined,
  });
  const facts = async () => clusterFacts({}, await cluster.served());
  const driver = kubernetesRuntime({
    ...{ runtime, platform, cluster, cache, images, facts, ledger: memoryLedger() },
    clock: { now: () => new Date() },
    wake: () => undefined,
  });
  const labelOf = (placement: string): string => placement.split('.')[0] ?? placement;
  return {
    ...{ driver, agent, patienceMs: 120_000 },
    visit: async (placement, path = '/') => {
      const url = await serviceUrl(`${labelOf(placement)}--prod`);
      const answer = await fetch(new URL(path, url), { signal: AbortSignal.timeout(3000) });
      return { status: answer.status, text: await answer.text() };
    },
    left: (placement) => leftInCluster(labelOf(placement)),
    [Symbol.asyncDispose]: async () => {
      await driver[Symbol.asyncDispose]();
      await images[Symbol.asyncDispose]();
      await cache[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await agent[Symbol.asyncDispose]();
      await kubectl('delete', 'namespaces', '-l', `pltf.dev/platform=${platform}`, '--wait=false');
      clearDocker(agentLabel(agent.data));
    },
  };
}

runtimeContract('pods', await withoutClusterTools(), clusterBed);
