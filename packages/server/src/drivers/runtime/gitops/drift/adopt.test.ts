import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, PlatformFile } from '@pltf/contracts';
import { compileGuardrails } from '@pltf/plan';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../../http/testing/test-app.ts';
import { systemClock } from '../../../../kernel/clock.ts';
import { postgresCatalogQueries, postgresCatalogStore } from '../../../../modules/catalog/index.ts';
import { driftRoutes, postgresDriftHistory } from '../../../../modules/operate/index.ts';
import { applyService, postgresOperationsStore } from '../../../../modules/paths/index.ts';
import { addRunning } from '../../../../modules/platform/testing/running.ts';
import { postgresRuntimeQueries } from '../../../../modules/runtime/index.ts';
import {
  type WantedChange,
  wantedPlacement,
} from '../../../../modules/runtime/testing/rollout-records.ts';
import { createTestDatabase } from '../../../../persistence/test-database.ts';
import { builtinGit } from '../../../git/builtin/index.ts';
import { gitopsWorld, gitText, type World } from '../testing/gitops-world.ts';

const thinFile = `kind: service
name: shop
run: {command: node a.js, instances: 2, port: 8080, health: /healthz, env: {LOG: info}}
`;
const params = { placement: 'shop.prod' };
const wanted = (run: NonNullable<WantedChange['run']>, more: WantedChange = {}) =>
  wantedPlacement({ component: 'shop', run, ...more });
const before = wanted({ port: 8080, health: '/healthz', env: { LOG: 'info' } });

let folder: string;
let world: World;
let app: TestApp;
let as: ReturnType<typeof createClient>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pltf-adopt-'));
  world = await gitopsWorld();
  const database = await createTestDatabase();
  const { db } = database;
  const git = builtinGit({ root: folder, path: process.env['PATH'] ?? '' });
  const platform = { current: () => PlatformFile.parse({}) };
  const catalog = postgresCatalogQueries(db);
  const queries = postgresRuntimeQueries(db);
  app = await startTestApp({
    database,
    handlers: driftRoutes({
      ...{ db, catalog, queries, history: postgresDriftHistory(db) },
      runtimes: { of: () => Promise.resolve(world.driver) },
      planning: {
        ...{ platform, catalog, runtime: queries, git, clock: systemClock },
        guardrails: { current: () => ({ inForce: [], compiled: compileGuardrails([]) }) },
        exceptions: { active: () => Promise.resolve([]) },
        paths: { goldenPaths: () => Promise.resolve([]) },
      },
      apply: applyService({
        ...{ db, store: postgresOperationsStore(), clock: systemClock },
        catalog: postgresCatalogStore(),
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
  for (let pass = 0; pass < 2; pass += 1) {
    await world.driver.apply(before);
    await world.argo.sync();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const manifest = async (): Promise<string> => {
  const files = await gitText(world.location, ['ls-tree', '-r', '--name-only', 'main']);
  return files.split('\n').find((path) => path.endsWith('shop--prod/manifest.yaml')) ?? '';
};
/** Somebody commits into the environment repository, past the platform. */
async function byHand(...edits: readonly (readonly [string, string])[]): Promise<void> {
  const path = await manifest();
  let text = (await world.file(path)) ?? '';
  for (const [from, to] of edits) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  const changes = new Map([[path, new TextEncoder().encode(text)]]);
  const author = { name: 'Grace', email: 'grace@example.com' };
  await world.repo.commit({ ref: 'refs/heads/main', changes, message: 'by hand', author });
}

test('what somebody committed into the repository is kept by a commit into the thin file, and is no drift after it', async () => {
  await byHand(
    ['replicas: 2', 'replicas: 5'],
    ['LOG: info', 'LOG: debug'],
    ['path: /healthz', 'path: /ready'],
    ['containerPort: 8080', 'containerPort: 8081'],
  );

  const { items } = await as.getDrift({ params });
  const operation = await as.adoptDrift({ params, body: {} });
  const { request } = await app.db
    .selectFrom('operations')
    .select('request')
    .where('id', '=', operation.id)
    .executeTakeFirstOrThrow();
  // What the thin file asks for then, as it is deployed.
  const run = { port: 8081, health: '/ready', env: { LOG: 'debug' } };
  await world.driver.apply(wanted(run, { instances: 5, revision: 2, release: 2 }));
  const after = await as.getDrift({ params });

  const adopted = new Map(items.map(({ adopt }) => [adopt?.path, adopt?.value]));
  expect(Object.fromEntries(adopted)).toMatchObject({
    'run.instances': '5',
    'run.env.LOG': 'debug',
    'run.health': '/ready',
    'run.port': '8081',
  });
  expect(items.every(({ user }) => user === 'Grace <grace@example.com>')).toBe(true);
  expect(operation).toMatchObject({ kind: 'apply', subject: 'shop' });
  expect(request).toMatchObject({ author: { name: 'ana' }, apply: { before: thinFile } });
  const { text } = (request as { readonly apply: { readonly text: string } }).apply;
  const kept = /envs:(.*)/s.exec(text)?.[1] ?? '';
  for (const word of ['instances: 5', 'LOG: debug', 'health: /ready', 'port: 8081'])
    expect(kept).toContain(word);
  expect(after.items).toEqual([]);
  expect(await world.file(await manifest())).toContain('replicas: 5');
});

test('what the thin file has no word for is refused, and can be taken back', async () => {
  await byHand([
    'terminationGracePeriodSeconds: ',
    'dnsPolicy: None\n      terminationGracePeriodSeconds: ',
  ]);

  const keeping = as.adoptDrift({ params, body: {} });

  await expect(keeping).rejects.toMatchObject({ code: 'drift-not-adoptable' });
  const { reverted } = await as.revertDrift({ params, body: { why: 'a slip' } });
  expect(reverted).toMatchObject([{ field: '.spec.template.spec.dnsPolicy', live: '"None"' }]);
  expect((await as.getDrift({ params })).items).toEqual([]);
  expect(await world.lastMessage()).toContain('Because: a slip');
});
