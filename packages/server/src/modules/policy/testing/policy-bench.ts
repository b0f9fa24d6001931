import { createClient } from '@pltf/contracts';
import { shippedGuardrails } from '@pltf/plan';
import { startTestApp } from '../../../http/testing/test-app.ts';
import type { PlatformSnapshot } from '../../../kernel/platform-source.ts';
import { createTestDatabase } from '../../../persistence/test-database.ts';
import { type Db, transact } from '../../../persistence/transaction.ts';
import { postgresCatalogQueries } from '../../catalog/index.ts';
import { addComponent } from '../../catalog/testing/components.ts';
import { placedReleases } from '../../delivery/index.ts';
import { peopleService, postgresIdentityQueries } from '../../identity/index.ts';
import {
  createAuditReconciler,
  createExceptionReconciler,
  createRequestReconciler,
  createWholeAuditReconciler,
  evaluatorHere,
  exceptionRoutes,
  exceptionService,
  findBreaking,
  gate,
  guardrailRoutes,
  guardrailSource,
  postgresExceptionQueries,
  postgresExceptionStore,
  postgresRequestQueries,
  postgresRequestStore,
  postgresResultsQueries,
  postgresResultsStore,
  requestRoutes,
  requestService,
} from '../index.ts';
import { regionGuardrail, snapshotWith, specOf, thinFile } from './placed.ts';

const dayMs = 86_400_000;

/** The whole of policy over a real database and HTTP, with a clock that the test moves. */
export async function policyBench(file: Record<string, unknown> = {}) {
  const database = await createTestDatabase();
  const { db } = database;
  // One that changes when the test says so.
  const names = shippedGuardrails().map(({ metadata }) => metadata.name);
  let snapshot: PlatformSnapshot = snapshotWith(names, { 'own.yaml': regionGuardrail() }, file);
  const platform = {
    current: () => snapshot.file,
    snapshot: () => snapshot,
    subscribe: () => () => undefined,
  };
  let aheadMs = 0;
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  const people = postgresIdentityQueries(db);
  const guardrails = guardrailSource(platform);
  const exceptions = postgresExceptionQueries(db);
  const paths = { goldenPaths: () => Promise.resolve([]) };
  const catalog = postgresCatalogQueries(db);
  const placed = placedReleases(db);
  const store = postgresExceptionStore();
  const service = exceptionService({ store, people, platform, clock });
  const breaking = findBreaking({ db, platform, guardrails, placed, paths, catalog, clock });
  const results = postgresResultsQueries(db);
  const audit = {
    ...{ db, platform, guardrails, exceptions, placed, paths, clock },
    evaluator: evaluatorHere(),
    store: postgresResultsStore(),
  };
  const requestStore = postgresRequestStore();
  const requests = postgresRequestQueries(db);
  const asked = requestService({ store: requestStore, platform, clock });
  const app = await startTestApp({
    database,
    handlers: {
      ...guardrailRoutes({ audit, results, requests, breaking }),
      ...exceptionRoutes({
        ...{ db, catalog, platform, guardrails, exceptions, service, breaking, clock },
      }),
      ...requestRoutes({ db, catalog, requests, service: asked, clock }),
    },
  });
  const signal = new AbortController().signal;
  const reconcilers = {
    exception: createExceptionReconciler({ db, store, people, platform, clock }),
    request: createRequestReconciler({ db, store: requestStore, clock }),
    component: createAuditReconciler(audit),
    everything: createWholeAuditReconciler(audit),
  };
  return {
    ...{ app, db, clock, service, exceptions, snapshotWith: names },
    gate: gate({ platform, guardrails, exceptions, paths, clock }),
    people: peopleService({ clock, listener: service }),
    passDays: (days: number): void => {
      aheadMs += days * dayMs;
    },
    daysAhead: (days: number): string =>
      new Date(clock.now().getTime() + days * dayMs).toISOString(),
    setGuardrails: (own: Readonly<Record<string, string>>): void => {
      snapshot = snapshotWith(names, own, file);
    },
    as: (token: string) => createClient({ url: app.url, token }),
    reconcile: (which: keyof typeof reconcilers, key = 'everything') =>
      reconcilers[which].reconcile(key, signal),
    events: () =>
      db
        .selectFrom('events')
        .select(['type', 'actor', 'summary', 'details'])
        .orderBy('seq')
        .execute(),
    /** The keys that wait for this reconciler. */
    woken: async (reconciler: string): Promise<readonly string[]> =>
      (
        await db.selectFrom('work').select('key').where('reconciler', '=', reconciler).execute()
      ).map(({ key }) => key),
    place: (component: string, region: string, environment = 'prod') =>
      place(db, component, region, environment),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** A component that runs a release with this region. */
async function place(
  db: Db,
  component: string,
  region: string,
  environment: string,
): Promise<void> {
  const known = await postgresCatalogQueries(db).find(component);
  if (known === undefined) await addComponent(db, component);
  const spec = JSON.stringify(specOf(thinFile(component, region)));
  await transact(db, async (tx) => {
    const newest = await tx.sql
      .selectFrom('releases')
      .select('number')
      .where('component', '=', component)
      .orderBy('number', 'desc')
      .executeTakeFirst();
    const release = (newest?.number ?? 0) + 1;
    await tx.sql
      .insertInto('releases')
      .values({
        ...{ component, number: release, id: `rel_${component}_${release}`, commit: 'c', spec },
        ...{ branch: 'main', subject: 's', author: 'a', digest: 'sha256:0', bytes: 1 },
        run: null,
        collected_at: null,
      })
      .execute();
    await tx.sql
      .insertInto('placements')
      .values({
        id: `${component}.${environment}`,
        ...{ component, environment, release, instances: 1 },
        branch: null,
        hosts: [`${component}.${environment}.localhost`],
        state: 'present',
        run_state: 'running',
        observed: null as never,
        observed_at: null,
        expires_at: null,
      })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((row) => ({ release, revision: row('placements.revision', '+', 1) })),
      )
      .execute();
  });
}
