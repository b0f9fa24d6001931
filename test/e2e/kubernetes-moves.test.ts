import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leftInCluster, serviceUrl } from './support/cluster.ts';
import {
  type ClusterPlatform,
  placementOf,
  startClusterPlatform,
} from './support/cluster-platform.ts';
import { withoutClusterTools } from './support/cluster-tools.ts';
import { docker } from './support/docker.ts';
import { instanceProcesses } from './support/processes.ts';
import { eventually, fetchUrl, pltf } from './support/tools.ts';

const missing = await withoutClusterTools();
const moveMs = 90_000;

describe.skipIf(missing !== undefined)(
  `an environment that outgrows its machine (${missing ?? 'processes, containers, pods'})`,
  () => {
    let cluster: ClusterPlatform;
    let name: string;
    let id: string;

    beforeAll(async () => {
      cluster = await startClusterPlatform({
        environments: { preview: 'agent', staging: 'agent', prod: 'agent' },
      });
      name = `moves-${cluster.word}`;
      id = `${name}.prod`;
      expect(await pltf(cluster.platform, 'create', 'service', name)).toMatchObject({ code: 0 });
      await eventually(
        () => placementOf(cluster.platform, `${name}.staging`),
        ({ serving }) => serving !== undefined,
      );
      const promoted = await pltf(cluster.platform, 'promote', name, '--yes');
      expect(promoted, promoted.err).toMatchObject({ code: 0 });
    });
    afterAll(() => cluster[Symbol.asyncDispose]());

    const processes = async (): Promise<readonly unknown[]> =>
      (await instanceProcesses(cluster.platform.data)).filter(({ instance }) =>
        instance.startsWith(id),
      );
    const containers = async (): Promise<readonly string[]> =>
      (await docker('ps', '--quiet', '--filter', `label=pltf.dev/placement=${id}`))
        .split('\n')
        .filter((line) => line !== '');
    const inCluster = async () => (await leftInCluster(name)).length > 0;
    const moveTo = (prod: string): Promise<void> =>
      cluster.reform({ preview: 'agent', staging: 'agent', prod });
    const onMachine = (): string => `http://${name}.localhost:${cluster.platform.routerPort}/`;

    it('moves from processes to containers by one line, and answers at its address throughout', async () => {
      expect(await processes()).not.toEqual([]);
      const users = watch([onMachine()]);

      await moveTo('boxes');
      await eventually(
        async () => ({ old: await processes(), now: await containers() }),
        ({ old, now }) => old.length === 0 && now.length > 0,
        moveMs,
      );

      const { moments, silent } = await users.stop();
      expect(silent).toEqual([]);
      expect(moments).toBeGreaterThan(20);
      expect((await placementOf(cluster.platform, id)).phase).toBe('running');
    });

    it('moves from containers to pods, and the old ones go only when the new ones serve', async () => {
      const users = watch([onMachine()]);
      await moveTo('cluster');
      const service = await serviceUrl(`${name}--prod`, moveMs);
      users.also(service);

      await eventually(containers, (left) => left.length === 0, moveMs);

      const { silent } = await users.stop();
      expect(silent).toEqual([]);
      expect((await ask(service)).status).toBe(200);
      expect(await placementOf(cluster.platform, id)).toMatchObject({
        phase: 'running',
        serving: { number: 1 },
      });
    });

    it('moves back the same way, with nothing left in the cluster', async () => {
      const service = await serviceUrl(`${name}--prod`);
      const users = watch([service, onMachine()]);

      await moveTo('agent');
      await eventually(inCluster, (left) => !left, moveMs);

      const { silent } = await users.stop();
      expect(silent).toEqual([]);
      expect((await fetchUrl(onMachine())).status).toBe(200);
      expect(await processes()).not.toEqual([]);
    });
  },
);

/** Names of this machine are asked through the router, addresses of the cluster as they are. */
const ask = (url: string): Promise<{ readonly status: number }> =>
  new URL(url).hostname.endsWith('localhost')
    ? fetchUrl(url)
    : fetch(url, { signal: AbortSignal.timeout(3000) });

/** Moments in which none of the addresses of a service answered. */
function watch(addresses: readonly string[], everyMs = 50) {
  const all = [...addresses];
  const silent: string[] = [];
  let moments = 0;
  let stopping = false;
  const answers = async (url: string): Promise<string> => {
    const answer = await ask(url).catch((error: Error) => ({ status: error.message }));
    return answer.status === 200 ? 'yes' : `${url}: ${answer.status}`;
  };
  const watching = (async () => {
    while (!stopping) {
      const told = await Promise.all(all.map(answers));
      moments += 1;
      if (!told.includes('yes')) silent.push(`${new Date().toISOString()} ${told.join(', ')}`);
      await sleep(everyMs);
    }
  })();
  return {
    also: (url: string): void => void all.push(url),
    stop: async () => {
      stopping = true;
      await watching;
      return { moments, silent };
    },
  };
}
