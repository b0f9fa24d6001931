import { PltfError } from '@pltf/contracts';
import { checkUrl, connect } from '../../api/connect.ts';
import type { Run } from '../../command.ts';
import { withoutSlash } from '../../config.ts';
import { writeLogin } from '../../config-file.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import type { loginCommand } from './command.ts';

const tokenLimit = 2000;

/** Stores address and token once the platform has accepted them; or prints a link for the portal. */
export const run: Run<typeof loginCommand> = async (
  { arguments: { address }, options: { link } },
  context,
) => {
  if (link) return printLink(context);
  const url = withoutSlash(address ?? context.connection().url);
  checkUrl(url);
  const token = await askToken(context, url);
  const me = await connect({ url, token }).whoAmI({});
  const { loginFile } = context.config;
  writeLogin(loginFile, { url, token, user: me.user.name });
  if (context.json) {
    context.out.document({ url, user: me.user.name, file: loginFile });
    return exit.done;
  }
  context.out.print(`Signed in to ${url} as ${safe(me.user.name)} (${me.user.role}).`);
  context.out.print(`Stored in ${loginFile}, readable by you only. \`pltf logout\` forgets it.`);
  context.out.print('`pltf setup-git` lets git use it too.');
  return exit.done;
};

async function printLink(context: Context): Promise<number> {
  const client = await context.api();
  const link = await client.createSignInLink({ body: {} });
  if (context.json) context.out.document(link);
  else {
    context.out.print(safe(link.url));
    context.err.print('It signs you in once, within 15 minutes.');
  }
  return exit.done;
}

/** From `--token`, from standard input with `--token -`, or from the person. */
async function askToken({ given, input, err }: Context, url: string): Promise<string> {
  if (given.token !== undefined && given.token !== '-') {
    err.print(
      'A token on the command line stays in the history of your shell; `--token -` reads it from standard input.',
    );
    return checked(given.token);
  }
  if (given.token === '-') return checked(await input.readAll(tokenLimit + 2));
  if (!input.interactive) {
    throw new PltfError('usage-invalid', {
      detail: 'There is no token, and nobody can be asked for it here.',
      fix: `echo "$TOKEN" | pltf login --token - ${url}`,
    });
  }
  err.print(`You make a token on your page in the portal: ${url}`);
  err.write('Token: ');
  const typed = await input.readLine(true);
  if (typed === undefined)
    throw new PltfError('not-confirmed', { detail: 'You left. Nothing was stored.' });
  return checked(typed);
}

function checked(text: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token) && token.length <= tokenLimit) return token;
  throw new PltfError('usage-invalid', {
    detail:
      token === '' ? 'The token is empty.' : 'This is no token: it holds spaces or other signs.',
    fix: 'Copy the token as it was shown when it was made.',
  });
}
