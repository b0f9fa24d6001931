import { PltfError } from '@pltf/contracts';
import type { PlacedPort } from '@pltf/plan/render';
import { sql } from 'kysely';
import type { Connection } from '../../persistence/transaction.ts';
import type { Placement } from './placement/placement.ts';
import type { Rollout } from './rollout/rollout.ts';
import { toPlacement, toRollout, toTask } from './runtime-rows.ts';
import type { Task } from './task.ts';

/** What is at the other ends of a placement's edges. */
export interface PlacementEnds {
  readonly callers: readonly Pick<Placement, 'id' | 'component' | 'environment'>[];
  /** By id: what the placements that it calls listen on, where they say it. */
  readonly ports: ReadonlyMap<string, number>;
  readonly morePorts: ReadonlyMap<string, readonly PlacedPort[]>;
}

export interface Asked {
  readonly by: string;
  readonly why: string | undefined;
}

export interface RuntimeQueries {
  placement(id: string): Promise<Placement>;
  findPlacement(id: string): Promise<Placement | undefined>;
  /** Those of these ids that there are. */
  placementsNamed(ids: readonly string[]): Promise<readonly Placement[]>;
  placementsOf(components: readonly string[]): Promise<readonly Placement[]>;
  /** Placements that call this one, and what those listen on that it calls. */
  ends(placement: Pick<Placement, 'id' | 'calls'>): Promise<PlacementEnds>;
  /** Callers of a placement that do not run yet where it runs now, and so call it on this other runtime. */
  callersBehind(id: string, runtime: string): Promise<readonly string[]>;
  allPlacements(): Promise<readonly string[]>;
  rollout(id: string): Promise<Rollout>;
  rollouts(placement: string, limit: number, before?: Date): Promise<readonly Rollout[]>;
  /** The newest rollout of each placement named. */
  latestRollouts(placements: readonly string[]): Promise<ReadonlyMap<string, Rollout>>;
  /** Who asked for how it is to be now, its removal included; undefined for one that nobody asked anything of. */
  asked(placement: string): Promise<Asked | undefined>;
  /**
   * Placements that left a component's books since, though nobody can say whether something of them is left: by id, what
   * is known of each.
   */
  unprovedRemovals(component: string, since: Date): Promise<ReadonlyMap<string, string>>;
  task(id: string): Promise<Task>;
  runningTasks(): Promise<readonly string[]>;
  /** The last turn by its schedule of each placement named that had one. */
  lastTurns(placements: readonly string[]): Promise<ReadonlyMap<string, Task>>;
  /** The last run of a job's own program, by its schedule or because somebody asked. */
  lastRun(placement: string): Promise<Task | undefined>;
}

const missing = (what: string): PltfError =>
  new PltfError('not-found', { detail: `there is no ${what}` });

export function postgresRuntimeQueries(db: Connection): RuntimeQueries {
  const findPlacement = async (id: string) => {
    const row = await db
      .selectFrom('placements')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? undefined : toPlacement(row);
  };
  return {
    findPlacement,
    placement: async (id) => {
      const placement = await findPlacement(id);
      if (placement === undefined) throw missing(`placement ${id}`);
      return placement;
    },
    placementsNamed: async (ids) => {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom('placements')
        .selectAll()
        .where('id', 'in', [...ids])
        .orderBy('id')
        .execute();
      return rows.map(toPlacement);
    },
    placementsOf: async (components) => {
      if (components.length === 0) return [];
      const rows = await db
        .selectFrom('placements')
        .selectAll()
        .where('component', 'in', [...components])
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(toPlacement);
    },
    ends: ({ id, calls }) => endsOf(db, id, calls),
    callersBehind: (id, runtime) => callersBehind(db, id, runtime),
    allPlacements: async () =>
      (await db.selectFrom('placements').select('id').execute()).map(({ id }) => id),
    rollout: async (id) => {
      const row = await db
        .selectFrom('rollouts')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) throw missing(`rollout ${id}`);
      return toRollout(row);
    },
    rollouts: async (placement, limit, before) => {
      let query = db.selectFrom('rollouts').selectAll().where('placement', '=', placement);
      if (before !== undefined) query = query.where('started_at', '<', before);
      return (await query.orderBy('started_at', 'desc').limit(limit).execute()).map(toRollout);
    },
    latestRollouts: async (placements) => {
      if (placements.length === 0) return new Map();
      const rows = await db
        .selectFrom('rollouts')
        .selectAll()
        .distinctOn('placement')
        .where('placement', 'in', [...placements])
        .orderBy('placement')
        .orderBy('started_at', 'desc')
        .orderBy('revision', 'desc')
        .execute();
      return new Map(rows.map((row) => [row.placement, toRollout(row)]));
    },
    asked: async (id) => {
      const placement = await findPlacement(id);
      return placement?.state === 'removing' ? removalAsked(db, placement) : rolloutAsked(db, id);
    },
    unprovedRemovals: (component, since) => unprovedRemovals(db, component, since),
    task: async (id) => {
      const row = await db.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw missing(`task ${id}`);
      return toTask(row);
    },
    lastTurns: async (placements) => {
      if (placements.length === 0) return new Map();
      const rows = await db
        .selectFrom('tasks')
        .selectAll()
        .distinctOn('placement')
        .where('placement', 'in', [...placements])
        .where('due', 'is not', null)
        .orderBy('placement')
        .orderBy('due', 'desc')
        .execute();
      return new Map(rows.map((row) => [row.placement, toTask(row)]));
    },
    lastRun: async (placement) => {
      const row = await db
        .selectFrom('tasks')
        .selectAll()
        .where('placement', '=', placement)
        .where(sql<boolean>`command = '[]'::jsonb`)
        .orderBy('started_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : toTask(row);
    },
    runningTasks: async () =>
      (await db.selectFrom('tasks').select('id').where('state', '=', 'running').execute()).map(
        ({ id }) => id,
      ),
  };
}

/** One query: the index on `calls` finds the callers, the key those that are called. */
async function endsOf(
  db: Connection,
  id: string,
  calls: readonly string[],
): Promise<PlacementEnds> {
  const rows = await db
    .selectFrom('placements')
    .select(['id', 'component', 'environment', 'port', 'more_ports'])
    .select(sql<boolean>`calls @> array[${id}]::text[]`.as('calls_it'))
    .where(sql<boolean>`(calls @> array[${id}]::text[] or id = any(${[...calls]}::text[]))`)
    .where('state', '=', 'present')
    .execute();
  return {
    callers: rows
      .filter((row) => row.calls_it)
      .map(({ id: caller, component, environment }) => ({ id: caller, component, environment })),
    ports: new Map(rows.flatMap((row) => (row.port === null ? [] : [[row.id, row.port] as const]))),
    morePorts: new Map(rows.map((row) => [row.id, row.more_ports] as const)),
  };
}

async function rolloutAsked(db: Connection, placement: string): Promise<Asked | undefined> {
  const row = await db
    .selectFrom('rollouts')
    .select(['requested_by as by', 'why'])
    .where('placement', '=', placement)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : { by: row.by, why: row.why ?? undefined };
}

/** The event tells it; it is asked for once, since a placement that is removed takes no other wish. */
async function removalAsked(
  db: Connection,
  { id, component }: Pick<Placement, 'id' | 'component'>,
): Promise<Asked | undefined> {
  const row = await db
    .selectFrom('events')
    .select(['actor as by', 'why'])
    .where('component', '=', component)
    .where('placement', '=', id)
    .where('type', '=', 'placement-changed')
    .where(sql<boolean>`details -> 'removing' = 'true'::jsonb`)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : { by: row.by, why: row.why ?? undefined };
}

async function unprovedRemovals(
  db: Connection,
  component: string,
  since: Date,
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('events')
    .select(['placement', sql<string | null>`details ->> 'unproved'`.as('unproved')])
    .where('component', '=', component)
    .where('type', '=', 'placement-removed')
    .where('at', '>=', since)
    .orderBy('seq')
    .execute();
  return new Map(
    rows.flatMap(({ placement, unproved }) =>
      placement === null || unproved === null ? [] : [[placement, unproved] as const],
    ),
  );
}

async function callersBehind(db: Connection, id: string, runtime: string): Promise<string[]> {
  const rows = await db
    .selectFrom('placements')
    .select('id')
    .where(sql<boolean>`calls @> array[${id}]::text[]`)
    .where('state', '=', 'present')
    .where('run_state', '=', 'running')
    .where(sql<boolean>`(runtime = ${runtime} or (${runtime} = any(left_on) and (
      coalesce((observed ->> 'revision')::int, 0) < revision
      or coalesce(observed -> 'rollout' ->> 'step', '') <> 'done')))`)
    .orderBy('id')
    .limit(5)
    .execute();
  return rows.map((row) => row.id);
}
