import { sql } from 'kysely';
import { z } from 'zod';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { Tx } from '../../persistence/transaction.ts';
import type { PlatformWaves } from '../runtime/index.ts';

const MemberState = z.enum(['waiting', 'going', 'done', 'failed', 'held', 'back']);

/** How the change of the newest version stands, and one placement in it: without the rest of its thousands of members. */
const Standing = z.object({
  to_version: z.number().int(),
  state: z.enum(['running', 'halted', 'aborting', 'aborted', 'finished', 'superseded']),
  member: MemberState.nullable(),
  earlier: z.number().int().nullable(),
});
type Standing = z.infer<typeof Standing>;

/**
 * Which version of the platform a placement stays with while a newer one is in force: the one that it has, until its wave
 * has come; the one that it had before, once a change is taken back.
 */
export function postgresFleetWaves(platform: PlatformSource): PlatformWaves {
  return {
    stayingWith: async (tx, { id, platformVersion }) => {
      const newest = platform.snapshot().version;
      if (platformVersion === undefined) return undefined;
      const hold = await holdOf(tx, id);
      if (hold !== undefined) return { version: platformVersion, because: hold };
      const standing = await standingOf(tx, id);
      if (standing === undefined || standing.to_version < newest) {
        // Put in force a moment ago: whether a wave is to bring it here is not known yet.
        const because = `what version ${newest} of the platform changes is still being looked at`;
        return { version: platformVersion, because };
      }
      if (standing.to_version > newest) return undefined;
      const { to_version: to, state, member, earlier } = standing;
      if (state === 'aborting' || state === 'aborted') {
        const because = `version ${to} of the platform ${state === 'aborted' ? 'was' : 'is being'} taken back`;
        return { version: earlier ?? platformVersion, because };
      }
      if (state !== 'running' && state !== 'halted') return undefined;
      if (member === 'going' || member === 'done' || member === 'failed') return undefined;
      const onItsWay = member === null ? 'is still going out' : 'has not come to it';
      const how = state === 'halted' ? 'is halted' : onItsWay;
      return { version: platformVersion, because: `version ${to} of the platform ${how}` };
    },
  };
}

async function holdOf({ sql: on }: Tx, placement: string): Promise<string | undefined> {
  const hold = await on
    .selectFrom('placement_holds')
    .select(['held_by', 'why'])
    .where('placement', '=', placement)
    .executeTakeFirst();
  return hold === undefined ? undefined : `${hold.held_by} holds it: ${hold.why}`;
}

async function standingOf({ sql: on }: Tx, placement: string): Promise<Standing | undefined> {
  const { rows } = await sql`
    select to_version, state, (before -> ${placement} ->> 'version')::integer as earlier,
      (select member ->> 'state' from jsonb_array_elements(waves) wave,
        jsonb_array_elements(wave -> 'members') member
        where member ->> 'placement' = ${placement} limit 1) as member
    from fleet_changes order by to_version desc limit 1`.execute(on);
  return rows[0] === undefined ? undefined : Standing.parse(rows[0]);
}
