import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentProcess, startAgentProcess } from '../testing/agent-process.ts';
import {
  createRepository,
  owner,
  placedRelease,
  type SampleRepository,
  type Wish,
  webProgram,
  wish,
} from '../testing/sample-programs.ts';
import { visit } from '../testing/visitor.ts';

let agent: AgentProcess;
let repository: SampleRepository;
let number = 0;

beforeAll(async () => {
  agent = await startAgentProcess();
  repository = createRepository(path.dirname(agent.data));
});
afterAll(() => agent[Symbol.asyncDispose]());

const release = (files: Record<string, string>) => {
  number += 1;
  return placedRelease(agent.client, repository, number, files);
};
async function reach(id: string, revision: number, given: Wish) {
  await agent.client.put(
    wish(revision, { id: `${id}.prod`, hosts: [`${id}.localhost`], ...given }),
  );
  const placement = await agent.client.rolledOut(`${id}.prod`, revision);
  expect(placement.rollout?.reason).toBeUndefined();
  return placement;
}
/** A site has no command of its own. */
const siteRun = {
  command: undefined,
  folder: 'public',
  health: '/healthz',
} as unknown as NonNullable<Wish['run']>;

test('a site is served from its folder, and a new release replaces it', async () => {
  const first = await release({ 'public/index.html': 'first', 'secret.txt': 'no' });
  const second = await release({ 'public/index.html': 'second' });
  await reach('site', 1, { release: first, run: siteRun });
  expect(await visit(agent.routerPort, 'site.localhost')).toMatchObject({
    status: 200,
    text: 'first',
  });
  expect((await visit(agent.routerPort, 'site.localhost', '/../secret.txt')).status).toBe(404);

  await reach('site', 2, { release: second, run: siteRun });

  expect((await visit(agent.routerPort, 'site.localhost')).text).toBe('second');
});

test('a worker gets no port and no traffic, and two releases of it never work at once for long', async () => {
  const work = (name: string) =>
    `console.log('${name} PORT=' + process.env.PORT); process.on('SIGTERM', () => { console.log('${name} stops'); process.exit(0); }); setInterval(() => {}, 1000);`;
  const first = await release({ 'server.js': work('one') });
  const second = await release({ 'server.js': work('two') });
  const run = { serves: false };
  await reach('worker', 1, { release: first, run });

  const placement = await reach('worker', 2, { release: second, run });

  expect(placement).toMatchObject({
    phase: 'running',
    warm: [],
    serving: { number: second.number },
  });
  expect(placement.instances).toHaveLength(1);
  expect(placement.instances[0]?.port).toBeUndefined();
  const texts = (await agent.client.logs('worker.prod')).map(({ text }) => text);
  expect(texts).toEqual(
    expect.arrayContaining(['one PORT=undefined', 'two PORT=undefined', 'one stops']),
  );
});

test('a job has no instance that waits, and runs as a task of its release', async () => {
  const first = await release({ 'job.js': "console.log('report one')" });
  const second = await release({ 'job.js': "console.log('report two'); process.exit(3)" });
  const run = { serves: false, runsToEnd: true as const, command: ['node', 'job.js'] };
  await reach('report', 1, { release: first, hosts: [], run });

  const placement = await reach('report', 2, { release: second, hosts: [], run });
  await agent.client.task('report-now', {
    ...{ owner, in: { release: second.digest }, run: { command: run.command }, env: {} },
    ...{ files: [], timeoutMs: 10_000, memoryMiB: 128 },
  });
  const result = await agent.client.taskResult('report-now');

  expect(placement).toMatchObject({
    ...{ phase: 'running', instances: [], serving: { number: second.number } },
  });
  expect(result).toMatchObject({ state: 'finished', exitCode: 3 });
  expect(await agent.client.taskLog('report-now')).toContain('report two');
});

test('a volume outlives releases and goes with the placement', async () => {
  const counting = `const fs = require('node:fs'); fs.appendFileSync('data/starts', 'x');
    ${webProgram('volume').replace("'volume '", "fs.readFileSync('data/starts', 'utf8') + ' '")}`;
  const known = await release({ 'server.js': counting });
  const run = { volume: 'data' };
  await reach('volume', 1, { release: known, run });
  await reach('volume', 2, { release: known, run, restarts: 1 });
  expect((await visit(agent.routerPort, 'volume.localhost')).text).toMatch(/^xx /);

  await agent.client.remove('volume.prod');
  await reach('volume', 1, { release: known, run });

  expect((await visit(agent.routerPort, 'volume.localhost')).text).toMatch(/^x /);
});

test.runIf(process.getuid?.() === 0)(
  'a volume can lie at a place of its own in the program’s view',
  async () => {
    const known = await release({
      'server.js': `require('node:fs').writeFileSync('/var-data/x', 'y'); ${webProgram('mounted')}`,
    });

    const placement = await reach('mounted', 1, { release: known, run: { volume: '/var-data' } });

    expect(placement.phase).toBe('running');
  },
);

test('stopping ends the program and visitors are told; starting brings it back', async () => {
  const known = await release({ 'server.js': webProgram('pausing') });
  await reach('pausing', 1, { release: known });

  const stopped = await reach('pausing', 2, { release: known, state: 'stopped' });
  expect(stopped).toMatchObject({ phase: 'stopped', instances: [] });
  const told = await visit(agent.routerPort, 'pausing.localhost');
  expect(told).toMatchObject({ status: 503, text: expect.stringContaining('stopped') });
  expect(agent.processes('pausing.prod')).toEqual([]);

  await reach('pausing', 3, { release: known });
  expect((await visit(agent.routerPort, 'pausing.localhost')).status).toBe(200);
});

test('the release command runs once per release, with the program’s own environment', async () => {
  const run = {
    releaseCommand: [
      'sh',
      '-c',
      'echo "migrating $GREETING for $PLTF_RELEASE" >> "$HOME/migrations"; cat "$HOME/migrations"',
    ],
    env: { GREETING: 'hello' },
  };
  const show = `const fs = require('node:fs'); const file = process.env.HOME + '/migrations'; ${webProgram('migrated').replace("'migrated '", "(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 'not yet')")}`;
  const first = await release({ 'server.js': show });
  const second = await release({ 'server.js': `${show} // 2` });

  await reach('migrated', 1, { release: first, run });
  await reach('migrated', 2, { release: second, run });
  await reach('migrated', 3, { release: first, run });
  await reach('migrated', 4, { release: first, run, restarts: 1 });

  const { text } = await visit(agent.routerPort, 'migrated.localhost');
  expect(text.split('\n').filter((line) => line.startsWith('migrating'))).toEqual([
    `migrating hello for ${first.number}`,
    `migrating hello for ${second.number}`,
  ]);
});

test('the way back to a warm release takes some milliseconds', async () => {
  const first = await release({ 'server.js': webProgram('warm1') });
  const second = await release({ 'server.js': webProgram('warm2') });
  await reach('warm', 1, { release: first });
  await reach('warm', 2, { release: second });
  const times: number[] = [];

  for (let revision = 3; revision < 13; revision += 1) {
    const target = revision % 2 === 1 ? first : second;
    const placement = await agent.client.put(
      wish(revision, { id: 'warm.prod', hosts: ['warm.localhost'], release: target }),
    );
    const { startedAt = '', switchedAt = '' } = placement.rollout ?? {};
    times.push(Date.parse(switchedAt) - Date.parse(startedAt));
    expect(placement.serving?.number).toBe(target.number);
    expect((await visit(agent.routerPort, 'warm.localhost')).text).toContain(
      `warm${target === first ? 1 : 2}`,
    );
    await agent.client.rolledOut('warm.prod', revision);
  }

  // 0 to 4 ms on an idle machine; the bound leaves room for a busy one.
  const median = times.sort((left, right) => left - right)[5] ?? 0;
  expect(median).toBeLessThan(50);
});
