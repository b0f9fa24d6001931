import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { candidates } from './candidates.ts';
import type { completeCommand } from './command.ts';

/** Who presses Tab does not wait longer. */
const patienceMs = 1500;

/** Prints what the word under the cursor may become, one candidate a line; silent when it does not know. */
export const run: Run<typeof completeCommand> = async ({ rest }, context) => {
  const typing = rest.at(-1) ?? '';
  const found = candidates(rest.slice(0, -1), typing, context.definitions);
  const words = found.kind === 'words' ? found.words : await components(context, typing);
  for (const word of words.filter((each) => each.startsWith(typing))) context.out.print(word);
  return exit.done;
};

async function components(context: Context, typing: string): Promise<string[]> {
  try {
    const client = await context.api();
    const signal = AbortSignal.timeout(patienceMs);
    const query = typing === '' ? { limit: 100 } : { q: typing.slice(0, 100), limit: 100 };
    const { items } = await client.listComponents({ query }, { signal });
    return items.map(({ name }) => name);
  } catch {
    return [];
  }
}
