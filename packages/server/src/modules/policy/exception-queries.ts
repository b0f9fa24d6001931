import { type ActiveException, type ExceptionState, PltfError } from '@pltf/contracts';
import type { Connection } from '../../persistence/transaction.ts';
import type { PolicyException } from './exception.ts';
import { toException } from './exception-rows.ts';

export interface ExceptionFilter {
  readonly component?: string | undefined;
  readonly team?: string | undefined;
  readonly teams?: readonly string[] | undefined;
  readonly guardrail?: string | undefined;
  readonly states?: readonly ExceptionState[] | undefined;
  /** Ids below this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface ExceptionQueries {
  find(id: string, on?: Connection): Promise<PolicyException | undefined>;
  get(id: string): Promise<PolicyException>;
  /** Newest first. */
  list(filter: ExceptionFilter): Promise<readonly PolicyException[]>;
  /**
   * What every evaluation gets: approved ones, and those that time has ended within the last 90 days, so that a
   * failure which is back says why. Whether one is in force is for the one lookup to say, by its times.
   */
  active(now: Date, component?: string): Promise<readonly ActiveException[]>;
}

const rememberedMs = 90 * 86_400_000;

export function postgresExceptionQueries(db: Connection): ExceptionQueries {
  const find: ExceptionQueries['find'] = async (id, on = db) => {
    const row = await on
      .selectFrom('exceptions')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? undefined : toException(row);
  };
  return {
    find,
    get: async (id) => {
      const found = await find(id);
      if (found !== undefined) return found;
      throw new PltfError('not-found', {
        detail: `there is no exception ${id}`,
        fix: '`pltf exception list` shows them.',
      });
    },
    list: (filter) => list(db, filter),
    active: (now, component) => active(db, now, component),
  };
}

async function list(db: Connection, filter: ExceptionFilter): Promise<readonly PolicyException[]> {
  const { component, team, teams, guardrail, states, before, limit } = filter;
  // Ids sort by age.
  let query = db.selectFrom('exceptions').selectAll().orderBy('id', 'desc').limit(limit);
  if (component !== undefined) query = query.where('component', '=', component);
  if (team !== undefined) query = query.where('team', '=', team);
  if (teams !== undefined) query = query.where('team', 'in', [...teams]);
  if (guardrail !== undefined) query = query.where('guardrail', '=', guardrail);
  if (states !== undefined) query = query.where('state', 'in', [...states]);
  if (before !== undefined) query = query.where('id', '<', before);
  return (await query.execute()).map(toException);
}

async function active(
  db: Connection,
  now: Date,
  component: string | undefined,
): Promise<readonly ActiveException[]> {
  let query = db
    .selectFrom('exceptions')
    .selectAll()
    .where('starts_at', 'is not', null)
    .where('state', 'in', ['approved', 'expired'])
    .where('expires_at', '>', new Date(now.getTime() - rememberedMs))
    .orderBy('id');
  if (component !== undefined) query = query.where('component', '=', component);
  return (await query.execute()).map(toException).map(toActive);
}

const toActive = (exception: PolicyException): ActiveException => ({
  id: exception.id,
  guardrail: exception.guardrail,
  scope: {
    component: exception.component,
    ...(exception.environment === undefined ? {} : { environment: exception.environment }),
  },
  owner: exception.owner,
  team: exception.team,
  ...(exception.startsAt === undefined ? {} : { startsAt: exception.startsAt.toISOString() }),
  expiresAt: exception.expiresAt.toISOString(),
  ...(exception.endedAt === undefined ? {} : { endedAt: exception.endedAt.toISOString() }),
  covers: { ...exception.covers },
});
