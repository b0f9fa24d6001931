import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { findBinaries, runnableBy } from './embedded-binaries.ts';
import { type Account, accountFor, clusterPassword, ensureCluster } from './embedded-cluster.ts';
import { type Place, type Postmaster, readPostmaster, urlOf } from './embedded-postmaster.ts';
import { isPostgresOf, pause, processesIn } from './embedded-processes.ts';

export interface PostgresOptions {
  /** Holds `postgres/` (files and socket), `postgres.json` (password) and `postgres.log`. */
  readonly dataDirectory: string;
  readonly log: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  /** Settings beside or instead of the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL of our own. It outlives the process that started it. */
export interface RunningPostgres {
  readonly url: string;
  readonly pid: number;
  /** True when it ran already. */
  readonly adopted: boolean;
  /** Ends running transactions, writes everything down and stops; idempotent. At most 40 s. */
  stop(): Promise<void>;
  /** Settles when it has ended, by whatever cause. */
  readonly exited: Promise<void>;
}

/** Small when idle: measured 45 MB for all its processes, no busy timers, durable as PostgreSQL is by default. */
const usualSettings: Readonly<Record<string, string>> = {
  shared_buffers: '32MB',
  max_connections: '40',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  min_wal_size: '16MB',
  checkpoint_timeout: '15min',
  jit: 'off',
  huge_pages: 'off',
  // The three I/O workers of the default and the launchers for what we never use cost memory each.
  io_method: 'sync',
  max_worker_processes: '1',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '1',
  autovacuum_worker_slots: '1',
  TimeZone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // Statements may hold what people typed; their errors reach the server's own log.
  log_min_error_statement: 'panic',
};

/** A socket's path has room for 107 bytes on Linux, 103 elsewhere. */
const longestSocketPath = 100;
const defaultPort = 5432;
const startMs = 120_000;
const fastStopMs = 30_000;
const quickStopMs = 10_000;
const lookMs = 200;
const longestLog = 5 * 1024 * 1024;

/**
 * Has PostgreSQL run on the data directory: adopts the one that does, or makes its files if there are none and
 * starts it. 0.6 s the first time, 0.05 s later; throws `database-unavailable`.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const dataDirectory = resolve(options.dataDirectory);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const place: Place = {
    dataDirectory,
    cluster: join(dataDirectory, 'postgres'),
    password: await clusterPassword(dataDirectory),
  };
  const until = Date.now() + startMs;
  const running = await findReady(place, until);
  if (running !== undefined) {
    options.log('PostgreSQL runs already', { pid: running.pid });
    return handleOf(place, running, true, goneByLooking(running.pid, place));
  }
  return start(place, options, until);
}

/** The PostgreSQL that runs here once it answers; undefined when none does. */
async function findReady(place: Place, until: number): Promise<Postmaster | undefined> {
  for (;;) {
    const postmaster = await readPostmaster(place);
    if (postmaster === undefined || !(await isPostgresOf(postmaster.pid, place.cluster)))
      return undefined;
    if (postmaster.status === 'ready') return postmaster;
    if (Date.now() > until)
      throw await failed(place, `it stays in the state "${postmaster.status}"`);
    await pause(5);
  }
}

async function start(
  place: Place,
  options: PostgresOptions,
  until: number,
): Promise<RunningPostgres> {
  const found = await findBinaries();
  const account = await accountFor(place.cluster);
  const binaries = account === undefined ? found : await runnableBy(account, found);
  const made = await ensureCluster({ ...place, account, binaries });
  await clearStale(place, until);
  const started = Date.now();
  const { pid, gone } = await spawnPostgres(place, binaries.postgres, account, options);
  const ready = await untilReady(place, pid, gone, until);
  options.log('PostgreSQL started', { pid: ready.pid, files: made, ms: Date.now() - started });
  const ours = ready.pid === pid;
  return handleOf(place, ready, !ours, ours ? gone : goneByLooking(ready.pid, place));
}

/**
 * After a kill, `postmaster.pid` stays. PostgreSQL removes it by itself unless its process id belongs to another
 * program by now, which is usual in a container. What is left of the killed one ends within milliseconds.
 */
async function clearStale(place: Place, until: number): Promise<void> {
  const postmaster = await readPostmaster(place);
  if (postmaster === undefined || process.platform !== 'linux') return;
  const deadline = Math.min(until, Date.now() + quickStopMs);
  for (;;) {
    const left = await processesIn(place.cluster);
    if (left.length === 0) break;
    if (Date.now() > deadline)
      throw await failed(place, `processes of a killed PostgreSQL remain: ${left.join(', ')}`);
    await pause(10);
  }
  await rm(join(place.cluster, 'postmaster.pid'), { force: true });
}

interface Spawned {
  readonly pid: number;
  readonly gone: Promise<void>;
}

async function spawnPostgres(
  place: Place,
  program: string,
  account: Account,
  options: PostgresOptions,
): Promise<Spawned> {
  const socket = join(place.cluster, `.s.PGSQL.${defaultPort}`);
  const overTcp = process.platform === 'win32' || Buffer.byteLength(socket) >= longestSocketPath;
  const settings = {
    ...usualSettings,
    listen_addresses: overTcp ? '127.0.0.1' : '',
    port: String(overTcp ? await freePort() : defaultPort),
    unix_socket_directories: overTcp ? '' : '.',
    unix_socket_permissions: '0700',
    ...options.settings,
  };
  // Its working directory is entered before the user changes: folders above may stay closed to that user.
  const cluster = account === undefined ? place.cluster : '/proc/self/cwd';
  const args = [
    '-D',
    cluster,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const log = await openLog(place);
  try {
    const child = spawn(program, args, {
      cwd: place.cluster,
      detached: true,
      env: { LC_ALL: 'C' },
      stdio: ['ignore', log.fd, log.fd],
      ...(account === undefined ? {} : { uid: account, gid: account }),
    });
    const gone = new Promise<void>((settle) => {
      child.once('exit', () => settle());
      child.once('error', () => settle());
    });
    child.unref();
    return { pid: child.pid ?? 0, gone };
  } finally {
    await log.close();
  }
}

async function openLog({ dataDirectory }: Place) {
  const path = join(dataDirectory, 'postgres.log');
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > longestLog) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
}

async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((settle, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        settle(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}

/** Of two that start at once one wins the lock file; the other's ends, and it adopts the winner's. */
async function untilReady(
  place: Place,
  pid: number,
  gone: Promise<void>,
  until: number,
): Promise<Postmaster> {
  let ended = false;
  void gone.then(() => {
    ended = true;
  });
  for (;;) {
    const postmaster = await readPostmaster(place);
    if (postmaster?.pid === pid && postmaster.status === 'ready') return postmaster;
    if (ended) {
      const other = await findReady(place, until);
      if (other !== undefined) return other;
      throw await failed(place, 'it ended while starting');
    }
    if (Date.now() > until) throw await failed(place, 'it did not get ready in time');
    await pause(3);
  }
}

function handleOf(
  place: Place,
  postmaster: Postmaster,
  adopted: boolean,
  exited: Promise<void>,
): RunningPostgres {
  return {
    url: urlOf(place, postmaster),
    pid: postmaster.pid,
    adopted,
    exited,
    stop: async () => {
      // Fast: SIGINT. Then immediate: SIGQUIT, which loses nothing either but has to recover at the next start.
      for (const [signal, ms] of [
        ['SIGINT', fastStopMs],
        ['SIGQUIT', quickStopMs],
      ] as const) {
        if (!(await isPostgresOf(postmaster.pid, place.cluster))) return;
        process.kill(postmaster.pid, signal);
        if (await endsWithin(exited, ms)) return;
      }
      throw await failed(place, `process ${postmaster.pid} does not stop`);
    },
  };
}

async function endsWithin(exited: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((settle) => {
    timer = setTimeout(() => settle(false), ms);
  });
  try {
    return await Promise.race([exited.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Nothing tells of the end of a process that is not a child of ours; looking costs 20 µs. */
async function goneByLooking(pid: number, { cluster }: Place): Promise<void> {
  await new Promise<void>((settle) => {
    const look = (): void => {
      void isPostgresOf(pid, cluster).then((runs) => {
        if (runs) setTimeout(look, lookMs).unref();
        else settle();
      });
    };
    look();
  });
}

async function failed({ dataDirectory }: Place, what: string): Promise<PltfError> {
  const path = join(dataDirectory, 'postgres.log');
  const text = await readFile(path, 'utf8').catch(() => '');
  const last = text.trimEnd().split('\n').slice(-5).join('\n');
  return new PltfError('database-unavailable', {
    detail: `the embedded PostgreSQL does not run: ${what}${last === '' ? '' : `\n${last}`}`,
    fix: `Read ${path}. Once its cause is mended, start again; what was written is safe.`,
  });
}
