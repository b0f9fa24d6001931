import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlacementView, RolloutView } from '@pltf/contracts';
import { PltfError } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuseDeployments } from './support/admission-webhook.ts';
import { type ApiServer, startApiServer, withoutApiServer } from './support/api-server.ts';
import { field, kubectl, objectIn, serviceUrl } from './support/cluster.ts';
import {
  type ClusterPlatform,
  instancePods,
  placementOf,
  pushGreeting,
  rolloutEnded,
  startClusterPlatform,
} from './support/cluster-platform.ts';
import { withoutClusterTools } from './support/cluster-tools.ts';
import { refuseNodes } from './support/registry.ts';
import { loadOn } from './support/service-load.ts';
import { eventually, git, pltf } from './support/tools.ts';

const missing = (await withoutClusterTools()) ?? (await withoutApiServer());
const settleMs = 120_000;

describe.skipIf(missing !== undefined)(
  `what can happen to placements in a cluster (${missing ?? 'and does'})`,
  () => {
    let server: ApiServer;
    let cluster: ClusterPlatform;
    let name: string;
    let namespace: string;
    let clone: string;

    beforeAll(async () => {
      server = await startApiServer();
      cluster = await startClusterPlatform({
        environments: { preview: 'agent', staging: 'agent', prod: 'cluster' },
        kubeconfig: server.kubeconfig,
      });
      const { platform } = cluster;
      name = `chaos-${cluster.word}`;
      namespace = `${name}--prod`;
      clone = join(platform.home, name);
      expect(await pltf(platform, 'create', 'service', name)).toMatchObject({ code: 0 });
      await eventually(
        () => placementOf(platform, `${name}.staging`),
        ({ serving }) => serving !== undefined,
      );
      const promoted = await pltf(platform, 'promote', name, '--yes');
      expect(promoted, promoted.err).toMatchObject({ code: 0 });
      const scaled = await pltf(platform, 'scale', name, '2', '--env', 'prod', '--yes');
      expect(scaled, scaled.err).toMatchObject({ code: 0 });
      await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/${name}.git`);
      for (const [index, text] of ['The second release', 'The third release'].entries()) {
        expect(await pushGreeting(platform, clone, text)).toMatchObject({ code: 0 });
        await eventually(
          () => platform.client.listReleases({ params: { component: name }, query: {} }),
          ({ items }) => items.length === index + 2,
          settleMs,
        );
      }
    });
    afterAll(async () => {
      await cluster?.[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
    });

    const placement = (): Promise<PlacementView> => placementOf(cluster.platform, `${name}.prod`);
    const deploy = (release: number): Promise<RolloutView> =>
      cluster.platform.client.deploy({
        params: { placement: `${name}.prod` },
        body: { release },
      });
    const finished = (rollout: RolloutView): Promise<RolloutView> =>
      eventually(
        () => patiently(() => rolloutEnded(cluster.platform, rollout, 200_000)),
        () => true,
        settleMs,
      );
    const greeting = async (): Promise<string> =>
      (await fetch(await serviceUrl(namespace), { signal: AbortSignal.timeout(5000) })).text();
    /** The new pods of a rollout that has only just begun. */
    const midRollout = () =>
      eventually(
        () => instancePods(namespace, { leaving: true }),
        (pods) =>
          new Set(pods.map(({ metadata }) => metadata.labels?.['pod-template-hash'])).size > 1,
        60_000,
      );

    it('finishes a rollout although the server is killed in the middle, and drops no request', async () => {
      const load = loadOn(await serviceUrl(namespace), { kept: 2, fresh: 2, pauseMs: 10 });
      const rollout = await deploy(2);
      await midRollout();

      process.kill(await cluster.platform.pid('server'), 'SIGKILL');
      const ended = await finished(rollout);

      expect(ended).toMatchObject({ state: 'done', to: 2 });
      expect(await greeting()).toContain('The second release');
      const { failures } = await load.stop();
      expect(failures.slice(0, 10)).toEqual([]);
      const deployment = await objectIn(namespace, 'deployment', name);
      expect(field(deployment, 'status', 'replicas')).toBe((await placement()).desired.instances);
    });

    it('finishes a rollout although the API server is killed in the middle, and says meanwhile that it is away', async () => {
      const rollout = await deploy(1);
      await midRollout();

      await server.kill();
      const told = await eventually(
        placement,
        ({ phase, notes }) =>
          /unreachable|not answer|away/i.test(JSON.stringify({ phase, notes })) ||
          phase === 'unknown',
      );
      await server.start();
      const ended = await finished(rollout);

      expect(told.serving).toBeDefined();
      expect(ended).toMatchObject({ state: 'done', to: 1 });
      expect(await greeting()).toContain('It works.');
      await eventually(placement, ({ phase }) => phase === 'running', settleMs);
    });

    it('puts back a namespace that somebody deleted, and tells of it', async () => {
      const { uid } = (await objectIn('default', 'namespace', namespace)).metadata;
      await kubectl('delete', 'namespace', namespace, '--wait=false');

      const back = await eventually(
        () => objectIn('default', 'namespace', namespace),
        ({ metadata }) => metadata.uid !== uid,
        settleMs,
      );
      await eventually(greeting, (text) => text.includes('It works.'), settleMs);

      expect(back.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'pltf' });
      const { desired } = await placement();
      await eventually(
        async () => (await instancePods(namespace)).length,
        (count) => count === desired.instances,
        settleMs,
      );
      const { items } = await cluster.platform.client.listEvents({
        query: { component: name, limit: 200 },
      });
      expect(items.map(({ summary }) => summary).join('\n')).toMatch(/put back|missing/i);
    });

    it('says the words of an admission webhook that refuses, and what serves goes on', async () => {
      const before = await placement();
      const rollout = await (async () => {
        await using _webhook = await refuseDeployments(cluster.word, 'frozen until Monday');
        // The API server learns of a webhook a moment after it was made.
        await sleep(2000);
        return await finished(await deploy(2));
      })();

      expect(rollout.state).toMatch(/failed|rolled-back/);
      expect(rollout.reason?.detail).toContain('frozen until Monday');
      expect(rollout.reason?.fix).not.toBe('');
      expect((await placement()).serving).toEqual(before.serving);
      expect(await finished(await deploy(2))).toMatchObject({ state: 'done' });
    });

    it('says that an image cannot be pulled and why, and goes back', async () => {
      await refuseNodes(cluster.registry, name, true);

      const rollout = await finished(await deploy(3));
      await refuseNodes(cluster.registry, name, false);

      expect(rollout.state).toBe('rolled-back');
      expect(rollout.reason?.detail).toMatch(/image/i);
      expect(JSON.stringify(rollout.reason)).toMatch(/image-credentials|403|forbidden|denied/i);
      expect(await greeting()).toContain('The second release');
      expect(await finished(await deploy(3))).toMatchObject({ state: 'done' });
    });
  },
);

/** Asks again while the platform says that a retry helps, as every client does. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + settleMs; ; await sleep(100)) {
    try {
      return await work();
    } catch (error) {
      const again = error instanceof PltfError && error.kind.retryable && Date.now() < until;
      if (!again) throw error;
    }
  }
}
