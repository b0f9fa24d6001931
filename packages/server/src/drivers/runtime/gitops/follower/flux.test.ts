import { afterEach, expect, test } from 'vitest';
import { wantedPlacement } from '../../../../modules/runtime/testing/rollout-records.ts';
import { gitopsWorld, type World } from '../testing/gitops-world.ts';

let world: World;
afterEach(() => world[Symbol.asyncDispose]());
const manifest = 'rings/default/ad/users-api--prod/manifest.yaml';
const name = 'pltf-default-users-api--prod';
const key = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  namespace: 'flux-system',
  name,
};

/** Flux has come to the head, and says this of it. */
const reconciled = async (status: 'True' | 'False' = 'True', reason = 'Done'): Promise<void> => {
  const revision = `main@sha1:${await world.head()}`;
  world.hub.edit({ apiVersion: 'v1', kind: 'Namespace', name: 'flux-system' }, 'test', {});
  world.hub.edit(key, 'flux', { metadata: { labels: { 'pltf.dev/ring': 'default' } } });
  world.hub.edit(
    key,
    'kustomize-controller',
    {
      status: {
        conditions: [{ type: 'Ready', status, reason, message: 'as it is' }],
        lastAttemptedRevision: revision,
        ...(status === 'True' ? { lastAppliedRevision: revision } : {}),
        inventory: { entries: [{ id: 'users-api--prod_users-api_apps_Deployment', v: 'v1' }] },
      },
    },
    'status',
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
};
const migrating = (release: number) =>
  wantedPlacement({ release, revision: release, run: { release: ['node', 'migrate.js'] } });

test('a release task comes in a commit of its own, and the workload after it ended well', async () => {
  world = await gitopsWorld({ rule: { agent: 'flux' } });
  await world.driver.apply(migrating(1));
  const first = await world.file(manifest);
  await reconciled();
  await world.driver.apply(migrating(1));
  const second = await world.file(manifest);
  await reconciled();

  const observed = await world.driver.apply(migrating(1));

  expect(first).toContain('kind: Job');
  expect(first).not.toContain('kind: Deployment');
  expect(second).toContain('kind: Deployment');
  expect(second).not.toContain('kind: Job');
  expect(observed).toMatchObject({ phase: 'running', serving: { number: 1 } });
  expect(await world.file(`flux/default/followers/ad/${name}.yaml`)).toContain('prune: true');
});

test('a release task that fails leaves the workload of the release before', async () => {
  world = await gitopsWorld({ rule: { agent: 'flux' } });
  await world.driver.apply(wantedPlacement());
  await reconciled();
  await world.driver.apply(wantedPlacement());
  await world.driver.apply(migrating(2));
  const during = await world.file(manifest);
  await reconciled('False', 'HealthCheckFailed');
  await world.driver.apply(migrating(2));
  await reconciled();

  const observed = await world.driver.apply(migrating(2));

  expect(during).toContain('kind: Job');
  expect(observed).toMatchObject({ serving: { number: 1 }, rollout: { step: 'rolled-back' } });
  expect(await world.file(manifest)).toContain('pltf.dev/release: "1"');
});

test('a release task with nobody who reports is refused with the remedy, before anything is committed', async () => {
  world = await gitopsWorld({ rule: { agent: 'flux' }, reported: false });

  const observed = await world.driver.apply(migrating(1));

  expect(observed.phase).toBe('failed');
  expect(observed.rollout?.reason?.fix).toContain('Name `context`');
  expect(await world.head()).toBe('');
});

test('what moves out is let go of in two commits, each seen in the cluster, and then nobody follows it', async () => {
  world = await gitopsWorld({ rule: { agent: 'flux' } });
  await world.driver.apply(wantedPlacement());
  await reconciled();
  await world.driver.apply(wantedPlacement());
  const letGo = () => world.driver.letGo?.('users-api.prod', 'east');
  const stone = manifest.replace('manifest.yaml', 'TOMBSTONE');

  const first = await letGo();
  const left = await world.file(manifest);
  const early = await letGo();
  await reconciled();
  const second = await letGo();
  const buried = await world.file(stone);
  await reconciled();
  const third = await letGo();
  const over = await world.driver.remove('users-api.prod');
  const again = await (await world.restart()).letGo?.('users-api.prod', 'east');

  expect([first, early, second].map((answer) => answer && 'waits' in answer)).toEqual([
    true,
    true,
    true,
  ]);
  const objects = left?.split('---\n').filter((text) => text.includes('kind:')) ?? [];
  expect(objects.length).toBeGreaterThan(5);
  for (const object of objects)
    expect(object).toContain('kustomize.toolkit.fluxcd.io/prune: disabled');
  expect(JSON.parse(buried ?? '')).toMatchObject({ placement: 'users-api.prod', movedTo: 'east' });
  expect(third).toMatchObject({ hand: { manager: 'kustomize-controller' } });
  expect(over).toBe(true);
  expect(await world.file(`flux/default/followers/${name}.yaml`)).toBeUndefined();
  expect(again).toMatchObject({ hand: { manager: 'kustomize-controller' } });
});
