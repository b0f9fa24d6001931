import { randomUUID } from 'node:crypto';
import { PltfError } from '@pltf/contracts';
import type { FurtherCommit } from '../../../modules/repos/index.ts';
import { nextCommitStream } from './fast-import.ts';
import type { Git } from './git-process.ts';

/**
 * One more commit on a branch: written to a ref of its own, hidden from clients, then the branch moves from the parent
 * to it or not at all.
 */
export async function furtherCommit(
  git: Git,
  directory: string,
  next: FurtherCommit,
): Promise<string> {
  const inside = (...args: string[]): string[] => ['--git-dir', directory, ...args];
  const scratch = `refs/pltf/making/${randomUUID()}`;
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries(next.files)) {
    if (text !== undefined) files[path] = text;
  }
  const gone = Object.keys(next.files).filter((path) => next.files[path] === undefined);
  await git({
    args: inside('fast-import', '--quiet', '--done'),
    input: nextCommitStream({ ...next, ref: scratch, files, gone }),
  });
  try {
    const { out } = await git({ args: inside('rev-parse', '--verify', scratch) });
    const id = out.toString('utf8').trim();
    const branch = `refs/heads/${next.branch}`;
    const move = inside('update-ref', '-m', 'pltf', branch, id, next.parent);
    const { code } = await git({ args: move, accept: [1, 128] });
    if (code === 0) return id;
    throw new PltfError('conflict', { detail: `somebody pushed to ${next.branch} meanwhile` });
  } finally {
    await git({ args: inside('update-ref', '-d', scratch), accept: [1, 128] });
  }
}
