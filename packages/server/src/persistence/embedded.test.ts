import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from './embedded.ts';
import { openPool } from './pool.ts';

let folder: string;
const running: RunningPostgres[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(await realpath(tmpdir()), 'pltf-embedded-'));
});
afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(dataDirectory: string): Promise<RunningPostgres> {
  const postgres = await startPostgres({ dataDirectory, log: () => undefined });
  running.push(postgres);
  return postgres;
}

async function ask(postgres: RunningPostgres, statement: string): Promise<readonly unknown[]> {
  const db = openPool({ url: postgres.url, size: 1, onError: () => undefined });
  try {
    return (await sql.raw(statement).execute(db)).rows;
  } finally {
    await db.destroy();
  }
}

const isRoot = process.getuid?.() === 0;

describe('the embedded PostgreSQL', () => {
  test('keeps what was written over a stop and a start', async () => {
    const first = await start(folder);
    await ask(first, 'create table kept as select 42 as answer');
    await first.stop();

    const second = await start(folder);

    expect(await ask(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(second.adopted).toBe(false);
  });

  test('is adopted while it runs', async () => {
    const first = await start(folder);

    const second = await start(folder);

    expect(second).toMatchObject({ adopted: true, pid: first.pid, url: first.url });
  });

  test('runs once when two start it at the same time', async () => {
    const both = await Promise.all([start(folder), start(folder), start(folder)]);

    expect(new Set(both.map(({ pid }) => pid)).size).toBe(1);
    expect(await ask(both[0], 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await readdir(folder)).toSorted()).toEqual([
      'postgres',
      'postgres.json',
      'postgres.log',
    ]);
  });

  test('survives the process that started it', async () => {
    const module = new URL('./embedded.ts', import.meta.url).pathname;
    const code = `import { startPostgres } from ${JSON.stringify(module)};
      const { pid } = await startPostgres({ dataDirectory: ${JSON.stringify(folder)}, log: () => {} });
      console.log(pid); process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    await once(child, 'exit');

    const adopted = await start(folder);

    expect(adopted).toMatchObject({ adopted: true, pid: Number(text.toString()) });
    expect(await ask(adopted, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('starts again after a SIGKILL and holds what was committed', async () => {
    const first = await start(folder);
    await ask(first, 'create table kept as select 42 as answer');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;

    const second = await start(folder);

    expect(await ask(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('starts although another program has the process id that a killed one left behind', async () => {
    const first = await start(folder);
    await ask(first, 'create table kept as select 42 as answer');
    const path = join(folder, 'postgres', 'postmaster.pid');
    const left = await readFile(path, 'utf8');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const { uid } = await stat(join(folder, 'postgres'));
    const stranger = spawn('sleep', ['60'], isRoot ? { uid } : {});
    await writeFile(path, left.replace(String(first.pid), String(stranger.pid)));

    const second = await start(folder);

    expect(await ask(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
    stranger.kill();
  });

  test('tells of its end, also when it was adopted, and stops only once', async () => {
    const first = await start(folder);
    const second = await start(folder);

    await second.stop();

    await Promise.all([first.exited, second.exited]);
    await expect(first.stop()).resolves.toBeUndefined();
  });

  test('listens only on a socket that other users cannot reach', async () => {
    const postgres = await start(folder);

    const rows = await ask(
      postgres,
      `select current_setting('listen_addresses') as tcp, current_setting('unix_socket_permissions') as socket`,
    );

    expect(rows).toEqual([{ tcp: '', socket: '0700' }]);
    expect((await stat(join(folder, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  test('listens on the loopback address when the path is too long for a socket', async () => {
    const long = join(folder, 'l'.repeat(80));

    const first = await start(long);
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const postgres = await start(long);
    const adopted = await start(long);

    expect(postgres.url).toMatch(/@127\.0\.0\.1:\d+\/postgres$/);
    // A server that knows the first one's address finds the second.
    expect([postgres.url, adopted.url]).toEqual([first.url, first.url]);
    expect(await ask(adopted, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('refuses a wrong password, and keeps the right one for its own user only', async () => {
    const postgres = await start(folder);

    const wrong = { ...postgres, url: postgres.url.replace(/:[^:@/]+@/, ':wrong@') };

    await expect(ask(wrong, 'select 1')).rejects.toMatchObject({ cause: { code: '28P01' } });
    expect((await stat(join(folder, 'postgres.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'postgres.log'))).mode & 0o777).toBe(0o600);
  });

  test('is durable, small and quiet by its settings', async () => {
    const postgres = await start(folder);

    const rows = await ask(
      postgres,
      `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'max_connections', 'jit', 'autovacuum') order by name`,
    );

    expect(rows).toEqual([
      { name: 'autovacuum', setting: 'on' },
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'jit', setting: 'off' },
      { name: 'max_connections', setting: '40' },
      { name: 'synchronous_commit', setting: 'on' },
    ]);
  });

  test('says which file to read when it cannot start', async () => {
    const postgres = await start(folder);
    await postgres.stop();
    await writeFile(join(folder, 'postgres', 'postgresql.conf'), 'nonsense here\n');

    const failure = startPostgres({ dataDirectory: folder, log: () => undefined });

    await expect(failure).rejects.toMatchObject({
      code: 'database-unavailable',
      detail: expect.stringContaining('postgresql.conf'),
      fix: expect.stringContaining('postgres.log'),
    });
  });

  test('refuses files of another major version instead of touching them', async () => {
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '12\n');

    const failure = startPostgres({ dataDirectory: folder, log: () => undefined });

    await expect(failure).rejects.toMatchObject({
      code: 'database-unavailable',
      detail: expect.stringContaining('PostgreSQL 12'),
    });
  });

  test('refuses to invent another password when the file of it is damaged', async () => {
    await writeFile(join(folder, 'postgres.json'), '{"password":');

    const failure = startPostgres({ dataDirectory: folder, log: () => undefined });

    await expect(failure).rejects.toMatchObject({ code: 'database-unavailable' });
  });

  test.runIf(isRoot)('runs as a user of its own below folders closed to it', async () => {
    const closed = join(folder, 'closed', 'further');
    await mkdir(closed, { recursive: true, mode: 0o700 });

    const postgres = await start(closed);

    const status = await readFile(`/proc/${postgres.pid}/status`, 'utf8');
    expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).toBeGreaterThan(0);
    expect(/^Groups:\s*$/m.test(status)).toBe(true);
    expect(await ask(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});
