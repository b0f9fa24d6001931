import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentProcess, startAgentProcess } from '../testing/agent-process.ts';
import { startLoad } from '../testing/load.ts';
import {
  createRepository,
  placedRelease,
  type SampleRepository,
  type Wish,
  webProgram,
  wish,
} from '../testing/sample-programs.ts';

let agent: AgentProcess;
let repository: SampleRepository;
let revision = 0;

beforeAll(async () => {
  agent = await startAgentProcess();
  repository = createRepository(agent.data);
});
afterAll(() => agent[Symbol.asyncDispose]());

const release = (number: number, more = '') =>
  placedRelease(agent.client, repository, number, { 'server.js': webProgram(`v${number}`, more) });

async function reach(id: string, host: string, given: Wish) {
  revision += 1;
  const run = { drainMs: 10_000, startTimeoutMs: 30_000, ...given.run };
  await agent.client.put(wish(revision, { id, hosts: [host], ...given, run }));
  const placement = await agent.client.rolledOut(id, revision, 60_000);
  expect(placement.rollout).toMatchObject({ step: 'done', revision });
  return placement;
}

test('no request is lost in rollouts, restarts, scaling and rollbacks under load', async () => {
  const host = 'shop.localhost';
  const first = await release(1);
  const second = await release(2);
  const third = await release(3);
  await reach('shop.prod', host, { release: first, instances: 2 });
  const load = startLoad({ port: agent.routerPort, host, clients: 12, pauseMs: 4 });

  await reach('shop.prod', host, { release: second, instances: 2 });
  await reach('shop.prod', host, { release: first, instances: 2 });
  await reach('shop.prod', host, { release: second, instances: 2 });
  await reach('shop.prod', host, { release: third, instances: 2 });
  await reach('shop.prod', host, { release: third, instances: 2, restarts: 1 });
  await reach('shop.prod', host, { release: third, instances: 4, restarts: 1 });
  const last = await reach('shop.prod', host, { release: third, instances: 1, restarts: 1 });

  const result = await load.stop();
  expect(result.failures).toEqual([]);
  expect(result.requests).toBeGreaterThan(100);
  expect(Object.keys(result.versions).sort()).toEqual(['v1', 'v2', 'v3']);
  expect(last.rollout?.traffic).toMatchObject({ failures: 0, errors: 0 });
}, 180_000);

test('a program with a volume is replaced with its requests held, and loses none', async () => {
  const host = 'disk.localhost';
  const exclusive = `
    const fs = require('node:fs');
    const lock = process.env.PLTF_VOLUME + '/lock';
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
    process.on('exit', () => fs.rmSync(lock));
    fs.appendFileSync('data/starts', process.env.PLTF_RELEASE + '\\n');`;
  const first = await release(11, exclusive);
  const second = await release(12, exclusive);
  const run = { volume: 'data' };
  await reach('disk.prod', host, { release: first, run });
  const load = startLoad({ port: agent.routerPort, host, clients: 6, pauseMs: 4 });

  await reach('disk.prod', host, { release: second, run });
  await reach('disk.prod', host, { release: second, run, restarts: 1 });

  const result = await load.stop();
  expect(result.failures).toEqual([]);
  expect(Object.keys(result.versions).sort()).toEqual(['v11', 'v12']);
}, 120_000);
