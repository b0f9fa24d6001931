import { PltfError } from '@pltf/contracts';
import type { Connection } from '../../persistence/transaction.ts';
import { runColumns, toRelease, toRun } from './delivery-rows.ts';
import type { Release } from './release.ts';
import type { Run } from './run.ts';

export interface DeliveryQueries {
  run(id: string): Promise<Run>;
  findRun(id: string): Promise<Run | undefined>;
  runs(
    component: string,
    options: {
      readonly limit: number;
      readonly before?: number | undefined;
      readonly branch?: string | undefined;
    },
  ): Promise<readonly Run[]>;
  /** The number of the newest run of a branch that passed. */
  newestPassed(component: string, branch: string): Promise<number | undefined>;
  release(component: string, number: number): Promise<Release>;
  findRelease(component: string, number: number): Promise<Release | undefined>;
  releases(
    component: string,
    options: { readonly limit: number; readonly before?: number | undefined },
  ): Promise<readonly Release[]>;
  newestRelease(component: string, branch: string): Promise<Release | undefined>;
  /** How many kept releases of any component have this content. */
  usesOf(digest: string): Promise<number>;
  unfinishedRuns(component: string): Promise<readonly string[]>;
}

export function postgresDeliveryQueries(db: Connection): DeliveryQueries {
  return { ...runReads(db), ...releaseReads(db) };
}

function runReads(
  db: Connection,
): Pick<DeliveryQueries, 'run' | 'findRun' | 'runs' | 'newestPassed' | 'unfinishedRuns'> {
  const findRun = async (id: string) => {
    const row = await db
      .selectFrom('runs')
      .select(runColumns)
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? undefined : toRun(row);
  };
  return {
    findRun,
    run: async (id) => {
      const run = await findRun(id);
      if (run === undefined) throw new PltfError('not-found', { detail: `there is no run ${id}` });
      return run;
    },
    runs: async (component, { limit, before, branch }) => {
      let query = db.selectFrom('runs').select(runColumns).where('component', '=', component);
      if (before !== undefined) query = query.where('number', '<', before);
      if (branch !== undefined) query = query.where('branch', '=', branch);
      return (await query.orderBy('number', 'desc').limit(limit).execute()).map(toRun);
    },
    newestPassed: async (component, branch) => {
      const row = await db
        .selectFrom('runs')
        .select('number')
        .where('component', '=', component)
        .where('branch', '=', branch)
        .where('state', '=', 'passed')
        .orderBy('number', 'desc')
        .executeTakeFirst();
      return row?.number;
    },
    unfinishedRuns: async (component) => {
      const rows = await db
        .selectFrom('runs')
        .select('id')
        .where('component', '=', component)
        .where('state', 'in', ['queued', 'running'])
        .execute();
      return rows.map(({ id }) => id);
    },
  };
}

function releaseReads(
  db: Connection,
): Pick<DeliveryQueries, 'release' | 'findRelease' | 'releases' | 'newestRelease' | 'usesOf'> {
  const findRelease = async (component: string, number: number) => {
    const row = await db
      .selectFrom('releases')
      .selectAll()
      .where('component', '=', component)
      .where('number', '=', number)
      .executeTakeFirst();
    return row === undefined ? undefined : toRelease(row);
  };
  return {
    findRelease,
    release: async (component, number) => {
      const release = await findRelease(component, number);
      if (release !== undefined) return release;
      throw new PltfError('not-found', {
        detail: `${component} has no release ${number}`,
        fix: `\`pltf list releases ${component}\` shows those it has.`,
      });
    },
    releases: async (component, { limit, before }) => {
      let query = db.selectFrom('releases').selectAll().where('component', '=', component);
      if (before !== undefined) query = query.where('number', '<', before);
      return (await query.orderBy('number', 'desc').limit(limit).execute()).map(toRelease);
    },
    newestRelease: async (component, branch) => {
      const row = await db
        .selectFrom('releases')
        .selectAll()
        .where('component', '=', component)
        .where('branch', '=', branch)
        .where('collected_at', 'is', null)
        .orderBy('number', 'desc')
        .executeTakeFirst();
      return row === undefined ? undefined : toRelease(row);
    },
    usesOf: async (digest) => {
      const row = await db
        .selectFrom('releases')
        .select(({ fn }) => fn.countAll<number>().as('uses'))
        .where('digest', '=', digest)
        .where('collected_at', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(row.uses);
    },
  };
}
