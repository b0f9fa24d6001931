import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMarker } from './process/process-facts.ts';
import { type AgentProcess, startAgentProcess } from './testing/agent-process.ts';
import { startLoad } from './testing/load.ts';
import {
  createRepository,
  gitSource,
  owner,
  placedRelease,
  type SampleRepository,
  webProgram,
  wish,
} from './testing/sample-programs.ts';
import { visit } from './testing/visitor.ts';

let agent: AgentProcess;
let repository: SampleRepository;

beforeEach(async () => {
  agent = await startAgentProcess();
  repository = createRepository(agent.data);
});
afterEach(() => agent[Symbol.asyncDispose]());

const ascending = (left: number, right: number) => left - right;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const release = (number: number, more = '') =>
  placedRelease(agent.client, repository, number, { 'server.js': webProgram(`v${number}`, more) });
const unitsOf = (placement: string) => agent.processes(placement);

test('instances live on without the agent, and the next one takes them up unchanged', async () => {
  await agent.client.put(wish(1, { release: await release(1), instances: 2 }));
  const before = await agent.client.rolledOut('shop.prod', 1);
  await agent.kill('SIGKILL');
  const [port] = before.instances.map((instance) => instance.port ?? 0);
  expect((await visit(port ?? 0, 'any')).status).toBe(200);

  await agent.restart();

  expect((await visit(agent.routerPort, 'shop.localhost')).status).toBe(200);
  const after = await agent.client.get('shop.prod');
  const pids = ({ instances }: typeof after) =>
    instances.map(({ pid }) => pid ?? 0).sort(ascending);
  expect(pids(after)).toEqual(pids(before));
  expect(after).toMatchObject({ phase: 'running', rollout: { step: 'done', revision: 1 } });
  expect(unitsOf('shop.prod')).toHaveLength(2);
});

test('traffic flows as soon as the next agent listens', async () => {
  await agent.client.put(wish(1, { release: await release(1) }));
  await agent.client.rolledOut('shop.prod', 1);
  await agent.kill('SIGKILL');

  const starting = agent.restart();
  const answers: number[] = [];
  while (answers.length === 0) {
    await visit(agent.routerPort, 'shop.localhost').then(
      ({ status }) => answers.push(status),
      () => pause(1),
    );
  }
  await starting;

  expect(answers).toEqual([200]);
});

test('the first answer of the next agent is right for every placement', async () => {
  const one = await release(1);
  for (const name of ['a', 'b', 'c']) {
    await agent.client.put(
      wish(1, { id: `${name}.prod`, hosts: [`${name}.localhost`], release: one }),
    );
  }
  for (const name of ['a', 'b', 'c']) await agent.client.rolledOut(`${name}.prod`, 1);
  await agent.client.put(
    wish(2, { id: 'c.prod', hosts: ['c.localhost'], release: one, state: 'stopped' }),
  );
  await agent.client.rolledOut('c.prod', 2);

  await agent.kill('SIGKILL');
  await agent.restart();

  expect((await visit(agent.routerPort, 'a.localhost')).text).toContain('a.prod');
  expect((await visit(agent.routerPort, 'b.localhost')).text).toContain('b.prod');
  expect((await visit(agent.routerPort, 'c.localhost')).status).toBe(503);
});

test('an instance that ended while the agent was away is started again', async () => {
  await agent.client.put(wish(1, { release: await release(1) }));
  const before = await agent.client.rolledOut('shop.prod', 1);
  await agent.kill('SIGKILL');
  process.kill(before.instances[0]?.pid ?? 0, 'SIGKILL');

  await agent.restart();
  const after = await agent.client.until('shop.prod', ({ phase }) => phase === 'running');

  expect(after.instances[0]?.pid).not.toBe(before.instances[0]?.pid);
  expect((await visit(agent.routerPort, 'shop.localhost')).status).toBe(200);
});

test('the end of an adopted instance is noticed within a second', async () => {
  await agent.client.put(wish(1, { release: await release(1) }));
  const before = await agent.client.rolledOut('shop.prod', 1);
  await agent.kill('SIGKILL');
  await agent.restart();

  process.kill(before.instances[0]?.pid ?? 0, 'SIGKILL');
  const begin = Date.now();
  await agent.client.until('shop.prod', ({ instances }) => (instances[0]?.restarts ?? 0) > 0);

  expect(Date.now() - begin).toBeLessThan(3000);
});

test('another process that got the number of an instance is left alone', async () => {
  await agent.client.put(wish(1, { release: await release(1) }));
  const before = await agent.client.rolledOut('shop.prod', 1);
  await agent.kill('SIGKILL');
  process.kill(before.instances[0]?.pid ?? 0, 'SIGKILL');
  const stranger = spawn('sleep', ['1000']);
  const file = path.join(agent.data, 'agent', 'placements', 'shop.prod', 'record.json');
  const record = JSON.parse(readFileSync(file, 'utf8'));
  record.instances[0].process.pid = stranger.pid;
  writeFileSync(file, JSON.stringify(record));

  await agent.restart();
  await agent.client.until('shop.prod', ({ phase }) => phase === 'running');

  expect(stranger.exitCode).toBeNull();
  expect(stranger.signalCode).toBeNull();
  stranger.kill();
});

test('processes of this agent that no record knows are ended, those of others are not', async () => {
  await agent.client.put(wish(1, { release: await release(1) }));
  await agent.client.rolledOut('shop.prod', 1);
  const pid = unitsOf('shop.prod')[0] ?? 0;
  const label = readMarker(pid, 'PLTF_AGENT') ?? '';
  await agent.kill('SIGKILL');
  const env = { PATH: process.env['PATH'] ?? '', PLTF_UNIT: 'shop.prod.99' };
  const stray = spawn('sleep', ['1000'], { env: { ...env, PLTF_AGENT: label } });
  const foreign = spawn('sleep', ['1000'], { env: { ...env, PLTF_AGENT: 'ffffffff' } });
  const ended = new Promise((resolve) => stray.once('exit', (_, signal) => resolve(signal)));

  await agent.restart();

  expect(await ended).toBe('SIGKILL');
  expect(foreign.signalCode).toBeNull();
  foreign.kill();
});

test('killed at any moment of a rollout, it is finished by the next agent with nothing started twice', async () => {
  const first = await release(1);
  const second = await release(2);
  let revision = 1;
  await agent.client.put(wish(revision, { release: first, instances: 2 }));
  await agent.client.rolledOut('shop.prod', revision);

  for (const wait of [0, 3, 8, 15, 30, 60, 100, 160, 250]) {
    revision += 1;
    const target = revision % 2 === 0 ? second : first;
    // A restart each time, so that no warm instance shortens the way.
    const desired = wish(revision, { release: target, instances: 2, restarts: revision });
    const putting = agent.client.put(desired).catch(() => undefined);
    await pause(wait);
    await agent.kill('SIGKILL');
    await putting;
    await agent.restart();
    // The server repeats what was not answered; what was answered is there.
    await agent.client.put(desired);
    const placement = await agent.client.rolledOut('shop.prod', revision, 40_000);

    expect(placement.rollout?.reason).toBeUndefined();
    expect(placement).toMatchObject({ phase: 'running', rollout: { step: 'done', revision } });
    expect(placement.serving?.number).toBe(target.number);
    const known = placement.instances.map(({ pid }) => pid ?? 0).sort(ascending);
    expect([...unitsOf('shop.prod')].sort(ascending)).toEqual(known);
    const healthy = placement.instances.filter(({ state }) => state === 'healthy');
    expect(healthy).toHaveLength(2);
    expect((await visit(agent.routerPort, 'shop.localhost')).text).toContain(`v${target.number}`);
  }
}, 180_000);

test('a removal that was cut off is finished', async () => {
  await agent.client.put(wish(1, { release: await release(1), run: { drainMs: 500 } }));
  await agent.client.rolledOut('shop.prod', 1);
  await agent.client.raw('DELETE', '/v1/placements/shop.prod');
  await agent.kill('SIGKILL');

  await agent.restart();
  await agent.client.remove('shop.prod');

  expect(unitsOf('shop.prod')).toEqual([]);
  expect((await visit(agent.routerPort, 'shop.localhost')).status).toBe(404);
});

test('output written while the agent was away is in the log, each line once', async () => {
  const counting = `let n = 0; setInterval(() => console.log('count ' + (++n)), 2);`;
  await agent.client.put(wish(1, { release: await release(1, counting) }));
  await agent.client.rolledOut('shop.prod', 1);
  for (let round = 0; round < 3; round += 1) {
    await pause(150);
    await agent.kill('SIGKILL');
    await pause(150);
    await agent.restart();
  }
  await pause(300);

  const lines = await agent.client.logs('shop.prod', 'tail=100000');
  const numbers = lines
    .map(({ text }) => /^count (\d+)$/.exec(text)?.[1])
    .filter((text) => text !== undefined)
    .map(Number);
  expect(numbers.length).toBeGreaterThan(100);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test('a task that runs while the agent is killed gives its exact result, and runs once', async () => {
  const commit = repository.commit({ 'a.txt': 'a' });
  const source = gitSource(repository, commit);
  await agent.client.raw('PUT', '/v1/workspaces/run1-job', { owner, source });
  const request = {
    owner,
    in: { workspace: 'run1-job', path: '.' },
    run: {
      shell: ['sh', '-e'],
      script: 'echo begin >> runs\necho one\nsleep 1\necho two\necho x=1 >> "$OUT"\nexit 5\n',
      extension: 'sh',
    },
    env: {},
    files: ['OUT'],
    timeoutMs: 30_000,
    memoryMiB: 128,
  };
  await agent.client.task('run1-job-1', request);
  await agent.kill('SIGKILL');
  await agent.restart();

  await agent.client.task('run1-job-1', request);
  const running = await agent.client.taskResult('run1-job-1');
  expect(running).toMatchObject({ state: 'finished', exitCode: 5, files: { OUT: 'x=1\n' } });
  expect(running.ended).toBeUndefined();
  expect(await agent.client.taskLog('run1-job-1')).toBe('one\ntwo\n');

  const ended = { ...request, run: { command: ['cat', 'runs'] } };
  await agent.client.task('run1-job-2', ended);
  await agent.client.taskResult('run1-job-2');
  expect(await agent.client.taskLog('run1-job-2')).toBe('begin\n');
});

test('a task that ended while the agent was away has its exact result too', async () => {
  const request = {
    owner,
    in: { workspace: 'w', path: '.' },
    run: { command: ['sh', '-c', 'sleep 0.3; echo done; exit 9'] },
    env: {},
    files: [],
    timeoutMs: 30_000,
    memoryMiB: 128,
  };
  await agent.client.raw('PUT', '/v1/workspaces/w', { owner });
  await agent.client.task('away', request);
  await agent.kill('SIGKILL');
  await pause(800);
  await agent.restart();

  expect(await agent.client.taskResult('away')).toMatchObject({ state: 'finished', exitCode: 9 });
  expect(await agent.client.taskLog('away')).toBe('done\n');
});

test('requests that go through a killed agent fail, those after it do not, and nothing restarts', async () => {
  await agent.client.put(wish(1, { release: await release(1) }));
  const before = await agent.client.rolledOut('shop.prod', 1);
  await agent.kill('SIGKILL');
  await agent.restart();

  const load = startLoad({
    port: agent.routerPort,
    host: 'shop.localhost',
    clients: 4,
    pauseMs: 2,
  });
  await pause(500);
  const result = await load.stop();

  expect(result.failures).toEqual([]);
  expect((await agent.client.get('shop.prod')).instances[0]?.pid).toBe(before.instances[0]?.pid);
});

test('two agents never work in one data directory', async () => {
  const args = [agent.program, '--data', agent.data, '--router-port', '0'];
  const second = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  second.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });

  const code = await new Promise((resolve) => second.once('exit', resolve));

  expect(code).toBe(1);
  expect(said).toContain('Another agent works in');
  expect((await agent.client.waitReady()).pid).toBe(agent.pid);
});
