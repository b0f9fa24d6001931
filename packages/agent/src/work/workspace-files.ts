import path from 'node:path';
import { PltfError } from '@pltf/contracts';
import { runTool } from '../process/run-tool.ts';
import type { Account } from '../sandbox/accounts.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** A path that stays below where it starts. */
export function relativePath(given: string): string {
  const normal = path.posix.normalize(given === '' ? '.' : given);
  if (path.posix.isAbsolute(normal) || normal === '..' || normal.startsWith('../')) {
    throw new PltfError('bad-request', {
      detail: `The path ${JSON.stringify(given.slice(0, 200))} leads out of the workspace.`,
      fix: 'Give a path relative to the workspace.',
    });
  }
  return normal;
}

/** Makes a tree that the platform wrote the owner's. Links themselves change hands, not what they name. */
export async function giveToOwner(
  sandbox: Sandbox,
  account: Account,
  folder: string,
): Promise<void> {
  if (account.uid === undefined) return;
  await runTool(sandbox.tools.chown, ['-R', '-h', `${account.uid}:${account.uid}`, folder]);
}
