import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EnvironmentRepo, type EnvironmentRepoOptions, openEnvironmentRepo } from './index.ts';
import { gitHost } from './testing/git-host.ts';
import { repositoryLock } from './writer-lock.ts';

const run = promisify(execFile);
const main = 'refs/heads/main';
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (of: Uint8Array | undefined): string | undefined => of && Buffer.from(of).toString();
const files = (entries: Record<string, string | undefined>) =>
  new Map(
    Object.entries(entries).map(([path, value]) => [
      path,
      value === undefined ? undefined : bytes(value),
    ]),
  );

let folder: string;
let opened: EnvironmentRepo[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pltf-environment-repo-'));
  opened = [];
});
afterEach(async () => {
  for (const repo of opened) await repo[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const bare = (): string => join(folder, 'state.git');
async function git(...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['--git-dir', bare(), ...args]);
  return stdout.trim();
}

async function open(options: Partial<EnvironmentRepoOptions> = {}): Promise<EnvironmentRepo> {
  const repo = await openEnvironmentRepo({
    location: bare(),
    root: join(folder, 'copies'),
    path: process.env['PATH'] ?? '',
    batchMs: 0,
    ...options,
  });
  opened.push(repo);
  return repo;
}

async function openHosted(copy = 'copies'): Promise<EnvironmentRepo> {
  await open();
  return open({ location: pathToFileURL(bare()).href, root: join(folder, copy) });
}

describe.each([
  ['a repository of this machine', () => open()],
  ['a hosted repository', () => openHosted()],
])('%s', (_, openOne) => {
  test('holds what was committed, and shows it to everybody with git', async () => {
    const repo = await openOne();

    const first = await repo.commit({
      ref: main,
      changes: files({ 'rings/prod/aa/x/manifest.yaml': 'one\n', 'rings/prod/bb/y/z.yaml': 'two' }),
      message: 'First',
      trailers: [['Pltf-Placement', 'x.prod@1']],
    });
    const second = await repo.commit({
      ref: main,
      changes: files({ 'rings/prod/bb': undefined, 'with space/é.yaml': '' }),
      message: 'Second',
    });

    expect(first).toMatchObject({ unchanged: false, changed: 2 });
    expect(await repo.head(main)).toBe(second.commit);
    expect(text(await repo.read(first.commit, 'rings/prod/bb/y/z.yaml'))).toBe('two');
    expect(await repo.read(second.commit, 'rings/prod/bb/y/z.yaml')).toBeUndefined();
    expect((await repo.list(second.commit, '')).map(({ path }) => path)).toEqual([
      'rings/prod/aa/x/manifest.yaml',
      'with space/é.yaml',
    ]);
    expect(await git('log', '--format=%s|%(trailers:only,unfold)', main)).toBe(
      'Second|\nFirst|Pltf-Placement: x.prod@1',
    );
    expect(await git('fsck', '--strict')).toBe('');
  });

  test('is left alone when nothing changes', async () => {
    const repo = await openOne();
    const changes = files({ 'a/b.yaml': 'one', 'a/c.yaml': 'two' });
    const first = await repo.commit({ ref: main, changes, message: 'First' });

    const again = await repo.commit({ ref: main, changes, message: 'Again' });
    const gone = await repo.commit({
      ref: main,
      changes: files({ none: undefined }),
      message: 'x',
    });

    expect(again).toEqual({ commit: first.commit, unchanged: true, changed: 0 });
    expect(gone).toEqual({ commit: first.commit, unchanged: true, changed: 0 });
    expect(await git('rev-list', '--count', main)).toBe('1');
  });

  test('takes what comes within a moment as one commit, and says of each what it changed', async () => {
    const repo = await openOne();
    await repo.commit({ ref: main, changes: files({ same: 'same' }), message: 'Before' });
    opened.push(repo);

    const answers = await Promise.all(
      ['one', 'two', 'same'].map((name) =>
        repo.commit({
          ref: main,
          changes: files({ [name]: name }),
          message: `Change ${name}\n\nAsked for by ada.\nBecause: ${name} is due`,
          trailers: [
            ['Pltf-Placement', name],
            ['Pltf-By', 'ada'],
            ['Argocd-reference-commit-sha', `abc${name.length}`],
          ],
        }),
      ),
    );

    expect(new Set(answers.map(({ commit }) => commit)).size).toBe(1);
    expect(answers.map(({ unchanged }) => unchanged)).toEqual([false, false, true]);
    expect(await git('log', '-1', '--format=%B', main)).toBe(
      [
        '2 changes\n',
        '- Change one\n  Asked for by ada.\n  Because: one is due',
        '- Change two\n  Asked for by ada.\n  Because: two is due\n',
        'Pltf-Placement: one\nPltf-By: ada\nPltf-Placement: two\nPltf-By: ada',
        'Argocd-reference-commit-sha: abc3',
      ].join('\n'),
    );
  });

  test('names no source of a commit whose changes came from several', async () => {
    const repo = await openOne();

    await Promise.all(
      ['one', 'three'].map((name) =>
        repo.commit({
          ...{ ref: main, changes: files({ [name]: name }), message: `Change ${name}` },
          trailers: [
            ['Pltf-Placement', name],
            ['Argocd-reference-commit-sha', `abc${name.length}`],
            ['Argocd-reference-commit-author', 'Ada <ada@example.com>'],
          ],
        }),
      ),
    );

    const message = await git('log', '-1', '--format=%B', main);
    expect(message).toContain('Pltf-Placement: one\nPltf-Placement: three');
    expect(message).not.toContain('Argocd-reference');
  });

  test('keeps what somebody else committed, and comes on top of it', async () => {
    const repo = await openOne();
    await repo.commit({ ref: main, changes: files({ ours: '1' }), message: 'Ours' });
    const other = await open();
    await other.commit({ ref: main, changes: files({ theirs: '1' }), message: 'Theirs' });

    const { commit } = await repo.commit({
      ref: main,
      changes: files({ ours: '2' }),
      message: 'Ours',
    });

    expect(text(await repo.read(commit, 'theirs'))).toBe('1');
    expect(text(await repo.read(commit, 'ours'))).toBe('2');
    expect(await git('rev-list', '--count', main)).toBe('3');
  });

  test('refuses what was to follow another commit than the newest', async () => {
    const repo = await openOne();
    const { commit } = await repo.commit({
      ref: main,
      changes: files({ a: '1' }),
      message: 'First',
      expectedHead: null,
    });
    const other = await open();
    await other.commit({ ref: main, changes: files({ a: '2' }), message: 'Theirs' });

    const late = repo.commit({
      ref: main,
      changes: files({ a: '3' }),
      message: 'Late',
      expectedHead: commit,
    });

    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    expect(text(await other.read((await other.head(main)) ?? '', 'a'))).toBe('2');
  });

  test('has notes beside its commits, which make no commit of its branch', async () => {
    const repo = await openOne();
    const { commit } = await repo.commit({ ref: main, changes: files({ a: '1' }), message: 'A' });

    await repo.note(commit, 'refs/notes/hydrator.metadata', '{"drySha":"1"}\n');
    await repo.note(commit, 'refs/notes/hydrator.metadata', '{"drySha":"2"}\n');

    expect(await repo.readNote(commit, 'refs/notes/hydrator.metadata')).toBe('{"drySha":"2"}\n');
    expect(await repo.readNote(commit, 'refs/notes/other')).toBeUndefined();
    expect(await git('notes', '--ref', 'hydrator.metadata', 'show', commit)).toBe('{"drySha":"2"}');
    expect(await git('rev-list', '--count', main)).toBe('1');
  });
});

test('clusters point to the tree of their ring, in the same commit and in another branch', async () => {
  const repo = await open();
  const { commit } = await repo.commit({
    ref: main,
    changes: files({
      'rings/prod/aa/x/manifest.yaml': 'one',
      'rings/canary/aa/x/manifest.yaml': '1',
    }),
    pointers: new Map([
      ['clusters/eu-1', { of: 'rings/prod' }],
      ['clusters/eu-2', { of: 'rings/prod' }],
    ]),
    message: 'Rings',
  });
  const ring = (await repo.tree(commit, 'rings/prod')) ?? '';
  const ledger = await repo.commit({
    ref: 'refs/heads/ledger',
    changes: new Map(),
    pointers: new Map([['clusters/us-1', { tree: ring }]]),
    message: 'Ledger',
  });
  const again = await repo.commit({
    ref: 'refs/heads/ledger',
    changes: new Map(),
    pointers: new Map([['clusters/us-1', { tree: ring }]]),
    message: 'Ledger',
  });

  expect(await repo.tree(commit, 'clusters/eu-2')).toBe(ring);
  expect(await repo.list(ledger.commit, 'clusters/us-1')).toMatchObject([
    { path: 'clusters/us-1/aa/x/manifest.yaml', kind: 'file' },
  ]);
  expect(again).toEqual({ commit: ledger.commit, unchanged: true, changed: 0 });
  expect(await git('fsck', '--strict')).toBe('');
  const nowhere = repo.commit({
    ref: main,
    changes: new Map(),
    pointers: new Map([['clusters/eu-3', { of: 'rings/none' }]]),
    message: 'Nowhere',
  });
  await expect(nowhere).rejects.toMatchObject({ code: 'bad-request' });
});

test('says which files of a folder differ between two commits', async () => {
  const repo = await open();
  const one = await repo.commit({
    ref: main,
    changes: files({ 'rings/a/x': '1', 'rings/a/y': '1', 'rings/b/x': '1' }),
    message: 'One',
  });
  const two = await repo.commit({
    ref: main,
    changes: files({
      'rings/a/x': '2',
      'rings/a/y': undefined,
      'rings/b/x': '2',
      'rings/a/z': '3',
    }),
    message: 'Two',
  });

  const changes = await repo.difference(one.commit, two.commit, 'rings/a');
  const all = await repo.difference(undefined, one.commit);

  expect(changes.map(({ path, before, after }) => [path, !!before, !!after])).toEqual([
    ['rings/a/x', true, true],
    ['rings/a/y', true, false],
    ['rings/a/z', false, true],
  ]);
  expect(all).toHaveLength(3);
});

test('the same request with its author and time is the same commit on every machine', async () => {
  const request = {
    ref: main,
    changes: files({ 'a/b.yaml': 'one' }),
    message: 'Made',
    author: { name: 'ann', email: 'ann@example.com' },
    at: new Date('2026-01-02T03:04:05Z'),
  };
  const one = await (await open()).commit(request);
  const other = await (await open({ location: join(folder, 'other.git') })).commit(request);

  expect(one.commit).toBe(other.commit);
  expect(one.commit).toBe('f80e42f98928a9e163f7a860e80620435153cc16');
});

test('a stream of files is one commit, and no more than a piece of it is held', async () => {
  const repo = await open();
  const changes = {
    *[Symbol.iterator]() {
      const room = new Uint8Array(50_000).fill(97);
      for (let number = 0; number < 300; number += 1) {
        room[0] = 97 + (number % 26);
        yield [`rings/a/${number}/manifest.yaml`, room] as const;
      }
    },
  };

  const made = await repo.commit({ ref: main, changes, message: 'Many' });
  const again = await repo.commit({ ref: main, changes, message: 'Many' });

  expect(made.changed).toBe(300);
  expect(text(await repo.read(made.commit, 'rings/a/27/manifest.yaml'))?.slice(0, 3)).toBe('baa');
  expect(again).toEqual({ commit: made.commit, unchanged: true, changed: 0 });
});

test.each([
  '',
  '/etc/passwd',
  'a//b',
  'a/../b',
  './a',
  '.git/hooks/post-receive',
  'a/.GIT/config',
  'a/.git /x',
  'git~1/config',
  'a\nb',
  'a\\b',
  'a'.repeat(300),
  'a/'.repeat(60) + 'b',
  '\ud800',
])('no file can be called %j', async (path) => {
  const repo = await open();

  const made = repo.commit({ ref: main, changes: files({ [path]: 'x' }), message: 'x' });
  const streamed = repo.commit({ ref: main, changes: [[path, bytes('x')]], message: 'x' });

  await expect(made).rejects.toMatchObject({ code: 'bad-request' });
  await expect(streamed).rejects.toMatchObject({ code: 'bad-request' });
  expect(await repo.head(main)).toBeUndefined();
});

test.each([
  'main',
  'refs/heads/',
  'refs/heads/a..b',
  'refs/heads/-x',
  'refs/tags/x',
  'refs/heads/a.lock',
  '--upload-pack=x',
])('no ref can be called %j', async (ref) => {
  const repo = await open();

  await expect(repo.head(ref)).rejects.toMatchObject({ code: 'bad-request' });
});

test.each([
  'ext::sh -c x',
  'ssh://-oProxyCommand=x/y',
  'https://ann:secret@example.com/x',
  'relative/path',
  '--upload-pack=x',
])('no repository is at %j', async (location) => {
  await expect(open({ location })).rejects.toMatchObject({ code: 'bad-request' });
});

test('a host that is not there, and one that refuses, are told apart', async () => {
  const silent = await open({ location: 'http://127.0.0.1:9/x.git' });
  await expect(silent.head(main)).rejects.toMatchObject({
    code: 'environment-repository-unreachable',
  });

  const repo = await openHosted();
  await writeFile(
    join(bare(), 'config'),
    '[core]\n\tbare = true\n[receive]\n\tdenyCurrentBranch = refuse\n',
  );
  await repo.commit({ ref: main, changes: files({ a: '1' }), message: 'First' });
  await git('config', 'transfer.hideRefs', 'refs/heads/locked');
  const made = repo.commit({ ref: 'refs/heads/locked', changes: files({ a: '2' }), message: 'x' });
  await expect(made).rejects.toMatchObject({ code: 'environment-repository-refused' });
});

describe('a host', () => {
  const hosted = async (networkMs?: number): Promise<EnvironmentRepo> => {
    await run('git', ['init', '--bare', '--quiet', '--initial-branch', 'main', bare()]);
    return open({ location: pathToFileURL(bare()).href, networkMs });
  };

  test('that refuses a push is heard: what its rules say, not only that they refuse', async () => {
    const repo = await hosted();
    const hook =
      '#!/bin/sh\necho "GH006: Protected branch update failed: open a request" >&2\nexit 1\n';
    await writeFile(join(bare(), 'hooks/pre-receive'), hook, { mode: 0o755 });

    const made = repo.commit({ ref: main, changes: files({ a: '1' }), message: 'First' });

    await expect(made).rejects.toMatchObject({
      code: 'environment-repository-refused',
      detail: expect.stringContaining('GH006: Protected branch update failed: open a request'),
    });
  });

  test('that does not take what nobody was before with is not said to be busy', async () => {
    const repo = await hosted();
    await repo.commit({ ref: main, changes: files({ a: '1' }), message: 'First' });
    await writeFile(join(bare(), 'refs/heads/main.lock'), '');

    const made = repo.commit({ ref: main, changes: files({ a: '2' }), message: 'Second' });

    await expect(made).rejects.toMatchObject({
      code: 'environment-repository-refused',
      detail: expect.stringMatching(/lock|update/),
    });
  });

  test('that lost a branch gets it back with all that was in it, once something is committed', async () => {
    const repo = await hosted();
    const first = await repo.commit({
      ...{ ref: main, changes: files({ a: '1', b: '2' }), message: 'First' },
    });
    await git('update-ref', '-d', main);

    const lost = await repo.head(main);
    const again = await repo.commit({ ref: main, changes: files({ a: '1' }), message: 'Again' });

    expect(lost).toBeUndefined();
    expect(again).toMatchObject({ commit: first.commit, unchanged: true });
    expect(await git('show', `${main}:b`)).toBe('2');
  });

  test('whose branch was forced back is not taken for the one that we know', async () => {
    const repo = await hosted();
    const first = await repo.commit({ ref: main, changes: files({ a: '1' }), message: 'First' });
    await repo.commit({ ref: main, changes: files({ b: '2' }), message: 'Second' });
    await git('update-ref', main, first.commit);

    const again = await repo.commit({ ref: main, changes: files({ b: '2' }), message: 'Again' });

    expect(again.unchanged).toBe(false);
    expect(await git('log', '--format=%s', main)).toBe('Again\nFirst');
    expect(await git('show', `${main}:b`)).toBe('2');
  });

  test('that asks who comes is told, and one whose token has ended says so until there is a new one', async () => {
    await hosted();
    await using host = await gitHost(folder, 'state.git', 'ann:one');
    const as = (secret: string, copy: string) => {
      const authorization = `Basic ${Buffer.from(secret).toString('base64')}`;
      return open({ location: host.url, authorization, root: join(folder, copy) });
    };
    const repo = await as('ann:one', 'first');
    await repo.commit({ ref: main, changes: files({ a: '1' }), message: 'First' });
    host.secret = 'ann:two';

    const ended = repo.commit({ ref: main, changes: files({ a: '2' }), message: 'Second' });
    await expect(ended).rejects.toMatchObject({
      code: 'environment-repository-refused',
      detail: expect.stringContaining(
        'credentials of the runtime are missing, wrong or have ended',
      ),
    });
    const renewed = await as('ann:two', 'first');
    await renewed.commit({ ref: main, changes: files({ a: '2' }), message: 'Second' });

    expect(await git('log', '--format=%s', main)).toBe('Second\nFirst');
  });

  test('that says nothing at all is given up for now, and that is what is told', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    try {
      const repo = await open({ location: `http://127.0.0.1:${port}/x.git`, networkMs: 300 });

      await expect(repo.head(main)).rejects.toMatchObject({
        code: 'environment-repository-unreachable',
        detail: expect.stringContaining('it gave no answer within 0.3 s'),
      });
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});

test('a writer that was killed at any moment leaves a whole history, and the next one goes on', async () => {
  const repo = await open();
  await repo.commit({ ref: main, changes: files({ a: '1' }), message: 'First' });
  const script = join(import.meta.dirname, 'testing/writing-process.ts');
  for (let round = 0; round < 4; round += 1) {
    const child = spawn(process.execPath, ['--import', 'tsx', script, bare(), `r${round}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    // It has committed once, however busy the machine is; where the next one is cut differs.
    child.stdout.resume();
    await sleep(7 + 31 * round);
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  const after = await repo.commit({ ref: main, changes: files({ a: 'end' }), message: 'End' });

  expect(await git('fsck', '--strict', '--no-dangling')).toBe('');
  expect(Number(await git('rev-list', '--count', main))).toBeGreaterThan(4);
  for (const commit of (await git('rev-list', '--max-count=40', main)).split('\n')) {
    const sizes = await git('ls-tree', '-r', commit, 'rings/r3/');
    const blobs = new Set(sizes.split('\n').map((line) => line.split(/\s+/)[2]));
    expect(blobs.size).toBe(1);
  }
  expect(text(await repo.read(after.commit, 'a'))).toBe('end');
});

test('a disk that is full is told as such, and is not kept full by the half pack of what failed', async () => {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const { stdout } = await run('sh', ['-c', 'command -v git']);
  const pack = join(bare(), 'objects/pack/tmp_pack_Ab12Cd');
  const script = [
    '#!/bin/sh',
    `case "$*" in *fast-import*) ;; *) exec ${stdout.trim()} "$@" ;; esac`,
    `echo half > ${pack}`,
    `echo report > ${bare()}/fast_import_crash_$$`,
    `echo "fatal: sha1 file '${pack}' write error. Out of diskspace" >&2`,
    'exit 128\n',
  ];
  await writeFile(join(bin, 'git'), script.join('\n'), { mode: 0o755 });
  const repo = await open({ path: `${bin}:${process.env['PATH'] ?? ''}` });

  const made = repo.commit({ ref: main, changes: files({ a: '1' }), message: 'First' });

  await expect(made).rejects.toMatchObject({ code: 'disk-full' });
  expect(await readdir(join(bare(), 'objects/pack'))).toEqual([]);
  expect((await readdir(bare())).filter((name) => name.startsWith('fast_import'))).toEqual([]);
});

test('what a killed git left is swept, and what is young stays', async () => {
  await (await open()).commit({ ref: main, changes: files({ a: '1' }), message: 'First' });
  const left = ['fast_import_crash_123', 'objects/pack/tmp_pack_abc', 'refs/heads/main.lock'];
  const old = new Date(Date.now() - 3_600_000);
  for (const path of left) {
    await writeFile(join(bare(), path), '');
    await utimes(join(bare(), path), old, old);
  }
  await writeFile(join(bare(), 'objects/pack/tmp_pack_young'), '');

  const repo = await open();
  await repo.commit({ ref: main, changes: files({ a: '2' }), message: 'Second' });

  expect(await readdir(bare())).not.toContain('fast_import_crash_123');
  expect(await readdir(join(bare(), 'objects/pack'))).toEqual(['tmp_pack_young']);
});

test('two processes write in turn, and a dead one holds nobody up', async () => {
  await open();
  const lock = repositoryLock(bare(), 200);
  const held = await lock.acquire();

  expect(await lock.acquire()).toBeUndefined();
  await held?.[Symbol.asyncDispose]();
  await writeFile(
    join(bare(), 'pltf-writer.lock'),
    JSON.stringify({ host: (await import('node:os')).hostname(), pid: 1, started: '-1', at: 0 }),
  );
  const next = await lock.acquire();

  expect(next).toBeDefined();
  await next?.[Symbol.asyncDispose]();
  expect((await readdir(bare())).filter((name) => name.includes('lock'))).toEqual([]);
});

test('what waits for its batch is committed when the repository is closed', async () => {
  const repo = await open({ batchMs: 60_000 });
  const made = repo.commit({ ref: main, changes: files({ a: '1' }), message: 'Waits' });

  await repo[Symbol.asyncDispose]();

  expect(await git('rev-parse', main)).toBe((await made).commit);
});
