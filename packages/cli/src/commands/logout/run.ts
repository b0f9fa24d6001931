import type { Run } from '../../command.ts';
import { readLogin, removeLogin } from '../../config-file.ts';
import { exit } from '../../exit.ts';
import { removeHelper } from '../../git/credential-setup.ts';
import type { logoutCommand } from './command.ts';

/** Forgets the stored login and takes the helper for it out of git's configuration. */
export const run: Run<typeof logoutCommand> = async (_invocation, context) => {
  const { config, out, json } = context;
  const login = readLogin(config.loginFile);
  const url = login?.url ?? context.connection().url;
  const git = await removeHelper(config, url);
  const forgotten = removeLogin(config.loginFile);
  if (json) {
    out.document({ url, forgotten, git });
    return exit.done;
  }
  out.print(forgotten ? `Forgot the token for ${url}.` : 'Nobody was signed in.');
  if (git) out.print('git no longer asks pltf for its password.');
  if (forgotten)
    out.print('The token itself stays valid until it expires; `pltf token revoke` ends one.');
  return exit.done;
};
