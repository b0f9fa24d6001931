import { sql } from 'kysely';
import { toPlacement, toRollout } from './runtime-rows.ts';
import type { RuntimeStore } from './runtime-store.ts';

/** The real store. Every method works inside the caller's transaction. */
export function postgresRuntimeStore(): RuntimeStore {
  return { ...placementWrites, ...rolloutWrites, ...taskWrites };
}

const placementWrites: Pick<
  RuntimeStore,
  | 'create'
  | 'lock'
  | 'lockPlace'
  | 'takenHosts'
  | 'change'
  | 'heldByOthers'
  | 'setEdges'
  | 'setHeld'
  | 'setRuntime'
  | 'setRemoving'
  | 'setObserved'
  | 'remove'
> = {
  create: async (tx, placement) => {
    const row = await tx.sql
      .insertInto('placements')
      .values({
        id: placement.id,
        component: placement.component,
        environment: placement.environment,
        branch: placement.branch ?? null,
        hosts: [...placement.hosts],
        state: 'present',
        revision: 1,
        release: placement.release,
        instances: placement.instances,
        sized: placement.sized === undefined ? null : JSON.stringify(placement.sized),
        run_state: 'running',
        platform_version: placement.platformVersion,
        observed: null as never,
        expires_at: placement.expiresAt ?? null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  },
  lock: async (tx, id) => {
    const row = await tx.sql
      .selectFrom('placements')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    return row === undefined ? undefined : toPlacement(row);
  },
  lockPlace: async (tx, component, environment, branch) => {
    const row = await tx.sql
      .selectFrom('placements')
      .selectAll()
      .where('component', '=', component)
      .where('environment', '=', environment)
      .where(sql<boolean>`coalesce(branch, '') = ${branch ?? ''}`)
      .forUpdate()
      .executeTakeFirst();
    return row === undefined ? undefined : toPlacement(row);
  },
  takenHosts: async (tx, id, hosts) => {
    const rows = await tx.sql
      .selectFrom('placements')
      .select('hosts')
      .where('id', '<>', id)
      .where(sql<boolean>`hosts && ${[...hosts]}::text[]`)
      .execute();
    return rows.flatMap((row) => row.hosts).filter((host) => hosts.includes(host));
  },
  heldByOthers: async (tx, component, environment, id) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`quota ${component}.${environment}`}, 0))`.execute(
      tx.sql,
    );
    const row = await tx.sql
      .selectFrom('placements')
      .select([
        sql<string>`coalesce(sum(instances), 0)`.as('instances'),
        sql<string>`coalesce(sum(instances * (sized ->> 'memoryMiB')::numeric), 0)`.as('memory'),
      ])
      .where('component', '=', component)
      .where('environment', '=', environment)
      .where('id', '<>', id)
      .where('state', '=', 'present')
      .where('run_state', '=', 'running')
      .executeTakeFirstOrThrow();
    return { instances: Number(row.instances), memoryMiB: Number(row.memory) };
  },
  change: async (tx, id, change) => {
    const row = await tx.sql
      .updateTable('placements')
      .set((column) => ({
        revision: column('revision', '+', 1),
        ...{ paused: false, held: null },
        ...(change.release === undefined ? {} : { release: change.release }),
        ...(change.instances === undefined ? {} : { instances: change.instances }),
        ...(change.runState === undefined ? {} : { run_state: change.runState }),
        ...(change.restart === true ? { restarts: column('restarts', '+', 1) } : {}),
        ...(change.hosts === undefined ? {} : { hosts: [...change.hosts] }),
        ...(change.expiresAt === undefined ? {} : { expires_at: change.expiresAt }),
        ...(change.sized === undefined ? {} : { sized: JSON.stringify(change.sized) }),
        ...(change.platformVersion === undefined
          ? {}
          : { platform_version: change.platformVersion }),
      }))
      .where('id', '=', id)
      .returning('revision')
      .executeTakeFirstOrThrow();
    return row.revision;
  },
  setEdges: async (tx, id, { calls, port, morePorts }) => {
    await tx.sql
      .updateTable('placements')
      .set({ calls: [...calls], port: port ?? null, more_ports: JSON.stringify(morePorts) })
      .where('id', '=', id)
      .execute();
  },
  setRuntime: async (tx, id, { runtime, leftOn }) => {
    await tx.sql
      .updateTable('placements')
      .set({ runtime, left_on: [...leftOn] })
      .where('id', '=', id)
      .execute();
  },
  setHeld: async (tx, id, held) => {
    await tx.sql
      .updateTable('placements')
      .set({ paused: held !== undefined, held: held === undefined ? null : JSON.stringify(held) })
      .where('id', '=', id)
      .execute();
  },
  setRemoving: async (tx, id) => {
    await tx.sql
      .updateTable('placements')
      .set({ state: 'removing' })
      .where('id', '=', id)
      .execute();
  },
  setObserved: async (tx, id, observed, at) => {
    await tx.sql
      .updateTable('placements')
      .set({ observed: JSON.stringify(observed), observed_at: at })
      .where('id', '=', id)
      .execute();
  },
  remove: async (tx, id) => {
    await tx.sql.deleteFrom('placements').where('id', '=', id).execute();
  },
};

const rolloutWrites: Pick<RuntimeStore, 'startRollout' | 'runningRollout' | 'changeRollout'> = {
  startRollout: async (tx, rollout) => {
    await tx.sql
      .updateTable('rollouts')
      .set({ state: 'superseded', finished_at: rollout.startedAt })
      .where('placement', '=', rollout.placement)
      .where('state', '=', 'running')
      .execute();
    await tx.sql
      .insertInto('rollouts')
      .values({
        id: rollout.id,
        placement: rollout.placement,
        component: rollout.component,
        environment: rollout.environment,
        revision: rollout.revision,
        kind: rollout.kind,
        state: rollout.state,
        step: rollout.step,
        from_release: rollout.fromRelease ?? null,
        to_release: rollout.toRelease,
        requested_by: rollout.requestedBy,
        why: rollout.why ?? null,
        reason: null as never,
        traffic: null as never,
        started_at: rollout.startedAt,
      })
      .execute();
  },
  runningRollout: async (tx, placement) => {
    const row = await tx.sql
      .selectFrom('rollouts')
      .selectAll()
      .where('placement', '=', placement)
      .where('state', '=', 'running')
      .orderBy('revision', 'desc')
      .executeTakeFirst();
    return row === undefined ? undefined : toRollout(row);
  },
  changeRollout: async (tx, id, { state, step, observed }) => {
    await tx.sql
      .updateTable('rollouts')
      .set({
        state,
        step,
        ...(observed.switchedAt === undefined
          ? {}
          : { switched_at: new Date(observed.switchedAt) }),
        ...(observed.finishedAt === undefined || state === 'running'
          ? {}
          : { finished_at: new Date(observed.finishedAt) }),
        ...(observed.reason === undefined ? {} : { reason: JSON.stringify(observed.reason) }),
        ...(observed.traffic === undefined ? {} : { traffic: JSON.stringify(observed.traffic) }),
      })
      .where('id', '=', id)
      .execute();
  },
};

const taskWrites: Pick<RuntimeStore, 'startTask' | 'endTask'> = {
  startTask: async (tx, task) => {
    await tx.sql
      .insertInto('tasks')
      .values({
        id: task.id,
        placement: task.placement,
        component: task.component,
        command: JSON.stringify(task.command),
        state: 'running',
        timeout_ms: task.timeoutMs,
        requested_by: task.requestedBy,
        started_at: task.startedAt,
        due: task.due ?? null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },
  endTask: async (tx, id, end) => {
    const row = await tx.sql
      .updateTable('tasks')
      .set({
        state: end.state,
        exit_code: end.exitCode ?? null,
        ended: end.ended ?? null,
        finished_at: new Date(),
      })
      .where('id', '=', id)
      .where('state', '=', 'running')
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  },
};
