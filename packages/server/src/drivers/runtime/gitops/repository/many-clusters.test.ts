import type { JsonValue } from '@pltf/plan/render';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { wantedPlacement } from '../../../../modules/runtime/testing/rollout-records.ts';
import { gitopsWorld, type World } from '../testing/gitops-world.ts';

const placement = 'users-api.prod';
const set = 'pltf-default-ad';
let world: World;
beforeEach(async () => {
  world = await gitopsWorld({ rule: { cluster: '*' } });
});
afterEach(() => world[Symbol.asyncDispose]());

/** What the Application that the set made for a cluster says now. */
const said = async (
  cluster: string,
  revision: string,
  health: 'Healthy' | 'Progressing' | 'Degraded' | undefined,
): Promise<void> => {
  const name = `${set}-${cluster}`;
  const key = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    namespace: 'argocd',
    name,
  };
  const labels = { 'pltf.dev/ring': 'default', 'pltf.dev/follower': set };
  world.hub.edit(key, 'argocd-applicationset-controller', { metadata: { labels } });
  const deployment = { kind: 'Deployment', namespace: 'users-api--prod', name: 'users-api' };
  const status: JsonValue = {
    sync: { status: 'Synced', revision },
    health: { status: health ?? 'Healthy' },
    resources:
      health === undefined ? [] : [{ ...deployment, status: 'Synced', health: { status: health } }],
    operationState: { phase: 'Succeeded', syncResult: { revision } },
  };
  world.hub.edit(key, 'argocd-controller', { status }, 'status');
  await new Promise((resolve) => setTimeout(resolve, 20));
};
const applied = () => world.driver.apply(wantedPlacement());

test('a ring of clusters is followed by a set that deletes nothing and takes no value for granted', async () => {
  await applied();

  const file = parseDocument((await world.file(`argocd/default/followers/${set}.yaml`)) ?? '');

  expect(file.toJS()).toMatchObject({
    kind: 'ApplicationSet',
    spec: {
      goTemplateOptions: ['missingkey=error'],
      generators: [{ clusters: { selector: { matchLabels: { 'pltf.dev/ring': 'default' } } } }],
      syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
      template: { metadata: { labels: { 'pltf.dev/follower': set } } },
    },
  });
});

test('a rollout is done when all clusters have it, and says how many have not', async () => {
  await applied();
  const head = await world.head();
  await said('eu', head, 'Healthy');
  await said('us', head, 'Progressing');

  const before = await applied();
  await said('us', head, 'Healthy');
  const after = await applied();

  expect(before.rollout?.step).toBe('waiting-healthy');
  expect(before.notes?.[0]?.because).toContain('1 of 2 clusters');
  expect(after).toMatchObject({ phase: 'running', rollout: { step: 'done' } });
});

test('one cluster in which it is not well takes it back in all', async () => {
  await applied();
  const head = await world.head();
  await said('eu', head, 'Healthy');
  await said('us', head, 'Degraded');

  await applied();

  expect(await world.lastMessage()).toContain('Deployment users-api is degraded');
  expect((await applied()).serving).toBeUndefined();
});

test('a removal is over when no cluster has anything of it any more', async () => {
  await applied();
  for (const cluster of ['eu', 'us']) await said(cluster, await world.head(), 'Healthy');
  await applied();
  await world.driver.remove(placement);
  for (const cluster of ['eu', 'us']) await said(cluster, await world.head(), 'Healthy');
  await world.driver.remove(placement);
  const buried = await world.head();

  await said('eu', buried, undefined);
  const one = await world.driver.remove(placement);
  const left = (await world.driver.observe(placement)).leftovers;
  await said('us', buried, undefined);

  expect(one).toBe(false);
  expect(left).toEqual([`Application ${set}-us has not come to the removal yet`]);
  expect(await world.driver.remove(placement)).toBe(true);
});
