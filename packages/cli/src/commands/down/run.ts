import { resolve } from 'node:path';
import { PltfError } from '@pltf/contracts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { sleep } from '../../follow/watch.ts';
import type { downCommand } from './command.ts';
import { launcherOf } from './launcher-process.ts';

/** The launcher gives each part its own deadline; together they are shorter than this. Milliseconds. */
const patienceMs = 150_000;
const lookMs = 50;

/** Asks the launcher to stop everything in order, and ends when it has. */
export const run: Run<typeof downCommand> = async ({ options: { data } }, context) => {
  const { config, out, err, json } = context;
  const directory =
    data === undefined ? config.dataDirectory : resolve(config.workingDirectory, data);
  const pid = launcherOf(directory);
  if (pid === undefined) {
    if (json) out.document({ data: directory, stopped: false });
    else out.print(`No platform runs from ${directory}.`);
    return exit.done;
  }
  process.kill(pid, 'SIGTERM');
  if (!json) err.print('Stopping: server, applications, database …');
  const deadline = Date.now() + patienceMs;
  while (launcherOf(directory) === pid) {
    if (Date.now() > deadline) {
      throw new PltfError('unavailable', {
        detail: `The platform in ${directory} (process ${pid}) is still stopping after ${patienceMs / 1000} s.`,
        fix: `Its logs are in ${directory}/logs. Try again, or end process ${pid}.`,
      });
    }
    await sleep(lookMs);
  }
  if (json) out.document({ data: directory, stopped: true });
  else out.print('Stopped. Everything is kept; `pltf up` brings it back.');
  return exit.done;
};
