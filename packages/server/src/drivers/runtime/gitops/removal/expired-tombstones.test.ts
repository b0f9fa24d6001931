import { afterEach, expect, test } from 'vitest';
import { wantedPlacement } from '../../../../modules/runtime/testing/rollout-records.ts';
import { gitopsWorld, type World, type WorldOptions } from '../testing/gitops-world.ts';

let world: World;
afterEach(() => world[Symbol.asyncDispose]());
const day = 86_400_000;

/** Two placements whose files are in the same bucket. */
const [kept, removed] = ['svc-16', 'svc-24'] as const;
const synced = async (): Promise<void> => {
  await world.argo.sync();
  await new Promise((resolve) => setTimeout(resolve, 20));
};
const bucketOf = async (component: string): Promise<string> => {
  const files = await world.repo.list(await world.head(), 'rings/default');
  return files.find(({ path }) => path.includes(`/${component}--`))?.path.split('/')[2] ?? '';
};
const stone = async () =>
  world.file(`rings/default/${await bucketOf(kept)}/${removed}--prod/TOMBSTONE`);
const apply = (component: string, release = 1) =>
  world.driver.apply(wantedPlacement({ component, release, revision: release }));

/** One of two placements was removed, and that was proved. */
async function given(options: WorldOptions = {}): Promise<void> {
  world = await gitopsWorld(options);
  for (const component of [kept, removed]) await apply(component);
  await synced();
  for (const component of [kept, removed]) await apply(component);
  let gone: unknown = false;
  for (let pass = 0; pass < 4 && gone === false; pass += 1) {
    gone = await world.driver.remove(`${removed}.prod`);
    await synced();
  }
}

test('both are in one bucket, else these tests say nothing', async () => {
  world = await gitopsWorld();
  await apply(kept);
  await apply(removed);

  expect(await bucketOf(kept)).toBe(await bucketOf(removed));
});

test('a tombstone leaves with the next manifest beside it, once it is 30 days old', async () => {
  await given();
  world.ahead = 29 * day;
  await apply(kept, 2);
  const young = await stone();
  await synced();
  const commits = await world.commits();
  world.ahead = 31 * day;
  await world.driver.apply(wantedPlacement({ component: kept, release: 2, revision: 2 }));
  const unasked = await stone();

  await apply(kept, 3);

  expect(young).toContain(`${removed}.prod`);
  expect(unasked).toContain(`${removed}.prod`);
  expect(await stone()).toBeUndefined();
  expect(await world.commits()).toBe(commits + 1);
});

test('it stays while nobody has proved that its placement is gone', async () => {
  await given({ reported: false });
  world.ahead = 31 * day;

  await apply(kept, 2);

  expect(await stone()).toContain(`${removed}.prod`);
});
