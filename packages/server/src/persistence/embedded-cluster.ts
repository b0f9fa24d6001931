import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  lchown,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import type { Binaries } from './embedded-binaries.ts';
import { capture } from './embedded-processes.ts';

/** The user id that PostgreSQL runs under; undefined when it is simply ours. */
export type Account = number | undefined;

/** Ids that Linux distributions give to nobody; each data directory has its own, derived from its path. */
const firstAccount = 57_000;
const accounts = 2_000;

const Kept = z.object({ password: z.string().min(20).max(200) });

/** PostgreSQL refuses to run as root, so root runs it under the owner of its files or an id without a name. */
export async function accountFor(cluster: string): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).then(
    ({ uid }) => uid,
    () => 0,
  );
  if (owner !== 0) return owner;
  if (process.platform !== 'linux') {
    throw new PltfError('database-unavailable', {
      detail: 'PostgreSQL does not run as root',
      fix: 'Start the platform as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours.',
    });
  }
  const taken = new Set((await passwordEntries()).map(({ uid }) => uid));
  const start = createHash('sha256').update(resolve(cluster)).digest().readUInt32BE(0);
  for (let offset = 0; offset < accounts; offset += 1) {
    const uid = firstAccount + ((start + offset) % accounts);
    if (!taken.has(uid)) return uid;
  }
  throw new Error(`all user ids from ${firstAccount} on have names`);
}

interface PasswordEntry {
  readonly name: string;
  readonly uid: number;
}

async function passwordEntries(): Promise<readonly PasswordEntry[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = ''] = line.split(':');
    return /^\d+$/.test(uid) ? [{ name, uid: Number(uid) }] : [];
  });
}

/** The password of the cluster's owner: made once, kept in `postgres.json` for the platform's user only. */
export async function clusterPassword(dataDirectory: string): Promise<string> {
  const path = join(dataDirectory, 'postgres.json');
  const partial = `${path}.${process.pid}`;
  const made = { password: randomBytes(24).toString('base64url') };
  await writeFile(partial, `${JSON.stringify(made)}\n`, { mode: 0o600 });
  try {
    // A link is refused when the name exists: of two that start at once, both end with the same password.
    await link(partial, path).catch(() => undefined);
  } finally {
    await rm(partial, { force: true });
  }
  const text = await readFile(path, 'utf8');
  try {
    return Kept.parse(JSON.parse(text)).password;
  } catch (cause) {
    throw new PltfError('database-unavailable', {
      detail: `${path} does not hold the password of the database`,
      fix: 'Put the file back from a backup of the data directory.',
      cause,
    });
  }
}

export interface ClusterOptions {
  readonly dataDirectory: string;
  readonly cluster: string;
  readonly account: Account;
  readonly binaries: Binaries;
  readonly password: string;
}

/**
 * Makes the cluster's files if there are none, in a folder beside that is renamed when complete, so that a kill on
 * the way leaves nothing half-made. 0.5 s.
 */
export async function ensureCluster(options: ClusterOptions): Promise<'made' | 'found'> {
  const { cluster, binaries } = options;
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    refuseOtherVersion(cluster, version.trim(), binaries);
    return 'found';
  }
  await removeHalfMade(options.dataDirectory);
  const workplace = await mkdtemp(join(options.dataDirectory, halfMade));
  try {
    const fresh = join(workplace, 'cluster');
    await mkdir(fresh, { mode: 0o700 });
    await initialise(fresh, workplace, options);
    // Somebody else was faster: their files count.
    if (!(await renamed(fresh, cluster))) return 'found';
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
  return 'made';
}

/**
 * Has the disk hold a fresh cluster's files, one after the other. On a busy disk that takes seconds, so nobody waits for
 * it: a power failure in the very first seconds may cost the cluster that was just made, a kill never does.
 */
export async function syncCluster(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) await syncCluster(inner);
    else if (entry.isFile()) await syncOne(inner);
  }
  await syncOne(path);
}

async function syncOne(path: string): Promise<void> {
  // One that is gone is PostgreSQL's own, which it writes down by itself.
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

const halfMade = 'postgres-new-';
const abandonedAfterMs = 60_000;

async function removeHalfMade(dataDirectory: string): Promise<void> {
  for (const entry of await readdir(dataDirectory)) {
    if (!entry.startsWith(halfMade)) continue;
    const path = join(dataDirectory, entry);
    const changed = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (Date.now() - changed > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}

function refuseOtherVersion(cluster: string, found: string, binaries: Binaries): void {
  const [major] = binaries.version.split('.');
  if (found === major) return;
  throw new PltfError('database-unavailable', {
    detail: `${cluster} was made by PostgreSQL ${found}; this version of the platform carries ${major}`,
    fix: `Use the platform version that made it, or dump it with PostgreSQL ${found} and load it into a new one.`,
  });
}

async function initialise(
  fresh: string,
  workplace: string,
  options: ClusterOptions,
): Promise<void> {
  const { account, binaries, password } = options;
  const maker = account === undefined ? undefined : await namedAccount();
  const passwordPath = join(workplace, 'password');
  await writeFile(passwordPath, `${password}\n`, { mode: 0o400 });
  const handle = await open(passwordPath, 'r');
  try {
    if (maker !== undefined) {
      await lchown(fresh, maker, maker);
      await handle.chown(maker, maker);
    }
    // Through /proc, so that no folder above needs to be open to the other user.
    const places =
      maker === undefined ? [fresh, passwordPath] : ['/proc/self/cwd', '/proc/self/fd/3'];
    const result = await capture(
      binaries.initdb,
      initdbArguments(places[0] ?? '', places[1] ?? ''),
      {
        uid: maker,
        gid: maker,
        cwd: fresh,
        fd: handle.fd,
      },
    );
    if (result.code !== 0) {
      throw new PltfError('database-unavailable', {
        detail: `PostgreSQL's files could not be made in ${options.dataDirectory}: ${result.errors}`,
        fix: 'Mend what the message names (space, permissions), or set DATABASE_URL to a PostgreSQL of yours.',
      });
    }
  } finally {
    await handle.close();
  }
  if (account !== undefined) await giveTo(fresh, account);
  await chmod(fresh, 0o700);
}

// The builtin C.UTF-8 sorts by code point on every machine, and spares what ICU and libc would load.
const initdbArguments = (cluster: string, passwordFile: string): readonly string[] => [
  `--pgdata=${cluster}`,
  '--username=pltf',
  `--pwfile=${passwordFile}`,
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--wal-segsize=4',
  // It would wait for the disk 1,000 times before the first start; `syncCluster` does while PostgreSQL runs already.
  '--no-sync',
  '--no-instructions',
];

/** initdb, unlike postgres, insists on a user with a name: one that exists everywhere and owns nothing. */
async function namedAccount(): Promise<number> {
  const entries = (await passwordEntries()).filter(({ uid }) => uid !== 0);
  const found = entries.find(({ name }) => name === 'nobody') ?? entries[0];
  if (found !== undefined) return found.uid;
  throw new PltfError('database-unavailable', {
    detail: 'PostgreSQL cannot be prepared as root: /etc/passwd names no other user',
    fix: 'Add a user `nobody`, start the platform as an ordinary user, or set DATABASE_URL.',
  });
}

async function giveTo(path: string, uid: number): Promise<void> {
  await lchown(path, uid, uid);
  const entries = await readdir(path, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const inner = join(path, entry.name);
      await (entry.isDirectory() ? giveTo(inner, uid) : lchown(inner, uid, uid));
    }),
  );
}
