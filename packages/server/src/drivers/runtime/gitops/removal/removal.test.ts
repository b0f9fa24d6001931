import { afterEach, expect, test } from 'vitest';
import { wantedPlacement } from '../../../../modules/runtime/testing/rollout-records.ts';
import { memoryCluster } from '../../../cluster/testing/memory-cluster.ts';
import { gitopsWorld, type World, type WorldOptions } from '../testing/gitops-world.ts';

let world: World;
afterEach(() => world[Symbol.asyncDispose]());
const given = async (options?: WorldOptions): Promise<World> => {
  world = await gitopsWorld(options);
  return world;
};
const folder = 'rings/default/ad/users-api--prod';
const follower = 'argocd/default/followers/pltf-default-ad.yaml';
const placement = 'users-api.prod';
const synced = async (): Promise<void> => {
  await world.argo.sync();
  await new Promise((resolve) => setTimeout(resolve, 20));
};
const served = async (component = 'users-api'): Promise<void> => {
  await world.driver.apply(wantedPlacement({ component }));
  await synced();
  await world.driver.apply(wantedPlacement({ component }));
};
const leftovers = async (): Promise<readonly string[]> =>
  (await world.driver.observe(placement)).leftovers;

test('a removal unlocks the namespace, then leaves a tombstone, and is over when the cluster has nothing left', async () => {
  await given();
  await served();
  world.asked = { by: 'ada', why: 'replaced by accounts-api' };

  const first = await world.driver.remove(placement);
  const unlocked = await world.file(`${folder}/manifest.yaml`);
  const waiting = await leftovers();
  await synced();
  const second = await world.driver.remove(placement);
  const message = await world.lastMessage();
  await synced();
  const third = await world.driver.remove(placement);

  expect([first, second, third]).toEqual([false, false, true]);
  expect(unlocked).not.toContain('Prune=confirm');
  expect(waiting[0]).toContain('its namespace is unlocked first');
  expect(message).toContain('users-api.prod: removed');
  expect(message).toContain('Because: replaced by accounts-api');
  expect(await world.file(`${folder}/manifest.yaml`)).toBeUndefined();
  expect(JSON.parse((await world.file(`${folder}/TOMBSTONE`)) ?? '')).toMatchObject({
    placement,
    by: 'ada',
    why: 'replaced by accounts-api',
  });
  expect([...world.target.objects.keys()]).toEqual([]);
});

test('only the removal of the last of a group lets its Application become empty', async () => {
  await given();
  await served();
  const before = await world.file(follower);
  await world.driver.remove(placement);
  await synced();
  await world.driver.remove(placement);

  const during = await world.file(follower);
  await world.driver.apply(wantedPlacement({ revision: 2 }));

  expect(before).toContain('allowEmpty: false');
  expect(during).toContain('allowEmpty: true');
  expect(await world.file(follower)).toContain('allowEmpty: false');
  expect(await world.file(`${folder}/TOMBSTONE`)).toBeUndefined();
});

test('the last two of a group that go in one commit do not hold each other up', async () => {
  // Both have their files in one bucket.
  const components = ['svc-16', 'svc-24'];
  await given();
  for (const component of components) await world.driver.apply(wantedPlacement({ component }));
  await synced();
  for (const component of components) await world.driver.apply(wantedPlacement({ component }));
  const removed: unknown[] = [];
  for (let pass = 0; pass < 4; pass += 1) {
    const answers = components.map((component) => world.driver.remove(`${component}.prod`));
    removed.push(await Promise.all(answers));
    await synced();
  }

  expect(removed.at(0)).toEqual([false, false]);
  expect(removed.at(-1)).toEqual([true, true]);
  expect([...world.target.objects.keys()]).toEqual([]);
});

test('what is left in the cluster is named until it is gone', async () => {
  await given();
  await served();
  await world.driver.remove(placement);
  await synced();
  await world.driver.remove(placement);
  const remove = world.target.remove.bind(world.target);
  world.target.remove = (object) =>
    object.kind === 'Namespace' ? Promise.reject(new Error('finalizers')) : remove(object);
  await world.argo.sync().catch(() => undefined);

  const gone = await world.driver.remove(placement);

  expect(gone).toBe(false);
  expect(await leftovers()).toEqual([
    'Application pltf-default-ad has not come to the removal yet',
  ]);
});

test('a follower that is not there proves nothing', async () => {
  await given();
  await served();
  await world.driver.remove(placement);
  await synced();
  await world.driver.remove(placement);
  await world.hub.delete({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    namespace: 'argocd',
    name: 'pltf-default-ad',
  });
  await new Promise((resolve) => setTimeout(resolve, 20));

  expect(await world.driver.remove(placement)).toBe(false);
  expect((await leftovers())[0]).toContain('unknown: there is no pltf-default-ad');
});

test('a file that vanished from the repository is no removal and no proof of one', async () => {
  await given();
  await served();
  await world.repo.commit({
    ref: 'refs/heads/main',
    changes: new Map([['rings/default', undefined]]),
    message: 'oops',
  });
  const driver = await world.restart();

  const gone = await driver.remove(placement);
  await synced();

  expect(gone).toBe(false);
  expect(await world.file(`${folder}/TOMBSTONE`)).toContain(placement);
  expect(world.target.objects.size).toBeGreaterThan(0);
});

test('when nobody reports it is over with the tombstone, and never counts as proved', async () => {
  await given({ reported: false });
  await world.driver.apply(wantedPlacement());

  const answer = await world.driver.remove(placement);
  const again = await (await world.restart()).remove(placement);

  expect(answer).toEqual({
    unproved: `removed from the repository by ${(await world.head()).slice(0, 7)}; whether the cluster has come to it nobody reports (Argo CD waits for \`argocd app confirm-deletion\` before it deletes the namespace)`,
  });
  expect(again).toMatchObject({ unproved: expect.stringContaining('nobody reports') as string });
  expect(await world.file(`${folder}/TOMBSTONE`)).toContain(placement);
  expect(await world.file(`${folder}/manifest.yaml`)).toBeUndefined();
});

test('while the cluster of the agent gives no answer, nothing counts as removed', async () => {
  await given();
  await served();
  await world.driver.remove(placement);
  await synced();
  await world.driver.remove(placement);
  world.hub.fail({ verb: 'list' }, new Error('connect ECONNREFUSED'));
  world.hub.fail({ verb: 'watch' }, new Error('connect ECONNREFUSED'));
  world.hub.dropWatches();
  await new Promise((resolve) => setTimeout(resolve, 30));

  expect(await world.driver.remove(placement)).toBe(false);
  expect((await leftovers())[0]).toContain('the cluster of the agent gives no answer');
});

test('a context to the cluster itself proves it too: the namespace is gone', async () => {
  await given({ reported: false, targetApi: memoryCluster() });
  await world.driver.apply(wantedPlacement());
  await world.driver.remove(placement);

  expect(await world.driver.remove(placement)).toBe(true);
});

test('no more are taken out in a minute than the platform file says; the others say what they wait for', async () => {
  await given({ rule: { removals: 2 }, reported: false });
  const names = ['one', 'two', 'three'];
  for (const component of names) await world.driver.apply(wantedPlacement({ component }));

  for (const name of names) await world.driver.remove(`${name}.prod`);
  const waiting = await world.driver.observe('three.prod');
  const before = await world.lastMessage();
  world.ahead = 61_000;
  await world.driver.remove('three.prod');

  expect(waiting.leftovers[0]).toContain('waits for its turn: 2 removals within a minute');
  expect(before).toContain('two.prod: removed');
  expect(await world.lastMessage()).toContain('three.prod: removed');
});

test('with a follower for each placement, the follower goes last', async () => {
  await given({ rule: { group: 'placement' } });
  await served();
  const own = 'argocd/default/followers/pltf-default-users-api--prod.yaml';
  const there = await world.file(own);
  await world.driver.remove(placement);
  await synced();
  await world.driver.remove(placement);
  await synced();
  const still = await world.file(own);

  expect(await world.driver.remove(placement)).toBe(true);
  expect(there).toContain('allowEmpty: false');
  expect(still).toContain('allowEmpty: true');
  expect(await world.file(own)).toBeUndefined();
});

test('what was never there is gone', async () => {
  await given();

  expect(await world.driver.remove('nobody.prod')).toBe(true);
});
