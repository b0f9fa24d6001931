import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { PltfError } from '@pltf/contracts';
import type { Run } from '../../command.ts';
import type { Config } from '../../config.ts';
import type { upCommand } from './command.ts';

/** Hands over to the launcher. */
export const run: Run<typeof upCommand> = ({ rest }, { config }) => launch(config, rest);

/** Runs the launcher in the foreground to its end and gives its exit code; signals go on to it. */
async function launch(config: Config, args: readonly string[]): Promise<number> {
  if (!existsSync(config.launcher)) {
    throw new PltfError('not-found', {
      detail: `The launcher is not there: ${config.launcher}`,
      fix: 'Run pltf from a checkout, after `npm run build`.',
    });
  }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [config.launcher, ...args], {
      stdio: 'inherit',
      env: config.environment,
    });
    const pass = (signal: NodeJS.Signals) => void child.kill(signal);
    // A terminal sends Ctrl-C to both; ending first would leave the launcher without its terminal.
    const stay = () => undefined;
    process.on('SIGINT', stay);
    process.on('SIGTERM', pass);
    process.on('SIGHUP', pass);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', stay);
      process.off('SIGTERM', pass);
      process.off('SIGHUP', pass);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
