import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { launch } from '../process/launch.ts';
import { outputOf, toolEnd } from '../process/run-tool.ts';
import type { Account } from '../sandbox/accounts.ts';
import { removeCgroup } from '../sandbox/cgroups.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/**
 * Runs tools as an owner on the owner's files. The platform's own user must not walk through folders that
 * somebody else can fill with links.
 */
export interface OwnerTools {
  /** Streams what a tool writes, after giving it the input. */
  read(
    account: Account,
    directory: string,
    command: readonly string[],
    input?: string,
  ): Promise<OwnerOutput>;
  /** Feeds a file of the platform's to a tool. */
  write(
    account: Account,
    directory: string,
    command: readonly string[],
    file: string,
  ): Promise<void>;
}

export interface OwnerOutput {
  readonly output: Readable;
  readonly ended: Promise<unknown>;
}

const limits = { memoryMiB: 512, cpu: 0.5, processes: 32 };
const path = '/usr/local/bin:/usr/bin:/bin';

export function createOwnerTools(sandbox: Sandbox): OwnerTools {
  const run = async (
    account: Account,
    directory: string,
    command: readonly string[],
    stdio: readonly (number | 'ignore' | 'pipe')[],
  ) => {
    const name = `tool-${randomBytes(6).toString('hex')}`;
    const env = { PATH: path, LANG: 'C' };
    const launched = await launch(sandbox, {
      name,
      account,
      command,
      directory,
      env,
      limits,
      stdio,
    });
    const ended = toolEnd(launched.child, command[0] ?? 'tool', 'task-failed', false).finally(
      () => {
        if (!removeCgroup(launched.cgroup)) setTimeout(() => removeCgroup(launched.cgroup), 100);
      },
    );
    return { child: launched.child, ended };
  };
  return {
    async read(account, directory, command, input) {
      const stdin = input === undefined ? 'ignore' : 'pipe';
      const { child, ended } = await run(account, directory, command, [stdin, 'pipe', 'pipe']);
      const output = outputOf(child);
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
      return { output, ended };
    },
    async write(account, directory, command, file) {
      const input = openSync(file, 'r');
      try {
        const { ended } = await run(account, directory, command, [input, 'ignore', 'pipe']);
        await ended;
      } finally {
        closeSync(input);
      }
    },
  };
}
