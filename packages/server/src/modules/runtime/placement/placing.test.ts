import { PlatformFile } from '@pltf/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { createTestDatabase, type TestDatabase } from '../../../persistence/test-database.ts';
import { transact } from '../../../persistence/transaction.ts';
import { addComponent } from '../../catalog/testing/components.ts';
import { postgresRuntimeQueries } from '../runtime-queries.ts';
import { runtimeService } from '../runtime-service.ts';
import { postgresRuntimeStore } from '../runtime-store.postgres.ts';
import type { ChangeRequest, PlaceRequest } from './place-request.ts';

let database: TestDatabase;
let file = PlatformFile.parse({});

beforeAll(async () => {
  database = await createTestDatabase();
  await addComponent(database.db, 'shop');
});
afterAll(() => database[Symbol.asyncDispose]());
afterEach(async () => {
  file = PlatformFile.parse({});
  await database.db.deleteFrom('placements').execute();
});

const service = runtimeService({
  store: postgresRuntimeStore(),
  platform: {
    current: () => file,
    snapshot: () => ({ version: 0, digest: '', file, guardrails: new Map() }),
    subscribe: () => () => undefined,
    at: () => Promise.resolve(undefined),
  },
  waves: { stayingWith: () => Promise.resolve(undefined) },
  clock: systemClock,
});

const place = (request: Partial<PlaceRequest> = {}) =>
  transact(database.db, (tx) =>
    service.place(tx, {
      ...{ component: 'shop', environment: 'prod', branch: undefined, release: 1 },
      ...{ instances: { minimum: 2, maximum: 9 }, routes: [], serves: true, expiresAt: undefined },
      size: { size: 'small', memoryMiB: 256, cpu: 0.25 },
      ...{ kind: 'deploy', actor: 'eve', why: undefined },
      ...request,
    }),
  );
const change = (request: Partial<ChangeRequest>, id = 'shop.prod') =>
  transact(database.db, (tx) =>
    service.change(tx, id, { kind: 'scale', actor: 'eve', why: undefined, ...request }),
  );
const shown = async () => postgresRuntimeQueries(database.db).findPlacement('shop.prod');

describe('what a size means', () => {
  test('is what the platform file says at the rollout, and stays so until the next', async () => {
    await place();
    file = PlatformFile.parse({ sizes: { small: { memoryMiB: 384, cpu: 0.25 } } });

    const before = (await shown())?.sized;
    await change({ kind: 'restart', restart: true });

    expect(before).toEqual({ size: 'small', memoryMiB: 256, cpu: 0.25 });
    expect((await shown())?.sized).toEqual({ size: 'small', memoryMiB: 384, cpu: 0.25 });
  });

  test('stays what it was for a size in numbers', async () => {
    await place({ size: { size: '300Mi/0.3', memoryMiB: 300, cpu: 0.3 } });

    expect((await shown())?.sized).toMatchObject({ memoryMiB: 300 });
  });
});

describe('an image that somebody else built', () => {
  test('is refused where plain processes run, and is placed on containers', async () => {
    await expect(place({ image: 'nginx:1.27' })).rejects.toThrow(
      'prod runs plain processes: release 1 of shop is the image nginx:1.27',
    );
    const refused = await shown();
    file = PlatformFile.parse({ runtimes: { agent: { driver: 'agent', isolation: 'docker' } } });
    await place({ image: 'nginx:1.27' });

    expect(refused).toBeUndefined();
    expect(await shown()).toMatchObject({ id: 'shop.prod' });
  });

  test('is no image but the release itself where it says so', async () => {
    await place({ image: '.' });

    expect(await shown()).toMatchObject({ id: 'shop.prod' });
  });
});

describe('a rollout that somebody holds', () => {
  const hold = (paused: boolean, actor = 'ada') =>
    transact(database.db, (tx) =>
      service.hold(tx, 'shop.prod', { paused, actor, why: 'the till is busy' }),
    );

  test('says who does and since when, until somebody lets it go on', async () => {
    await place();

    await hold(true);
    await hold(true, 'bob');
    const held = (await shown())?.held;
    await hold(false);

    expect(held).toMatchObject({ by: 'ada', why: 'the till is busy' });
    expect(Date.now() - Date.parse(held?.since ?? '')).toBeLessThan(60_000);
    expect(await shown()).toMatchObject({ paused: false, held: undefined });
  });

  test('is let go by the next change', async () => {
    await place();
    await hold(true);

    await change({ kind: 'restart', restart: true });

    expect(await shown()).toMatchObject({ paused: false, held: undefined });
  });

  test('has to be under way', async () => {
    await place();
    await database.db.updateTable('rollouts').set({ state: 'done' }).execute();

    await expect(hold(true)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a quota', () => {
  const quota = (limits: object): void => {
    file = PlatformFile.parse({
      environments: [
        { name: 'preview', kind: 'preview', quota: limits },
        { name: 'prod', quota: limits },
      ],
    });
  };

  test('refuses a placement that does not fit, and nothing is left of it', async () => {
    quota({ instances: 1 });

    await expect(place()).rejects.toMatchObject({
      code: 'quota-exceeded',
      detail: 'shop may have one instance in prod, and this would be 2',
    });
    expect(await shown()).toBeUndefined();
  });

  test('refuses to scale over it, and to take a size that is too large', async () => {
    quota({ instances: 3, memoryMiB: 600 });
    await place();

    await expect(change({ instances: 4 })).rejects.toMatchObject({ code: 'quota-exceeded' });
    await expect(
      place({ size: { size: 'medium', memoryMiB: 512, cpu: 0.5 } }),
    ).rejects.toMatchObject({ detail: expect.stringContaining('this would be 1024 MiB') });
    expect(await shown()).toMatchObject({ instances: 2, sized: { size: 'small' } });
  });

  test('counts all previews of a component, however many come at once', async () => {
    quota({ instances: 2 });
    const preview = (branch: string) =>
      place({ environment: 'preview', branch, instances: { minimum: 1, maximum: 1 } });

    const all = await Promise.allSettled(['a', 'b', 'c', 'd'].map(preview));

    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  test('that was lowered lets what runs restart and shrink; what is stopped needs room to start', async () => {
    await place();
    quota({ instances: 1 });

    await change({ kind: 'restart', restart: true });
    await change({ kind: 'stop', runState: 'stopped' });
    await expect(change({ kind: 'start', runState: 'running' })).rejects.toMatchObject({
      code: 'quota-exceeded',
    });
    await change({ kind: 'start', runState: 'running', instances: 1 });

    expect(await shown()).toMatchObject({ instances: 1, runState: 'running' });
  });
});
