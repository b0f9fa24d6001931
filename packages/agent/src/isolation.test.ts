import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AgentHealth } from '@pltf/contracts';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type AgentProcess,
  type AgentProcessOptions,
  startAgentProcess,
} from './testing/agent-process.ts';
import {
  createRepository,
  placedRelease,
  type SampleRepository,
  wish,
} from './testing/sample-programs.ts';
import { visit } from './testing/visitor.ts';

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

/** Answers what a program in its place can see and do, tried by the program itself. */
const prober = `
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const attempt = (action) => { try { return { done: String(action()) }; } catch (error) { return { refused: error.code }; } };
const send = (pid, signal) => { process.kill(pid, signal); return 'sent'; };
http.createServer((request, response) => {
  const ask = JSON.parse(Buffer.from(new URL(request.url, 'http://x').searchParams.get('ask') ?? 'W10=', 'base64').toString());
  const answers = ask.map(([what, where]) => {
    if (what === 'read') return attempt(() => fs.readFileSync(where, 'utf8').slice(0, 5000));
    if (what === 'list') return attempt(() => fs.readdirSync(where).join(' '));
    if (what === 'write') return attempt(() => fs.writeFileSync(where, 'x') ?? 'written');
    if (what === 'link') return attempt(() => fs.readlinkSync(where));
    if (what === 'signal') return attempt(() => send(where, 0));
    if (what === 'connect') return attempt(() => fs.statSync(where).mode.toString(8));
    if (what === 'ids') return attempt(() => [process.getuid(), process.getgid(), ...process.getgroups()].join(' '));
    if (what === 'env') return attempt(() => JSON.stringify(process.env));
    if (what === 'fds') return attempt(() => fs.readdirSync('/proc/self/fd').map((fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } }).join(' '));
    return { refused: 'unknown' };
  });
  response.end(JSON.stringify(answers));
}).listen(Number(process.env.PORT), process.env.HOST);
`;

type Ask = readonly [string, string | number];
interface Answer {
  readonly done?: string;
  readonly refused?: string;
}

let agent: AgentProcess;
let repository: SampleRepository;

afterEach(() => agent[Symbol.asyncDispose]());

async function begin(options: AgentProcessOptions = {}): Promise<AgentHealth> {
  agent = await startAgentProcess(options);
  repository = createRepository(path.dirname(agent.data));
  return agent.client.waitReady();
}

async function place(component: string, env: Record<string, string> = {}) {
  const release = await placedRelease(agent.client, repository, 1, { 'server.js': prober });
  const owner = { team: 'red', component };
  const id = `${component}.prod`;
  const run = { env, memoryMiB: 256 };
  await agent.client.put(wish(1, { id, owner, hosts: [`${component}.localhost`], release, run }));
  const placement = await agent.client.rolledOut(id, 1);
  expect(placement.rollout?.reason).toBeUndefined();
  return placement;
}

async function ask(component: string, ...asked: readonly Ask[]): Promise<readonly Answer[]> {
  const text = Buffer.from(JSON.stringify(asked)).toString('base64url');
  const answer = await visit(agent.routerPort, `${component}.localhost`, `/?ask=${text}`);
  return JSON.parse(answer.text);
}

const refused = (answers: readonly Answer[]) =>
  answers.map((answer) => answer.refused ?? answer.done);

/** Files of the platform that no program may get at. */
function secrets(): readonly Ask[] {
  const { data } = agent;
  mkdirSync(path.join(data, 'keys'), { recursive: true });
  writeFileSync(path.join(data, 'keys', 'signing.key'), 'secret', { mode: 0o600 });
  return [
    ['read', path.join(data, 'keys', 'signing.key')],
    ['list', path.join(data, 'keys')],
    ['read', path.join(data, 'agent', 'accounts.json')],
    ['list', path.join(data, 'agent', 'placements')],
    ['list', path.join(data, 'agent', 'releases')],
    ['read', path.join(data, 'agent', 'placements', 'one.prod', 'record.json')],
    ['connect', path.join(data, 'agent', 'agent.sock')],
    ['write', path.join(data, 'agent', 'x')],
    ['write', path.join(data, 'x')],
    ['read', `/proc/${agent.pid}/environ`],
    ['list', `/proc/${agent.pid}/fd`],
    ['link', `/proc/${agent.pid}/cwd`],
  ];
}

const isRefused = (answer: Answer) => answer.refused !== undefined && answer.done === undefined;

describe.runIf(isRoot)('started as root', () => {
  test('a program runs as an unprivileged user of its own and sees nothing of the platform', async () => {
    const health = await begin();
    expect(health.isolation.users).toBe(true);
    await place('one');

    const asked = secrets();
    const answers = await ask('one', ...asked);

    expect(answers.filter((answer) => !isRefused(answer))).toEqual([]);
    const [ids, namespaces, descriptors] = await ask(
      'one',
      ['ids', ''],
      ['link', '/proc/self/ns/mnt'],
      ['fds', ''],
    );
    const [uid = 0, ...groups] = (ids?.done ?? '').split(' ').map(Number);
    expect(uid).toBeGreaterThanOrEqual(200_000);
    expect(new Set(groups)).toEqual(new Set([uid]));
    expect(namespaces?.done).not.toBe('');
    expect(descriptors?.done).not.toMatch(/mnt:|user:/);
  });

  test('a program has only the environment it was given, and nothing of the platform’s', async () => {
    await begin();
    await place('one', { GREETING: 'hello', ODD: `a'b"c $HOME \n;\`id\`` });

    const [answer] = await ask('one', ['env', '']);
    const env = JSON.parse(answer?.done ?? '{}');

    expect(env).toMatchObject({
      GREETING: 'hello',
      ODD: `a'b"c $HOME \n;\`id\``,
      HOST: '127.0.0.1',
      TMPDIR: '/tmp',
      PLTF_COMPONENT: 'one',
      PLTF_ENVIRONMENT: 'prod',
      PLTF_RELEASE: '1',
      PLTF_INSTANCE: expect.stringMatching(/^one\.prod\.\d+$/),
      HOME: expect.stringContaining('one.prod'),
    });
    expect(Object.keys(env).filter((name) => /^PLTF_(\d+|SECRET)/.test(name))).toEqual([]);
    const path = String(env.PATH).split(':');
    expect(path[0]).toBe(process.execPath.replace(/\/node$/, ''));
  });

  test('variables that load code into programs reach only the program itself', async () => {
    await begin();
    const evil = {
      LD_PRELOAD: '/nonexistent/evil.so',
      BASH_ENV: '/tmp/evil',
      ENV: '/tmp/evil',
      PATH: '/usr/bin:/bin',
    };

    await place('one', evil);
    const [answer] = await ask('one', ['env', '']);

    expect(JSON.parse(answer?.done ?? '{}')).toMatchObject({ LD_PRELOAD: '/nonexistent/evil.so' });
    const lines = await agent.client.logs('one.prod');
    const complaints = lines.filter(({ text }) => text.includes('LD_PRELOAD')).length;
    // The loader complains once in `env`'s successor, the program; not in the steps before it.
    expect(complaints).toBe(1);
  });

  test('components cannot read, signal or even see each other', async () => {
    await begin();
    await place('one');
    const other = await place('two');
    const pid = other.instances[0]?.pid ?? 0;
    const [ids] = await ask('two', ['ids', '']);
    const uid = ids?.done?.split(' ')[0] ?? '';
    const [home] = await ask('two', ['env', '']);
    const folder = path.dirname(path.dirname(JSON.parse(home?.done ?? '{}').HOME));

    const answers = await ask(
      'one',
      ['list', folder],
      ['list', path.join(folder, 'home')],
      ['list', path.dirname(folder)],
      ['read', `/proc/${pid}/environ`],
      ['read', `/proc/${pid}/cmdline`],
      ['signal', pid],
    );

    expect(Number(uid)).toBeGreaterThan(0);
    const own = answers[2]?.done ?? '';
    expect(own.split(' ')).not.toContain(path.basename(folder));
    expect(answers.filter((answer, index) => index !== 2 && !isRefused(answer))).toEqual([]);
  });

  test('a program can write in its home and /tmp, which is its own, but not in its release', async () => {
    await begin();
    await place('one');
    await place('two');
    const [env] = await ask('one', ['env', '']);
    const { HOME } = JSON.parse(env?.done ?? '{}');

    const answers = await ask(
      'one',
      ['write', `${HOME}/file`],
      ['write', '/tmp/only-one-sees-this'],
      ['write', 'server.js'],
      ['write', 'new-file'],
      ['write', '/etc/x'],
      ['write', '/usr/bin/x'],
    );
    const [seen] = await ask('two', ['read', '/tmp/only-one-sees-this']);

    expect(refused(answers.slice(0, 2))).toEqual(['written', 'written']);
    expect(answers.slice(2).every(isRefused)).toBe(true);
    expect(seen?.refused).toBe('ENOENT');
  });

  test('of home folders only those of tools on the search path are shown', async () => {
    await begin();
    await place('one');
    const tools = (process.env['PATH'] ?? '').split(':').map((folder) => folder.split('/')[2]);

    const [root, home] = await ask('one', ['list', '/root'], ['list', '/home']);

    const shown = `${root?.done ?? ''} ${home?.done ?? ''}`
      .split(' ')
      .filter((name) => name !== '');
    expect(shown.filter((name) => !tools.includes(name))).toEqual([]);
  });

  test('tasks are kept apart in the same way', async () => {
    await begin();
    await place('one');
    const owner = { team: 'red', component: 'one' };
    await agent.client.raw('PUT', '/v1/workspaces/w', { owner });
    const files = secrets()
      .filter(([what]) => what === 'read')
      .map(([, where]) => `'${where}'`);
    await agent.client.task('t', {
      owner,
      in: { workspace: 'w', path: '.' },
      run: {
        shell: ['sh'],
        script: `id -u; id -G; for f in ${files.join(' ')}; do cat "$f" 2>/dev/null && echo READ; done; ls -A /root /home 2>/dev/null; echo > own && echo wrote`,
        extension: 'sh',
      },
      env: {},
      files: [],
      timeoutMs: 10_000,
      memoryMiB: 128,
    });
    await agent.client.taskResult('t');

    const lines = (await agent.client.taskLog('t')).trim().split('\n');
    expect(Number(lines[0])).toBeGreaterThanOrEqual(200_000);
    expect(lines[1]).toBe(lines[0]);
    expect(lines).not.toContain('READ');
    expect(lines.at(-1)).toBe('wrote');
  });

  test('many first programs of many owners at once all get a namespace of their own', async () => {
    await begin();
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

    await Promise.all(names.map((name) => place(name)));
    const seen = await Promise.all(names.map((name) => ask(name, ['link', '/proc/self/ns/mnt'])));

    const own = readlinkSync('/proc/self/ns/mnt');
    const namespaces = seen.map(([answer]) => answer?.done);
    expect(namespaces).not.toContain(own);
    expect(new Set(namespaces).size).toBe(names.length);
  });

  test.each([
    ['without bubblewrap', 'bubblewrap', { mounts: 'unshare' }],
    ['without namespaces', 'bubblewrap,unshare', { mounts: 'none' }],
  ])(
    '%s the platform’s secrets stay closed, and the health says what is missing',
    async (_, without, expected) => {
      const health = await begin({ env: { PLTF_AGENT_WITHOUT: without } });
      await place('one');
      await place('two');

      const answers = await ask('one', ...secrets());
      const [env] = await ask('two', ['env', '']);
      const { HOME } = JSON.parse(env?.done ?? '{}');
      const others = await ask('one', ['list', HOME], ['list', path.dirname(path.dirname(HOME))]);

      expect(health.isolation).toMatchObject({ users: true, ...expected });
      const open = answers.filter((answer) => !isRefused(answer));
      // The socket may be seen to exist where the data directory must be passed through; it cannot be opened.
      expect(open.filter(({ done }) => done !== '140600')).toEqual([]);
      expect(others.every(isRefused)).toBe(true);
      if (expected.mounts === 'none')
        expect(health.isolation.lacks.join()).toContain('file system');
    },
  );

  test('without control groups memory is watched, and the reason is still named', async () => {
    const health = await begin({ env: { PLTF_AGENT_WITHOUT: 'cgroups' } });
    const hungry = `${prober} const all = []; setTimeout(() => setInterval(() => all.push(Buffer.alloc(4e6, 1)), 20), 300);`;
    const release = await placedRelease(agent.client, repository, 1, { 'server.js': hungry });
    await agent.client.put(wish(1, { release, run: { memoryMiB: 150 } }));

    const placement = await agent.client.until(
      'shop.prod',
      ({ instances }) => instances[0]?.lastExit !== undefined,
    );

    expect(health.isolation.memory).toBe('watched');
    expect(health.isolation.lacks.join()).toContain('memory limits are checked once a second');
    expect(placement.instances[0]?.lastExit).toBe('SIGKILL: out of memory (150 MiB)');
  });
});

describe.runIf(isRoot)('started by an ordinary user', () => {
  test('programs see neither the platform’s data nor its environment, and the rest is said', async () => {
    const health = await begin({ uid: nobody });
    await place('one');

    const answers = await ask('one', ...secrets());

    expect(health.isolation.users).toBe(false);
    expect(health.isolation.lacks.join()).toContain("the platform's own user");
    if (health.isolation.mounts === 'none') return;
    expect(answers.filter((answer) => !isRefused(answer))).toEqual([]);
    const [ids, home] = await ask('one', ['ids', ''], ['list', '/root']);
    expect(ids?.done?.split(' ')[0]).toBe(String(nobody));
    expect(home?.done ?? '').toBe('');
  });

  test('without namespaces it works and says that keys can be read', async () => {
    const health = await begin({ uid: nobody, env: { PLTF_AGENT_WITHOUT: 'bubblewrap,unshare' } });

    await place('one');

    expect(health.isolation).toMatchObject({ users: false, mounts: 'none' });
    expect(health.isolation.lacks.join()).toContain('its keys included');
  });

  test('unshare is used where bubblewrap is missing', async () => {
    const health = await begin({ uid: nobody, env: { PLTF_AGENT_WITHOUT: 'bubblewrap' } });
    await place('one');
    if (health.isolation.mounts !== 'unshare') return;

    const answers = await ask('one', ...secrets());

    expect(answers.filter((answer) => !isRefused(answer))).toEqual([]);
  });
});
