import { type Client, PltfError } from '@pltf/contracts';
import { connect } from '../../api/connect.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import { pairs } from '../../output/table.ts';
import { paintState } from '../../view/wellness.ts';
import type { statusCommand } from './command.ts';

/** Asks the platform how it is; nobody needs to be signed in for that. */
export const run: Run<typeof statusCommand> = async (_invocation, context) => {
  const { out, json } = context;
  const connection = context.connection();
  const client = connect(connection);
  const health = await client.platformHealth({});
  const code = health.status === 'ok' ? exit.done : exit.failed;
  if (json) {
    out.document({ url: connection.url, ...health });
    return code;
  }
  const paint = (text: string) => paintState(text, out.style);
  const user =
    connection.token === undefined ? 'not signed in: `pltf login`' : await userText(client);
  const lines = pairs(
    [
      ['Platform', `${paint(health.status)}  ${connection.url} (from ${connection.from})`],
      ['Database', paint(health.database)],
      ['Agent', paint(health.agent)],
      ['Version', safe(health.version)],
      ['You', user],
    ],
    out.style.dim,
  );
  for (const line of lines) out.print(line);
  return code;
};

async function userText(client: Client): Promise<string> {
  try {
    const { user } = await client.whoAmI({});
    return `${safe(user.name)} (${user.role})`;
  } catch (error) {
    if (!(error instanceof PltfError)) throw error;
    return `${safe(error.kind.title)}: ${safe(error.fix)}`;
  }
}
