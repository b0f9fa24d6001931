import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, serviceUrl } from './support/cluster.ts';
import {
  type ClusterPlatform,
  instancePods,
  placementOf,
  promotedService,
  pushGreeting,
  startClusterPlatform,
} from './support/cluster-platform.ts';
import { withoutClusterTools } from './support/cluster-tools.ts';
import { eventually, git, pltf } from './support/tools.ts';

const missing = await withoutClusterTools();
const rolloutMs = 90_000;
/** A repository, a pipeline, an image and two rollouts, beside the pods of other tests. */
const createdMs = 600_000;

describe.skipIf(missing !== undefined)(
  `a change of the platform on Kubernetes (${missing ?? 'real pods'})`,
  () => {
    const environments = { preview: 'cluster', staging: 'agent', prod: 'cluster' };
    let cluster: ClusterPlatform;
    let name: string;
    let clone: string;

    beforeAll(async () => {
      cluster = await startClusterPlatform({ environments });
      name = `users-${cluster.word}`;
      clone = join(cluster.platform.home, name);
      await promotedService(cluster, name);
    }, createdMs);
    afterAll(() => cluster[Symbol.asyncDispose]());

    it('gets a change of the platform wave by wave, and the change halts where pods do not come up', async () => {
      const { platform } = cluster;
      await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/${name}.git`);
      await git(platform, clone, 'switch', '--quiet', '-c', 'wave');
      await pushGreeting(platform, clone, 'Hello from a wave', 'wave');
      await serviceUrl(`${name}-wave--preview`, rolloutMs);
      const change = async () => (await platform.client.listFleetChanges({ query: {} })).items[0];
      const states = async () =>
        Object.fromEntries(
          (await change())?.waves.flatMap(({ members }) =>
            members.map(({ placement, state }) => [placement, state]),
          ) ?? [],
        );
      const before = await placementOf(platform, `${name}.prod`);

      // 32 MiB are too little for node: what is of that size is killed as it starts.
      await cluster.reform(environments, { small: 288, medium: 32 });
      const halted = await eventually(change, (now) => now?.state === 'halted', 2 * rolloutMs);
      const found = await states();
      const status = await pltf(platform, 'fleet', 'status');
      await cluster.reform(environments, { small: 288, medium: 512 });
      await eventually(states, (now) => now[`${name}.prod`] === 'done', 2 * rolloutMs);

      expect(halted?.reason).toContain(`${name}.prod failed in prod`);
      expect(found).toEqual({
        [`${name}.preview`]: 'done',
        [`${name}-wave.preview`]: 'done',
        [`${name}.prod`]: 'failed',
      });
      expect(status.code).toBe(1);
      expect(await placementOf(platform, `${name}.prod`)).toMatchObject({
        ...{ phase: 'running', serving: before.serving },
      });
      const [pod] = await instancePods(`${name}-wave--preview`);
      expect(pod && field(pod, 'spec', 'containers', 0, 'resources', 'limits', 'memory')).toBe(
        '288Mi',
      );
    });
  },
);
