import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import { pairs } from '../../output/table.ts';
import type { whoamiCommand } from './command.ts';

/** Says who the platform takes this user for. */
export const run: Run<typeof whoamiCommand> = async (_invocation, context) => {
  const client = await context.api();
  const me = await client.whoAmI({});
  const { out, json } = context;
  if (json) {
    out.document(me);
    return exit.done;
  }
  const { url, from } = context.connection();
  const lines = pairs(
    [
      ['User', `${safe(me.user.name)} (${safe(me.user.displayName)})`],
      ['Role', me.user.role],
      ['Teams', safe(me.user.teams.map(({ team, role }) => `${team} (${role})`).join(', '))],
      ['May create for', safe(me.developerOf.join(', '))],
      ['Token may', me.scopes.join(', ')],
      ['Platform', `${safe(me.platform.organisation)}, ${url} (from ${from})`],
      ['Portal', safe(me.platform.portalUrl)],
    ],
    out.style.dim,
  );
  for (const line of lines) out.print(line);
  return exit.done;
};
