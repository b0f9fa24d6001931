import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { wantedPlacement } from '../../packages/server/src/modules/runtime/testing/rollout-records.ts';

const skipped = withoutCluster();
/** An image that every node has, since every pod stands on it. */
const image = 'localhost/pause:1';
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
        targetApi: cluster,
        images: { image: () => Promise.resolve({ state: 'ready', reference: image, user: 1000 }) },
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
    const pods = async (): Promise<number> =>
      (await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace })).items.filter(
        ({ metadata }) => metadata.deletionTimestamp === undefined,
      ).length;

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
