import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PltfError } from '@pltf/contracts';
import type { Git } from '../git/builtin/git-process.ts';

/** What a killed git leaves is nobody's any more after this long: no step of ours takes a tenth of it. */
const abandonedMs = 5 * 60_000;

const config = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\thooksPath = /dev/null
\tfsync = committed,reference
\tcompression = 1
[receive]
\tfsckObjects = true
\tdenyNonFastForwards = true
\tdenyDeletes = true
[uploadpack]
\tallowFilter = true
[gc]
\tautoDetach = false
`;

/** Makes a bare repository where none is: beside its place and moved there whole, so that no half one is ever seen. */
export async function ensureBare(git: Git, directory: string): Promise<void> {
  if (await isThere(join(directory, 'HEAD'))) return;
  const making = join(dirname(directory), `.${basename(directory)}.new-${randomUUID()}`);
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  try {
    const args = ['init', '--quiet', '--bare', '--initial-branch', 'main', '--template=', making];
    await git({ args });
    await writeFile(join(making, 'config'), config);
    await rename(making, directory).catch(async (error: NodeJS.ErrnoException) => {
      const raced = error.code === 'ENOTEMPTY' || error.code === 'EEXIST';
      if (raced && (await isThere(join(directory, 'HEAD')))) return;
      throw new PltfError('bad-request', {
        detail: 'the folder of the environment repository holds something else',
        fix: 'Name an empty folder, or a bare repository.',
        cause: error,
      });
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Takes away what a kill in the middle of writing has left: half packs, reports of crashes, locks of refs. Whoever calls
 * holds the lock of the writer, and what others may still be writing is younger than five minutes.
 */
export async function sweepLeftovers(directory: string, now = Date.now()): Promise<number> {
  let removed = 0;
  const sweep = async (folder: string, isLeft: (name: string) => boolean): Promise<void> => {
    const names = await readdir(join(directory, folder)).catch(() => []);
    for (const name of names) {
      if (!isLeft(name)) continue;
      const path = join(directory, folder, name);
      const entry = await stat(path).catch(() => undefined);
      if (entry === undefined || !entry.isFile() || now - entry.mtimeMs < abandonedMs) continue;
      await rm(path, { force: true });
      removed += 1;
    }
  };
  await sweep('.', (name) =>
    /^fast_import_crash_\d+$|^(?:HEAD|packed-refs|config)\.lock$/.test(name),
  );
  await sweep('objects/pack', (name) => /^(?:tmp_|\.tmp-)/.test(name));
  for (const folder of ['refs/heads', 'refs/notes']) {
    await sweep(folder, (name) => name.endsWith('.lock'));
  }
  for (const folder of await objectFolders(directory)) {
    await sweep(folder, (name) => name.startsWith('tmp_obj_'));
  }
  return removed;
}

const objectFolders = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(join(directory, 'objects')).catch(() => []);
  return names.filter((name) => /^[0-9a-f]{2}$/.test(name)).map((name) => `objects/${name}`);
};
