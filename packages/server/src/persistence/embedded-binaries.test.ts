import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findBinaries, runnableBy } from './embedded-binaries.ts';
import { capture } from './embedded-processes.ts';

const stranger = 57_999;
let folder: string;
let umask: number;

beforeEach(async () => {
  // As the platform's processes run.
  umask = process.umask(0o077);
  folder = await mkdtemp(join(tmpdir(), 'pltf-binaries-'));
  await chmod(folder, 0o755);
});
afterEach(async () => {
  process.umask(umask);
  await rm(folder, { recursive: true, force: true });
});

test('the programs for this machine are found and run', async () => {
  const { postgres, version } = await findBinaries();

  expect(await capture(postgres, ['--version'], { cwd: '/' })).toMatchObject({ code: 0 });
  expect(version).toMatch(/^\d+\./);
});

describe.runIf(process.getuid?.() === 0)('for another user', () => {
  test('programs that the user can run stay where they are', async () => {
    const found = await findBinaries();

    expect(await runnableBy(stranger, found, join(folder, 'shared'))).toBe(found);
  });

  test('those of a closed checkout are shared once, without a copy where the disk is the same', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const found = await findBinaries();
    await cp(found.folder, join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
    const native = {
      ...found,
      folder: join(closed, 'native'),
      postgres: join(closed, 'native', 'bin', 'postgres'),
      initdb: join(closed, 'native', 'bin', 'initdb'),
    };

    const shared = await runnableBy(stranger, native, join(folder, 'shared'));
    const again = await runnableBy(stranger, native, join(folder, 'shared'));

    const run = await capture(shared.postgres, ['--version'], {
      uid: stranger,
      gid: stranger,
      cwd: '/',
    });
    expect(run).toEqual({ code: 0, errors: '' });
    expect(again).toEqual(shared);
    expect((await stat(shared.postgres)).ino).toBe((await stat(native.postgres)).ino);
    expect(await readdir(join(folder, 'shared'))).toEqual([`postgres-${found.version}`]);
  });

  test('those installed for their owner only are copied, so that the originals stay closed', async () => {
    const closed = join(folder, 'closed');
    const found = await findBinaries();
    await cp(found.folder, closed, { recursive: true, verbatimSymlinks: true });
    const program = join(closed, 'bin', 'postgres');
    await chmod(program, 0o700);
    const native = {
      ...found,
      folder: closed,
      postgres: program,
      initdb: join(closed, 'bin', 'initdb'),
    };

    const shared = await runnableBy(stranger, native, join(folder, 'shared'));

    expect(
      (await capture(shared.postgres, ['--version'], { uid: stranger, gid: stranger, cwd: '/' }))
        .code,
    ).toBe(0);
    expect((await stat(program)).mode & 0o777).toBe(0o700);
  });
});
