import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import type { Config } from '../../config.ts';

/** Opens an address in the person's browser; false when there is none to be found. */
export async function openBrowser(config: Config, url: string): Promise<boolean> {
  const program = browserOf(config);
  if (program === undefined || !/^https?:\/\//.test(url)) return false;
  return new Promise((resolve) => {
    const child = spawn(program, [url], {
      detached: true,
      stdio: 'ignore',
      env: config.environment,
    });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

function browserOf({ browser, hasDisplay }: Config): string | undefined {
  if (browser !== undefined) return browser;
  if (platform() === 'darwin') return 'open';
  return hasDisplay ? 'xdg-open' : undefined;
}
