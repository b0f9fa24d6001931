import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type DriftedField, PlatformFile } from '@pltf/contracts';
import { compileGuardrails } from '@pltf/plan';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { builtinGit } from '../../drivers/git/builtin/index.ts';
import { startTestApp, type TestApp } from '../../http/testing/test-app.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createTestDatabase } from '../../persistence/test-database.ts';
import { transact } from '../../persistence/transaction.ts';
import { postgresCatalogQueries, postgresCatalogStore } from '../catalog/index.ts';
import { applyService, postgresOperationsStore } from '../paths/index.ts';
import { addRunning } from '../platform/testing/running.ts';
import { type DriftChoice, postgresRuntimeQueries, type RuntimeDriver } from '../runtime/index.ts';
import { memoryRuntime } from '../runtime/testing/memory-runtime.ts';
import { postgresDriftHistory } from './drift-history.ts';
import { driftRoutes } from './drift-routes.ts';
import { matches } from './drift-rules.ts';

const thinFile = `kind: service   # answers
name: shop
run: {command: node a.js, instances: 2}
`;
const replicas: DriftedField = {
  ...{ object: 'Deployment shop', field: '.spec.replicas', manager: 'kubectl-edit' },
  ...{ wanted: '2', live: '5', since: '2026-11-21T12:00:00.000Z' },
};
const image: DriftedField = {
  ...{ object: 'Deployment shop', manager: 'kubectl-set', wanted: '"a"', live: '"b"' },
  field: '.spec.template.spec.containers[name="shop"].image',
};

let folder: string;
let app: TestApp;
let as: ReturnType<typeof createClient>;
let drifted: readonly DriftedField[];
let reverted: DriftChoice[];

const driver: RuntimeDriver = {
  ...memoryRuntime().driver,
  drift: () => Promise.resolve(drifted),
  revert: async (_placement, which) => {
    reverted.push(which);
    return Promise.resolve(drifted.filter((one) => matches(one, which)));
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pltf-drift-'));
  const database = await createTestDatabase();
  const { db } = database;
  const git = builtinGit({ root: folder, path: process.env['PATH'] ?? '' });
  const platform = { current: () => PlatformFile.parse({}) };
  const catalog = postgresCatalogQueries(db);
  const runtime = postgresRuntimeQueries(db);
  const store = postgresOperationsStore();
  const compiled = compileGuardrails([]);
  app = await startTestApp({
    database,
    handlers: driftRoutes({
      ...{ db, catalog, queries: runtime, history: postgresDriftHistory(db) },
      runtimes: { of: () => Promise.resolve(driver) },
      planning: {
        ...{ platform, catalog, runtime, git, clock: systemClock },
        guardrails: { current: () => ({ inForce: [], compiled }) },
        exceptions: { active: () => Promise.resolve([]) },
        paths: { goldenPaths: () => Promise.resolve([]) },
      },
      apply: applyService({
        ...{ db, store, clock: systemClock, catalog: postgresCatalogStore() },
        paths: { create: () => Promise.reject(new Error('nothing is created here')) },
        organisation: () => 'Test',
        teamExists: () => Promise.resolve(true),
      }),
    }),
  });
  await addRunning(db, 'shop', 'prod', 'small');
  await git.create('shop', {
    ...{ branch: 'main', message: 'First', at: new Date(0) },
    author: { name: 'ana', email: 'ana@example.com' },
    files: new Map([['pltf.yaml', { bytes: Buffer.from(thinFile), executable: false }]]),
  });
  const { token } = await app.person('ana', { teams: ['team-a'] });
  as = createClient({ url: app.url, token });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  drifted = [replicas, image];
  reverted = [];
});

const params = { placement: 'shop.prod' };
const told = async (...fields: readonly DriftedField[]) =>
  transact(app.db, async (tx) => {
    tx.tell({
      ...{ type: 'drift-found', actor: 'platform', component: 'shop', placement: 'shop.prod' },
      ...{ summary: 'drifted', data: { drift: fields } },
    });
    return Promise.resolve();
  });

describe('looking for drift', () => {
  it('says of each field why it was asked for, what would keep it, and how often it came', async () => {
    await told(replicas, image);
    await told(replicas);

    const { items } = await as.getDrift({ params });

    expect(items).toMatchObject([
      {
        ...replicas,
        ...{ times: 2, where: 'pltf.yaml:3:38', adopt: { path: 'run.instances', value: '5' } },
        suggestion: expect.stringContaining('drifted 2 times in 90 days') as string,
      },
      { ...image, times: 1, because: 'the image of the release, by its digest' },
    ]);
    expect(items[1]).not.toHaveProperty('adopt');
  });

  it('lists what was reported everywhere, without asking anything', async () => {
    const observed = JSON.stringify({ drift: [replicas] });
    await app.db
      .updateTable('placements')
      .set({ observed, observed_at: new Date(0) })
      .execute();

    const { items } = await as.listDrift({});

    expect(items).toEqual([
      { placement: 'shop.prod', asOf: '1970-01-01T00:00:00.000Z', drift: [replicas] },
    ]);
    await app.db
      .updateTable('placements')
      .set({ observed: null as never })
      .execute();
  });

  it('lets only those take it back who may operate it', async () => {
    const { token } = await app.person('eva', { teams: [] });
    const stranger = createClient({ url: app.url, token });

    await expect(stranger.revertDrift({ params, body: {} })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('taking drift back', () => {
  it('is told as an event with who and why, and the placement is looked at', async () => {
    const body = { field: '.spec.replicas', why: 'a slip of the hand' };

    const answer = await as.revertDrift({ params, body });

    expect(answer.reverted).toEqual([replicas]);
    expect(reverted).toMatchObject([{ field: '.spec.replicas', by: expect.any(String) as string }]);
    const event = await app.db
      .selectFrom('events')
      .select(['actor', 'why', 'summary'])
      .where('type', '=', 'drift-reverted')
      .executeTakeFirst();
    expect(event).toEqual({
      ...{ actor: 'ana', why: 'a slip of the hand' },
      summary: 'Took back .spec.replicas of Deployment shop',
    });
    const woken = await app.db.selectFrom('work').select(['reconciler', 'key']).execute();
    expect(woken).toContainEqual({ reconciler: 'placement', key: 'shop.prod' });
  });
});

describe('keeping drift', () => {
  it('begins the apply of the thin file with it, in the name of the person', async () => {
    const operation = await as.adoptDrift({ params, body: { field: '.spec.replicas' } });

    expect(operation).toMatchObject({ kind: 'apply', subject: 'shop', state: 'running' });
    const row = await app.db
      .selectFrom('operations')
      .select(['request', 'requested_by'])
      .where('id', '=', operation.id)
      .executeTakeFirstOrThrow();
    expect(row.requested_by).toBe('ana');
    expect(row.request).toMatchObject({
      author: { name: 'ana' },
      apply: {
        before: thinFile,
        text: `${thinFile}envs: {prod: {run: {instances: 5}}}\n`,
        why: 'Keep .spec.replicas of shop.prod',
      },
    });
  });

  it('is refused where the thin file has no word for it, and where nothing drifted', async () => {
    const keep = (field?: string) => as.adoptDrift({ params, body: field ? { field } : {} });

    await expect(keep(image.field)).rejects.toMatchObject({ code: 'drift-not-adoptable' });
    await expect(keep('.spec.paused')).rejects.toMatchObject({ code: 'not-found' });
  });
});
