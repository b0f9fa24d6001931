import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { samePlace } from '../../git/credential.ts';
import { addHelper, removeHelper } from '../../git/credential-setup.ts';
import { safe } from '../../output/safe-text.ts';
import type { setupGitCommand } from './command.ts';

/** Adds pltf to git's configuration as the source of passwords for this platform, or takes it out. */
export const run: Run<typeof setupGitCommand> = async ({ options: { undo } }, context) => {
  const { out, json, config } = context;
  const { url } = context.connection();
  if (undo) {
    const removed = await removeHelper(config, url);
    if (json) out.document({ url, removed });
    else
      out.print(
        removed ? `git no longer asks pltf about ${url}.` : `git did not ask pltf about ${url}.`,
      );
    return exit.done;
  }
  const client = await context.api();
  const { platform } = await client.whoAmI({});
  // Clone addresses carry the platform's own name for itself, which may be another one for this machine.
  const own = new URL(platform.portalUrl);
  const urls = samePlace(own, new URL(url))
    ? [...new Set([new URL(url).origin, own.origin])]
    : [url];
  const changes = [];
  for (const each of urls) changes.push(await addHelper(config, each));
  if (json) {
    out.document({ changes, undo: 'pltf setup-git --undo' });
    return exit.done;
  }
  out.print('Added to your global git configuration:');
  for (const { key, helper } of changes) out.print(`  ${safe(key)} = ${safe(helper)}`);
  out.print(
    'git clone and git push now sign in by themselves. `pltf setup-git --undo` or `pltf logout` takes it out.',
  );
  return exit.done;
};
