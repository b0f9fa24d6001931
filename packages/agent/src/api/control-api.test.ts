import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentHealth, Problem } from '@pltf/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { type AgentProcess, startAgentProcess } from '../testing/agent-process.ts';
import {
  createRepository,
  owner,
  placedRelease,
  type SampleRepository,
  webProgram,
  wish,
} from '../testing/sample-programs.ts';
import { visit } from '../testing/visitor.ts';

let agent: AgentProcess;
let repository: SampleRepository;

beforeAll(async () => {
  agent = await startAgentProcess();
  repository = createRepository(path.dirname(agent.data));
});
afterAll(() => agent[Symbol.asyncDispose]());

const release = { id: 'r', number: 1, digest: `sha256:${'0'.repeat(64)}`, commit: '0'.repeat(40) };
const problemOf = async (method: string, url: string, body?: unknown) => {
  const answer = await agent.client.raw(method, url, body);
  return Problem.parse(JSON.parse(answer.text));
};

test('the health says who it is and what keeps teams apart', async () => {
  const answer = await agent.client.raw('GET', '/v1/health');

  expect(AgentHealth.parse(JSON.parse(answer.text))).toMatchObject({
    pid: agent.pid,
    router: { host: '127.0.0.1', port: agent.routerPort },
  });
});

test('the socket and the folders of the agent are closed to everybody else', () => {
  const root = path.join(agent.data, 'agent');

  expect(statSync(path.join(root, 'agent.sock')).mode & 0o777).toBe(0o600);
  for (const name of ['placements', 'tasks', 'releases', 'journal', 'logs', 'caches']) {
    expect(statSync(path.join(root, name)).mode & 0o777).toBe(0o700);
  }
});

test.each([
  ['GET', '/v1/nothing', 404],
  ['GET', '/', 404],
  ['POST', '/v1/health', 404],
  ['GET', '/v1/placements/none.prod', 404],
  ['GET', '/v1/placements/..%2f..%2fetc', 400],
  ['GET', '/v1/placements/%ff', 400],
  ['GET', `/v1/placements/${'a'.repeat(2000)}.prod`, 400],
  ['GET', '/v1/placements/none.prod/logs', 404],
  ['GET', '/v1/tasks/none', 404],
  ['GET', '/v1/tasks/..', 404],
  ['DELETE', '/v1/tasks/none', 404],
  ['GET', '/v1/journal?after=-1', 400],
  ['GET', '/v1/journal?after=x', 400],
  ['DELETE', '/v1/releases/sha256:xyz', 400],
])('%s %s is a problem document of status %i', async (method, url, status) => {
  const problem = await problemOf(method, url);

  expect(problem.status).toBe(status);
  expect(problem.fix).not.toBe('');
});

test.each([
  ['no JSON', 'text', 'bad-request'],
  ['an empty object', {}, 'bad-request'],
  ['a list', [], 'bad-request'],
])('a wish that is %s is refused', async (_, body, code) => {
  expect(await problemOf('PUT', '/v1/placements/shop.prod', body)).toMatchObject({ code });
});

test('every wrong field of a wish is named', async () => {
  const wrong = { ...wish(1, { release }), instances: 0, hosts: 'x', revision: -1 };

  const problem = await problemOf('PUT', '/v1/placements/shop.prod', wrong);

  expect(problem.errors.map(({ where }) => where).sort()).toEqual([
    'hosts',
    'instances',
    'revision',
  ]);
});

test('a body that is too large is refused', async () => {
  const answer = await agent.client.raw('PUT', '/v1/placements/shop.prod', {
    text: 'x'.repeat(3_000_000),
  });

  expect(answer.status).toBe(413);
});

test('a wish under another name than its path is refused', async () => {
  const problem = await problemOf('PUT', '/v1/placements/other.prod', wish(1, { release }));

  expect(problem.detail).toContain('other.prod');
});

test('revisions only grow: the same one changes nothing, a lower one is refused', async () => {
  const known = await placedRelease(agent.client, repository, 1, { 'server.js': webProgram('v1') });
  await agent.client.put(wish(5, { release: known }));
  const before = await agent.client.rolledOut('shop.prod', 5);

  const again = await agent.client.put(wish(5, { release: known, instances: 3 }));
  const lower = await problemOf('PUT', '/v1/placements/shop.prod', wish(4, { release: known }));

  expect(again.instances.map(({ pid }) => pid)).toEqual(before.instances.map(({ pid }) => pid));
  expect(lower).toMatchObject({ status: 409, code: 'conflict' });
});

test('a host of another placement is refused', async () => {
  const known = await placedRelease(agent.client, repository, 1, { 'server.js': webProgram('v1') });

  const problem = await problemOf(
    'PUT',
    '/v1/placements/thief.prod',
    wish(1, { id: 'thief.prod', release: known }),
  );

  expect(problem).toMatchObject({ status: 409, detail: expect.stringContaining('shop.prod') });
  expect((await agent.client.raw('GET', '/v1/placements/thief.prod')).status).toBe(404);
  expect((await visit(agent.routerPort, 'shop.localhost')).text).toContain('shop.prod');
});

test('many wishes at once end with the highest revision', async () => {
  const known = await placedRelease(agent.client, repository, 2, { 'server.js': webProgram('v2') });
  const wishes = Array.from({ length: 12 }, (_, index) =>
    wish(index + 1, {
      id: 'race.prod',
      hosts: ['race.localhost'],
      release: known,
      instances: (index % 3) + 1,
    }),
  );

  await Promise.allSettled(wishes.map((desired) => agent.client.put(desired)));
  const placement = await agent.client.rolledOut('race.prod', 12);

  expect(placement.revision).toBe(12);
  expect(placement.instances.filter(({ state }) => state === 'healthy')).toHaveLength(3);
  await agent.client.remove('race.prod');
  expect(agent.processes('race.prod')).toEqual([]);
});

test('the log of one instance, of the last lines, and followed', async () => {
  const chatty = `${webProgram('logs')} let n = 0; setInterval(() => console.log('tick ' + (++n)), 20);`;
  const known = await placedRelease(agent.client, repository, 3, { 'server.js': chatty });
  await agent.client.put(
    wish(1, { id: 'logs.prod', hosts: ['logs.localhost'], release: known, instances: 2 }),
  );
  const { instances } = await agent.client.rolledOut('logs.prod', 1);
  const id = instances[0]?.id ?? '';

  const control = new AbortController();
  const texts: string[] = [];
  const url = `/v1/placements/logs.prod/logs?tail=2&follow=1&instance=${id}`;
  for await (const value of agent.client.lines(url, control.signal)) {
    const { instance, text } = value as { instance: string; text: string };
    expect(instance).toBe(id);
    texts.push(text);
    if (texts.length === 6) control.abort();
  }

  const numbers = texts
    .filter((text) => text.startsWith('tick'))
    .map((text) => Number(text.split(' ')[1]));
  expect(numbers.length).toBeGreaterThanOrEqual(4);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  expect((await agent.client.logs('logs.prod', 'tail=3')).length).toBe(3);
  await agent.client.remove('logs.prod');
});

test('the journal tells of every rollout’s end and of what is gone, in order', async () => {
  const entries = await agent.client.journal(0);

  const numbers = entries.map(({ seq }) => seq);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  const ends = entries.flatMap(({ entry }) =>
    entry.type === 'placement-observed' && entry.placement.rollout?.finishedAt !== undefined
      ? [entry.placement.id]
      : [],
  );
  expect(ends).toContain('shop.prod');
  const gone = entries.flatMap(({ entry }) => (entry.type === 'placement-gone' ? [entry.id] : []));
  expect(gone).toEqual(expect.arrayContaining(['race.prod', 'logs.prod']));
});

test('a client that hangs in the middle of a request disturbs nobody', async () => {
  const socket = connect(path.join(agent.data, 'agent', 'agent.sock'));
  socket.write('PUT /v1/placements/x.prod HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
  await new Promise((resolve) => setTimeout(resolve, 50));

  expect((await agent.client.raw('GET', '/v1/health')).status).toBe(200);
  socket.destroy();
});

test('a workspace of a malformed owner is refused', async () => {
  const answer = await agent.client.raw('PUT', '/v1/workspaces/w', {
    owner: { team: 'x'.repeat(50), component: 1 },
  });

  expect(answer.status).toBe(400);
  expect((await agent.client.raw('PUT', '/v1/workspaces/ok', { owner })).status).toBe(200);
});

test('settings come from arguments, then the environment, then defaults', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pltf-config-'));
  const env = {
    PLTF_DATA: '/from/env',
    PLTF_ROUTER_PORT: '9000',
    PATH: `/a/node_modules/.bin:relative:/opt/x/bin:${folder}/bin`,
  };
  rmSync(folder, { recursive: true });

  const config = readConfig(['--data', folder, '--router-host', '0.0.0.0'], env, '/programs');

  expect(config).toMatchObject({ dataDirectory: folder, routerHost: '0.0.0.0', routerPort: 9000 });
  expect(config.socketPath).toBe(path.join(folder, 'agent', 'agent.sock'));
  expect(config.searchPath[0]).toBe(path.dirname(process.execPath));
  expect(config.searchPath).toContain('/opt/x/bin');
  expect(config.searchPath.join()).not.toMatch(/node_modules|relative|pltf-config/);
  expect(readConfig([], {}, '/programs').routerPort).toBe(7080);
  expect(() => readConfig([], { PLTF_ROUTER_PORT: 'x' }, '/programs')).toThrow();
  expect(() => readConfig(['--unknown'], {}, '/programs')).toThrow();
});
