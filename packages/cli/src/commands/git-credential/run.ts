import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { answer, parseQuestion } from '../../git/credential.ts';
import type { gitCredentialCommand } from './command.ts';

const questionLimit = 65_536;

/**
 * Speaks git's credential protocol. `store` and `erase` change nothing: the token belongs to the login, and one
 * refused push must not end it.
 */
export const run: Run<typeof gitCredentialCommand> = async (
  { arguments: { operation } },
  context,
) => {
  const question = parseQuestion(await context.input.readAll(questionLimit));
  const { url, token } = context.connection();
  if (operation === 'get') context.out.write(answer(question, url, token));
  if (operation === 'erase' && answer(question, url, token) !== '') {
    context.err.print(`pltf: ${url} refused the stored token. \`pltf login\` stores another one.`);
  }
  return exit.done;
};
