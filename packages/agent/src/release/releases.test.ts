import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findTools } from '../sandbox/tools.ts';
import { type AgentProcess, startAgentProcess } from '../testing/agent-process.ts';
import {
  createRepository,
  gitSource,
  owner,
  placedRelease,
  type SampleRepository,
  storeRelease,
  webProgram,
  wish,
} from '../testing/sample-programs.ts';

let agent: AgentProcess;
let repository: SampleRepository;

beforeAll(async () => {
  agent = await startAgentProcess();
  repository = createRepository(path.dirname(agent.data));
});
afterAll(() => agent[Symbol.asyncDispose]());

const mount = findTools([]).mount ?? 'mount';
const unmount = path.join(path.dirname(mount), 'umount');
const stored = () => readdirSync(path.join(agent.data, 'agent', 'releases')).sort();

async function inWorkspace(id: string, script: string): Promise<void> {
  await agent.client.raw('PUT', `/v1/workspaces/${id}`, { owner });
  await agent.client.task(`${id}-fill-${script.length}`, {
    owner,
    in: { workspace: id, path: '.' },
    run: { shell: ['sh', '-e'], script, extension: 'sh' },
    env: {},
    files: [],
    timeoutMs: 60_000,
    memoryMiB: 256,
  });
  const result = await agent.client.taskResult(`${id}-fill-${script.length}`);
  expect(result.exitCode).toBe(0);
}

test('the same commit is the same release, stored once', async () => {
  const commit = repository.commit({ 'a.txt': 'x', 'b/c.txt': 'y' });
  const source = gitSource(repository, commit);

  const [first, second] = await Promise.all([
    agent.client.release({ owner, from: { source } }),
    agent.client.release({ owner, from: { source } }),
  ]);

  expect(second).toEqual(first);
  expect(first).toMatchObject({ files: 2, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
  expect(stored().filter((name) => name.endsWith('.tar'))).toHaveLength(1);
});

test('the same files in two workspaces are the same release, whenever and in whatever order made', async () => {
  await inWorkspace(
    'one',
    'mkdir d .git; echo 1 > d/1; echo 2 > 2; chmod 600 2; ln -s 2 l; echo g > .git/x',
  );
  await inWorkspace(
    'two',
    'ln -s 2 l; echo 2 > 2; touch -d 2001-01-01 2; mkdir d; echo 1 > d/1; echo z',
  );

  const first = await agent.client.release({ owner, from: { workspace: 'one' } });
  const second = await agent.client.release({ owner, from: { workspace: 'two' } });

  expect(second.digest).toBe(first.digest);
  expect(first.files).toBe(2);
});

test('a built workspace runs as a release, links and closed files included', async () => {
  await inWorkspace(
    'built',
    `mkdir lib; cat > lib/real.js <<'END'\n${webProgram('built')}\nEND\nln -s lib/real.js server.js; chmod 600 lib/real.js; umask 077; mkdir closed; echo x > closed/y`,
  );
  const made = await agent.client.release({ owner, from: { workspace: 'built' } });
  const release = { id: 'rel_b', number: 1, digest: made.digest, commit: '0'.repeat(40) };

  await agent.client.put(wish(1, { id: 'built.prod', hosts: ['built.localhost'], release }));
  const placement = await agent.client.rolledOut('built.prod', 1);

  expect(placement.rollout?.reason).toBeUndefined();
  expect(placement.phase).toBe('running');
  await agent.client.remove('built.prod');
});

test.each([
  ['a commit that is not there', { commit: '1'.repeat(40) }, 'git-failed'],
  ['a repository that is not there', { gitDirectory: '/nonexistent/x.git' }, 'git-failed'],
])('%s is named and leaves nothing', async (_, wrong, code) => {
  const commit = repository.commit({ 'a.txt': 'x' });
  const before = stored();

  const making = agent.client.release({
    owner,
    from: { source: { ...gitSource(repository, commit), ...wrong } },
  });

  await expect(making).rejects.toMatchObject({ code });
  expect(stored()).toEqual(before);
  expect((await agent.client.waitReady()).pid).toBe(agent.pid);
});

test('an archive with something else than files, folders and links is refused and leaves nothing', async () => {
  await inWorkspace('pipes', 'mkfifo pipe');
  const before = stored();

  const making = agent.client.release({ owner, from: { workspace: 'pipes' } });

  await expect(making).rejects.toMatchObject({
    code: 'bad-request',
    detail: expect.stringContaining('pipe'),
  });
  expect(stored()).toEqual(before);
});

test('a release that a placement needs cannot be removed; afterwards it can', async () => {
  const release = await placedRelease(agent.client, repository, 7, {
    'server.js': webProgram('kept'),
  });
  await agent.client.put(wish(1, { id: 'kept.prod', hosts: ['kept.localhost'], release }));
  await agent.client.rolledOut('kept.prod', 1);

  expect((await agent.client.raw('DELETE', `/v1/releases/${release.digest}`)).status).toBe(409);
  await agent.client.remove('kept.prod');
  expect((await agent.client.raw('DELETE', `/v1/releases/${release.digest}`)).status).toBe(204);

  expect(stored().some((name) => release.digest.includes(name.split('.')[0] ?? 'x'))).toBe(false);
});

test('unpacked releases that no placement needs are removed', async () => {
  const unpacked = () => {
    const owners = path.join(agent.data, 'agent', 'owners');
    return readdirSync(owners).flatMap((uid) => readdirSync(path.join(owners, uid, 'releases')));
  };
  const first = await placedRelease(agent.client, repository, 1, { 'server.js': webProgram('s1') });
  const second = await placedRelease(agent.client, repository, 2, {
    'server.js': webProgram('s2'),
  });
  const place = async (revision: number, release: typeof first) => {
    const given = { id: 'sweep.prod', hosts: ['sweep.localhost'], release, keepWarmMs: 0 };
    await agent.client.put(wish(revision, given));
    await agent.client.rolledOut('sweep.prod', revision);
  };
  await place(1, first);
  await place(2, second);

  const end = Date.now() + 5000;
  while (unpacked().length > 1 && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(unpacked()).toEqual([second.digest.slice(7, 31)]);

  await agent.client.remove('sweep.prod');
  while (unpacked().length > 0 && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(unpacked()).toEqual([]);
});

test.runIf(process.getuid?.() === 0)(
  'a full disk is said, leaves nothing, and disturbs nobody',
  async () => {
    const place = mkdtempSync(path.join(tmpdir(), 'pltf-full-'));
    const disk = path.join(place, 'disk');
    mkdirSync(disk);
    execFileSync(mount, ['-t', 'tmpfs', '-o', 'size=12m,mode=0755', 'pltf-test', disk]);
    try {
      const small = await startAgentProcess({ below: disk });
      try {
        const held = path.join(small.data, 'agent', 'releases');
        const others = createRepository(place);
        const { stored: fits } = await storeRelease(small.client, others, { 'a.txt': 'small' });
        const random = randomBytes(9_000_000).toString('base64');

        const making = storeRelease(small.client, others, { 'big.txt': random });

        await expect(making).rejects.toMatchObject({ code: 'disk-full' });
        expect(readdirSync(held).filter((name) => name.endsWith('.tar'))).toHaveLength(1);
        expect(readdirSync(held).some((name) => name.includes('.new'))).toBe(false);
        const again = await storeRelease(small.client, others, { 'a.txt': 'small' });
        expect(again.stored.files).toBe(fits.files);
      } finally {
        await small[Symbol.asyncDispose]();
      }
    } finally {
      execFileSync(unmount, ['-l', disk]);
      rmSync(place, { recursive: true, force: true });
    }
  },
);
