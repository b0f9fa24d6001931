import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { findBinaries, runnableBy } from './embedded-binaries.ts';
import { accountFor, clusterPassword, ensureCluster, syncCluster } from './embedded-cluster.ts';
import { type Place, type Postmaster, readPostmaster, urlOf } from './embedded-postmaster.ts';
import { isAlive, isPostgresOf, pause, processesIn } from './embedded-processes.ts';
import { spawnPostgres } from './embedded-spawn.ts';

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

const startMs = 120_000;
const fastStopMs = 30_000;
const quickStopMs = 10_000;
const lookMs = 200;

/**
 * Has PostgreSQL run on the data directory: adopts the one that does, or makes its files if there are none and
 * starts it. 0.5 s the first time, 0.05 s later; throws `database-unavailable`.
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
  return running === undefined ? start(place, options, until) : adopt(place, running, options);
}

function adopt(place: Place, running: Postmaster, { log }: PostgresOptions): RunningPostgres {
  log('PostgreSQL runs already', { pid: running.pid });
  return handleOf(place, running, true, goneByLooking(running.pid, place));
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
  const other = await clearStale(place, until);
  if (other !== undefined) return adopt(place, other, options);
  const started = Date.now();
  const { pid, gone } = await spawnPostgres(
    place,
    binaries.postgres,
    account,
    options.settings ?? {},
  );
  const ready = await untilReady(place, pid, gone, until);
  if (made === 'made' && options.settings?.['fsync'] !== 'off') void sync(place, options);
  options.log('PostgreSQL started', { pid: ready.pid, files: made, ms: Date.now() - started });
  const ours = ready.pid === pid;
  return handleOf(place, ready, !ours, ours ? gone : goneByLooking(ready.pid, place));
}

async function sync({ cluster }: Place, { log }: PostgresOptions): Promise<void> {
  try {
    await syncCluster(cluster);
  } catch (error) {
    log('PostgreSQL files could not be synchronised', { error: String(error) });
  }
}

/**
 * After a kill, `postmaster.pid` stays. PostgreSQL replaces it by itself unless its process id belongs to another
 * program by now, which is usual in a container. What is left of the killed one ends within milliseconds. Answers
 * with the PostgreSQL that somebody else has started meanwhile.
 */
async function clearStale(place: Place, until: number): Promise<Postmaster | undefined> {
  const deadline = Math.min(until, Date.now() + quickStopMs);
  for (;;) {
    const running = await findReady(place, until);
    if (running !== undefined) return running;
    const postmaster = await readPostmaster(place);
    if (postmaster === undefined || process.platform !== 'linux') return undefined;
    const left = await processesIn(place.cluster);
    if (left.length === 0) {
      if (isAlive(postmaster.pid)) await rm(join(place.cluster, 'postmaster.pid'), { force: true });
      return undefined;
    }
    if (Date.now() > deadline) {
      throw await failed(place, `processes of a killed PostgreSQL remain: ${left.join(', ')}`);
    }
    await pause(10);
  }
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
