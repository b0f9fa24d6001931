import { randomBytes } from 'node:crypto';
import { RuntimeRule } from '@pltf/contracts';
import { clusterFacts } from '@pltf/plan';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClusterCache } from '../../packages/server/src/drivers/cluster/cache/watched-cache.ts';
import type { ClusterApi } from '../../packages/server/src/drivers/cluster/cluster-api.ts';
import {
  openRealCluster,
  withoutCluster,
} from '../../packages/server/src/drivers/cluster/testing/real-cluster.ts';
import {
  gitopsWorld,
  type World,
} from '../../packages/server/src/drivers/runtime/gitops/testing/gitops-world.ts';
import {
  KubectlTarget,
  kubectl,
} from '../../packages/server/src/drivers/runtime/gitops/testing/kubectl-target.ts';
import { kubernetesRuntime } from '../../packages/server/src/drivers/runtime/kubernetes/kubernetes-runtime.ts';
import type { ReleaseImages } from '../../packages/server/src/modules/runtime/index.ts';
import { wantedPlacement } from '../../packages/server/src/modules/runtime/testing/rollout-records.ts';

const skipped = withoutCluster();
/** An image that every node has, since every pod stands on it. */
const image = 'localhost/pause:1';
const images: ReleaseImages = {
  image: () => Promise.resolve({ state: 'ready', reference: image, user: 1000 }),
};
const ownRule = RuntimeRule.parse({ driver: 'kubernetes', context: 'real' }) as Extract<
  RuntimeRule,
  { driver: 'kubernetes' }
>;
const platform = randomBytes(4).toString('hex');
const withinMs = 120_000;

describe.skipIf(skipped !== undefined)(
  `a simulated Argo CD brings commits to a real cluster${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    const component = `pulled-${randomBytes(3).toString('hex')}`;
    const placement = `${component}.prod`;
    const namespace = `${component}--prod`;
    const run = { port: undefined, health: undefined, command: ['/pause'] };
    const first = wantedPlacement({ component, kind: 'worker', hosts: [], run });
    let cluster: ClusterApi;
    let world: World;

    beforeAll(async () => {
      cluster = openRealCluster();
      world = await gitopsWorld({
        target: new KubectlTarget(),
        ...{ targetApi: cluster, images },
      });
    });
    afterAll(async () => {
      await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
      await world[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    });

    /** Argo CD looks again and again, and the driver whenever that changed something. */
    const until = async <T>(pass: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> => {
      const end = Date.now() + withinMs;
      for (;;) {
        await world.argo.sync();
        await new Promise((resolve) => setTimeout(resolve, 300));
        const seen = await pass();
        if (isSo(seen) || Date.now() > end) return seen;
      }
    };
    const podNames = async (): Promise<readonly string[]> =>
      (await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace })).items.flatMap(
        ({ metadata: { name, uid, deletionTimestamp } }) =>
          deletionTimestamp === undefined ? [`${name} ${uid}`] : [],
      );
    const pods = async (): Promise<number> => (await podNames()).length;
    /** Who has applied what the Deployment is. */
    const managers = async (): Promise<readonly string[]> => {
      const key = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: component };
      const live = await cluster.get(key);
      return (live?.metadata.managedFields ?? []).flatMap(({ manager, operation }) =>
        operation === 'Apply' ? [manager] : [],
      );
    };

    test('a release becomes running pods', { timeout: 2 * withinMs }, async () => {
      const seen = await until(
        () => world.driver.apply(first),
        ({ phase }) => phase !== 'rolling',
      );

      expect(seen).toMatchObject({ phase: 'running', serving: { number: 1 } });
      expect(await pods()).toBe(2);
    });

    test('one that cannot start goes back by a commit, and the pods of before are still there', {
      timeout: 2 * withinMs,
    }, async () => {
      const broken = { ...run, command: ['/nothing'] };
      const second = wantedPlacement({
        ...{ component, kind: 'worker', hosts: [], run: broken, release: 2, revision: 2 },
      });

      const seen = await until(
        () => world.driver.apply(second),
        ({ phase }) => phase !== 'rolling',
      );

      expect(seen).toMatchObject({
        phase: 'running',
        serving: { number: 1 },
        rollout: { step: 'rolled-back' },
      });
      expect(await world.lastMessage()).toContain('back to release 1');
      const left = await until(pods, (count) => count === 2);
      expect(left).toBe(2);
    });

    test('it is handed over to the platform and back, and its pods run on', {
      timeout: 4 * withinMs,
    }, async () => {
      const before = (await podNames()).toSorted();
      await using cache = openClusterCache({ api: cluster, platform, burstMs: 20 });
      await using own = kubernetesRuntime({
        ...{ runtime: 'real', platform, cluster, cache, ledger: world.ledger, images },
        facts: async () => clusterFacts(ownRule, await cluster.served()),
        clock: { now: () => new Date() },
        wake: () => undefined,
      });
      const known = (await world.ledger.read('fleet', placement))?.record;
      if (known === undefined) throw new Error('nothing is known of it');

      const letGo = await until(
        async () => world.driver.letGo?.(placement, 'real'),
        (answer) => answer !== undefined && 'hand' in answer,
      );
      if (letGo === undefined || !('hand' in letGo)) throw new Error(JSON.stringify(letGo));
      await own.takeOver?.(placement, letGo.hand);
      await world.ledger.write({ ...known, runtime: 'real' }, 0);
      const moved = await until(
        () => own.apply({ ...first, desired: { ...first.desired, revision: 3 } }),
        ({ rollout }) => rollout?.revision === 3 && rollout.step === 'done',
      );
      const taken = { pods: (await podNames()).toSorted(), by: await managers() };
      await world.driver.remove(placement);
      const back = await until(
        () => world.driver.apply({ ...first, desired: { ...first.desired, revision: 4 } }),
        ({ rollout }) => rollout?.revision === 4 && rollout.step === 'done',
      );
      const left = await own.remove(placement);

      expect(moved).toMatchObject({ phase: 'running', serving: { number: 1 } });
      expect(taken).toEqual({ pods: before, by: ['pltf'] });
      expect(back).toMatchObject({ phase: 'running', serving: { number: 1 } });
      expect(left).toBe(true);
      expect((await podNames()).toSorted()).toEqual(before);
      expect(await managers()).toEqual(['argocd-controller']);
    });

    test('a removal is over when the namespace is gone from the cluster', {
      timeout: 2 * withinMs,
    }, async () => {
      const gone = await until(
        () => world.driver.remove(placement),
        (is) => is === true,
      );

      expect(gone).toBe(true);
      const key = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
      expect(await cluster.get(key)).toBeUndefined();
    });
  },
);
