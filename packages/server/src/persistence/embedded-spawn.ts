import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PltfError } from '@pltf/contracts';
import type { Account } from './embedded-cluster.ts';
import type { Place } from './embedded-postmaster.ts';

/** Small when idle (measured: 32 MB for all its processes with ten connections), no busy timers, durable by default. */
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
const firstPort = 15_432;
const ports = 2_000;
const longestLog = 5 * 1024 * 1024;

export interface Spawned {
  readonly pid: number;
  readonly gone: Promise<void>;
}

/** Starts the program as a process group of its own, with its output in `postgres.log`. */
export async function spawnPostgres(
  place: Place,
  program: string,
  account: Account,
  extra: Readonly<Record<string, string>>,
): Promise<Spawned> {
  const socket = join(place.cluster, `.s.PGSQL.${defaultPort}`);
  const overTcp = process.platform === 'win32' || Buffer.byteLength(socket) >= longestSocketPath;
  const settings = {
    ...usualSettings,
    listen_addresses: overTcp ? '127.0.0.1' : '',
    port: String(overTcp ? await portFor(place.cluster) : defaultPort),
    unix_socket_directories: overTcp ? '' : '.',
    unix_socket_permissions: '0700',
    ...extra,
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

async function openLog({ dataDirectory }: Place): Promise<FileHandle> {
  const path = join(dataDirectory, 'postgres.log');
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > longestLog) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
}

/**
 * The same port at every start where it is free, so that a server which knows the old address finds the restarted
 * PostgreSQL; each data directory has its own. Below those that systems hand out by themselves.
 */
async function portFor(cluster: string): Promise<number> {
  const wanted = createHash('sha256').update(cluster).digest().readUInt32BE(0);
  for (let offset = 0; offset < ports; offset += 1) {
    const port = firstPort + ((wanted + offset) % ports);
    if (await isFree(port)) return port;
  }
  throw new PltfError('port-in-use', {
    detail: `no port from ${firstPort} on is free for PostgreSQL`,
  });
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((settle) => {
    server.once('error', () => settle(false));
    server.listen(port, '127.0.0.1', () => server.close(() => settle(true)));
  });
}
