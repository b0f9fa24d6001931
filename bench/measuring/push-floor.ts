import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, type TestPlatform } from '../../test/e2e/support/platform.ts';
import { git } from '../../test/e2e/support/tools.ts';
import { firstAnswer, now } from './first-answer.ts';
import { succeeded } from './service.ts';

/** One round: answers the milliseconds from the push of a branch to the first answer with `text`. */
export type Floor = (branch: string, text: string, signal: AbortSignal) => Promise<number>;

/**
 * The least that any platform has to do for a push: `git push` to a bare repository, `git archive | tar x`,
 * start node, and answer. Without tests, records, isolation, health, routing or anything kept.
 */
export async function prepareFloor(
  platform: TestPlatform,
  clone: string,
  folder: string,
): Promise<Floor> {
  const bare = join(folder, 'bare.git');
  await mkdir(folder, { recursive: true });
  succeeded('git clone', await git(platform, folder, 'clone', '--quiet', '--bare', clone, bare));
  succeeded('git remote', await git(platform, clone, 'remote', 'add', 'floor', bare));
  let round = 0;
  return async (branch, text, signal) => {
    const target = join(folder, String((round += 1)));
    const port = await freePort();
    const since = now();
    succeeded('git push', await git(platform, clone, 'push', '--quiet', 'floor', branch));
    await unpack(bare, branch, target);
    const program = spawn(process.execPath, ['src/server.js'], {
      cwd: target,
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], PORT: String(port), HOST: '127.0.0.1' },
    });
    const exited = once(program, 'exit');
    try {
      const url = `http://127.0.0.1:${port}/`;
      const holds = (status: number, body: string): boolean =>
        status === 200 && body.includes(`"${text}"`);
      return (await firstAnswer({ url, holds, signal })).at - since;
    } finally {
      program.kill('SIGKILL');
      await exited;
      await rm(target, { recursive: true, force: true });
    }
  };
}

/** `git archive | tar x`, the two at once. */
async function unpack(bare: string, branch: string, target: string): Promise<void> {
  await mkdir(target);
  const archive = spawn('git', ['--git-dir', bare, 'archive', '--format=tar', branch], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const tar = spawn('tar', ['-x', '-C', target], { stdio: ['pipe', 'ignore', 'inherit'] });
  archive.stdout.pipe(tar.stdin);
  const codes = await Promise.all([once(archive, 'close'), once(tar, 'close')]);
  if (codes.some(([code]) => code !== 0)) throw new Error('git archive | tar x failed');
}
