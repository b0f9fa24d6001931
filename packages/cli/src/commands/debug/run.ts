import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { connect } from '../../api/connect.ts';
import { componentName } from '../../api/names.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { safeJson } from '../../output/safe-text.ts';
import { collectComponent, collectPlatform } from './collect.ts';
import type { debugCommand } from './command.ts';

/** Collects a diagnostic bundle. It holds log lines, so only its owner may read the file. */
export const run: Run<typeof debugCommand> = async (
  { arguments: { name }, options: { env, out } },
  context,
) => {
  const connection = context.connection();
  const at = new Date();
  // The bundle of a platform must also come about when nobody can sign in to it.
  const client = name === undefined ? connect(connection) : await context.api();
  const bundle = {
    at: at.toISOString(),
    platform: { url: connection.url, ...(await collectPlatform(client)) },
    ...(name === undefined ? {} : await collectComponent(client, componentName(name), env)),
  };
  if (context.json && out === undefined) {
    context.out.document(bundle);
    return exit.done;
  }
  const stamp = at.toISOString().slice(0, 19).replace(/[-:]/g, '');
  const file = resolve(
    context.config.workingDirectory,
    out ?? `${name ?? 'pltf'}-debug-${stamp}.json`,
  );
  writeFileSync(file, `${safeJson(bundle, 2)}\n`, { mode: 0o600 });
  if (context.json) context.out.document({ file });
  else {
    context.out.print(file);
    context.err.print('Read it before you pass it on: it holds log lines of your program.');
  }
  return exit.done;
};
