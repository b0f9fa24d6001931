import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentProcess, startAgentProcess } from '../testing/agent-process.ts';
import { agentLabel, clearDocker, dockerfile, withoutDocker } from '../testing/docker.ts';
import { startLoad } from '../testing/load.ts';
import {
  createRepository,
  placedRelease,
  type SampleRepository,
  type Wish,
  webProgram,
  wish,
} from '../testing/sample-programs.ts';
import { visit } from '../testing/visitor.ts';

const missing = withoutDocker();
const engines = [
  { isolation: 'process' as const },
  ...(missing === undefined ? [{ isolation: 'docker' as const }] : []),
];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// A reporter shows the reason.
test.skipIf(missing !== undefined)(
  `instances as containers: ${missing ?? 'there is an engine'}`,
  () => {
    expect(engines).toHaveLength(2);
  },
);

// What every way to keep instances apart has to do alike: the same tests for each of them.
describe.each(engines)('instances as $isolation', ({ isolation }) => {
  let agent: AgentProcess;
  let repository: SampleRepository;
  let number = 0;

  beforeAll(async () => {
    agent = await startAgentProcess();
    repository = createRepository(agent.data);
  });
  afterAll(async () => {
    const label = agentLabel(agent.data);
    await agent[Symbol.asyncDispose]();
    if (isolation === 'docker') clearDocker(label);
  });

  const release = (program: string) => {
    number += 1;
    return placedRelease(agent.client, repository, number, {
      'server.js': program,
      Dockerfile: dockerfile,
    });
  };
  const put = (id: string, revision: number, given: Wish) => {
    const run = { startTimeoutMs: 20_000, ...given.run };
    const known = { id: `${id}.prod`, hosts: [`${id}.localhost`], isolation };
    return agent.client.put(wish(revision, { ...known, ...given, run }));
  };
  const reach = async (id: string, revision: number, given: Wish) => {
    await put(id, revision, given);
    const placement = await agent.client.rolledOut(`${id}.prod`, revision, 90_000);
    expect(placement.rollout?.reason).toBeUndefined();
    expect(placement.rollout).toMatchObject({ step: 'done', revision });
    return placement;
  };
  const pidsOf = async (id: string) => {
    const { instances } = await agent.client.get(`${id}.prod`);
    return instances.map(({ pid, container }) => container ?? pid);
  };
  const ended = async (id: string) =>
    (await agent.client.journal(0)).flatMap(({ entry }) =>
      entry.type === 'instance-ended' && entry.placement === `${id}.prod` ? [entry.reason] : [],
    );

  test('a program starts, knows who it is, answers under its host, and is removed', async () => {
    const show = `JSON.stringify({ ...process.env, uid: process.getuid() })`;
    const known = await release(webProgram('env').replace("'env '", show));

    await reach('who', 1, { release: known, run: { env: { GREETING: 'hello' } } });
    const { text } = await visit(agent.routerPort, 'who.localhost');

    const env = JSON.parse(text.slice(0, text.indexOf('}') + 1));
    expect(env).toMatchObject({
      GREETING: 'hello',
      PLTF_COMPONENT: 'shop',
      PLTF_ENVIRONMENT: 'prod',
      PLTF_INSTANCE: expect.stringMatching(/^who\.prod\.\d+$/),
      PLTF_RELEASE: String(known.number),
    });
    if (process.getuid?.() === 0) expect(env.uid).toBeGreaterThan(0);
    await agent.client.remove('who.prod');
    expect((await visit(agent.routerPort, 'who.localhost')).status).toBe(404);
  }, 120_000);

  test('no request is lost in rollouts, restarts, scaling and rollbacks under load', async () => {
    const first = await release(webProgram('v1'));
    const second = await release(webProgram('v2'));
    const run = { drainMs: 10_000 };
    await reach('load', 1, { release: first, instances: 2, run });
    const load = startLoad({
      ...{ port: agent.routerPort, host: 'load.localhost', clients: 8, pauseMs: 5 },
    });

    await reach('load', 2, { release: second, instances: 2, run });
    await reach('load', 3, { release: first, instances: 2, run });
    await reach('load', 4, { release: first, instances: 2, restarts: 1, run });
    await reach('load', 5, { release: first, instances: 3, restarts: 1, run });
    await reach('load', 6, { release: second, instances: 1, restarts: 1, run });

    const result = await load.stop();
    expect(result.failures).toEqual([]);
    expect(result.requests).toBeGreaterThan(100);
    expect(Object.keys(result.versions).sort()).toEqual(['v1', 'v2']);
    await agent.client.remove('load.prod');
  }, 180_000);

  test('instances live on without the agent, and the next one takes them up unchanged', async () => {
    const counting = `let n = 0; setInterval(() => console.log('count ' + (++n)), 5);`;
    await reach('adopted', 1, { release: await release(webProgram('a', counting)), instances: 1 });
    const before = await pidsOf('adopted');

    await agent.kill('SIGKILL');
    await pause(200);
    await agent.restart();
    await pause(500);

    expect(before[0]).toBeDefined();
    expect(await pidsOf('adopted')).toEqual(before);
    expect((await visit(agent.routerPort, 'adopted.localhost')).status).toBe(200);
    const texts = (await agent.client.logs('adopted.prod', 'tail=100000')).map(({ text }) => text);
    const counts = texts.flatMap((text) => /^count (\d+)$/.exec(text)?.[1] ?? []).map(Number);
    expect(counts.length).toBeGreaterThan(20);
    expect(counts).toEqual(counts.map((_, index) => index + 1));
    await agent.client.remove('adopted.prod');
  }, 120_000);

  test('killed at any moment of a rollout, it is finished by the next agent with nothing started twice', async () => {
    const first = await release(webProgram('one'));
    const second = await release(webProgram('two'));
    let revision = 1;
    await reach('killed', revision, { release: first, instances: 2 });
    await reach('killed', (revision += 1), { release: second, instances: 2 });

    for (const wait of [0, 20, 80, 200, 500, 900]) {
      revision += 1;
      const target = revision % 2 === 0 ? second : first;
      const given = { release: target, instances: 2, restarts: revision };
      const putting = put('killed', revision, given).catch(() => undefined);
      await pause(wait);
      await agent.kill('SIGKILL');
      await putting;
      await agent.restart();
      const placement = await reach('killed', revision, given);

      expect(placement.serving?.number).toBe(target.number);
      const healthy = placement.instances.filter(({ state }) => state === 'healthy');
      expect(healthy).toHaveLength(2);
      const { text } = await visit(agent.routerPort, 'killed.localhost');
      expect(text).toContain(target === first ? 'one' : 'two');
    }
    await agent.client.remove('killed.prod');
  }, 180_000);

  test('a program that eats memory is ended for that reason, and is started again', async () => {
    const eater = webProgram('eater').replace(
      'request.resume();',
      `request.resume(); if (request.url === '/eat') { const kept = []; setInterval(() => kept.push(Buffer.alloc(20e6, 1)), 5); }`,
    );
    await reach('eater', 1, { release: await release(eater), run: { memoryMiB: 128 } });

    await visit(agent.routerPort, 'eater.localhost', '/eat').catch(() => undefined);
    await agent.client.until(
      'eater.prod',
      ({ instances }) => (instances[0]?.restarts ?? 0) > 0,
      30_000,
    );

    const [why] = await ended('eater');
    expect(why?.detail).toContain('out of memory (128 MiB)');
    await agent.client.until('eater.prod', ({ phase }) => phase === 'running', 30_000);
    await agent.client.remove('eater.prod');
  }, 120_000);

  test('a program that forks without end is stopped by its limit', async () => {
    const bomb = webProgram('bomb').replace(
      'request.resume();',
      `request.resume(); if (request.url === '/fork') { const { spawn } = require('node:child_process'); let made = 0, failed = 0;
        for (let i = 0; i < 700; i += 1) { try { const child = spawn('sleep', ['60']); if (child.pid === undefined) failed += 1; else made += 1; child.on('error', () => {}); } catch { failed += 1; } }
        response.end(made + ' ' + failed); return; }`,
    );
    await reach('bomb', 1, { release: await release(bomb), run: { memoryMiB: 512 } });

    const { text } = await visit(agent.routerPort, 'bomb.localhost', '/fork');

    const [made = 0, failed = 0] = text.split(' ').map(Number);
    expect(made).toBeLessThan(520);
    expect(failed).toBeGreaterThan(100);
    expect((await visit(agent.routerPort, 'bomb.localhost')).status).toBe(200);
    await agent.client.remove('bomb.prod');
  }, 120_000);

  test('a program that ignores SIGTERM is killed after its time', async () => {
    const stubborn = `${webProgram('stubborn')}; process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => console.log('no'));`;
    await reach('stubborn', 1, { release: await release(stubborn), run: { drainMs: 700 } });

    const begin = Date.now();
    await agent.client.remove('stubborn.prod');

    expect(Date.now() - begin).toBeGreaterThan(650);
    expect(Date.now() - begin).toBeLessThan(6000);
  }, 120_000);

  test('how a program ends is said: its code, its signal, a command that is not there', async () => {
    const ending = webProgram('ending').replace(
      'request.resume();',
      `request.resume(); if (request.url === '/exit') process.exit(3); if (request.url === '/abort') process.abort();`,
    );
    await reach('ending', 1, { release: await release(ending) });
    const restarted = (count: number) =>
      agent.client.until(
        'ending.prod',
        ({ instances, phase }) => instances[0]?.restarts === count && phase === 'running',
        30_000,
      );
    await visit(agent.routerPort, 'ending.localhost', '/exit').catch(() => undefined);
    await restarted(1);
    await visit(agent.routerPort, 'ending.localhost', '/abort').catch(() => undefined);
    await restarted(2);

    const [exited, aborted] = await ended('ending');
    expect(exited?.detail).toMatch(/ended: exit 3/);
    expect(aborted?.detail).toMatch(/ended: SIG(ABRT|TRAP)/);

    const nothing = {
      release: await release(webProgram('x')),
      run: { command: ['no-such-thing'] },
    };
    await put('ending', 2, nothing);
    const { rollout, serving } = await agent.client.rolledOut('ending.prod', 2, 60_000);
    expect(rollout).toMatchObject({ step: 'rolled-back' });
    expect(rollout?.reason?.detail).toMatch(/not found/);
    expect(serving?.number).not.toBe(nothing.release.number);
    await agent.client.remove('ending.prod');
  }, 120_000);

  test('a program that never listens is given up in time, with the reason and its last lines', async () => {
    const silent = `console.log('doing something else'); setInterval(() => {}, 1000);`;
    await put('silent', 1, { release: await release(silent), run: { startTimeoutMs: 2000 } });

    const { rollout } = await agent.client.rolledOut('silent.prod', 1, 60_000);

    expect(rollout).toMatchObject({ step: 'failed', reason: { code: 'health-timeout' } });
    expect(rollout?.reason?.detail).toContain('nothing listens');
    expect(rollout?.reason?.log).toContain('doing something else');
    await agent.client.remove('silent.prod');
  }, 120_000);

  test('the release command runs once per release, where the program runs', async () => {
    const run = {
      volume: '/var-data',
      releaseCommand: [
        'sh',
        '-c',
        'echo "migrating $GREETING for $PLTF_RELEASE" >> "$PLTF_VOLUME/migrations"; cat "$PLTF_VOLUME/migrations"',
      ],
      env: { GREETING: 'hello' },
    };
    const show = webProgram('m').replace(
      "'m '",
      `require('node:fs').readFileSync('/var-data/migrations', 'utf8')`,
    );
    const first = await release(show);
    const second = await release(`${show} // 2`);

    await reach('migrated', 1, { release: first, run });
    await reach('migrated', 2, { release: second, run });
    await reach('migrated', 3, { release: first, run });

    const { text } = await visit(agent.routerPort, 'migrated.localhost');
    expect(text.split('\n').filter((line) => line.startsWith('migrating'))).toEqual([
      `migrating hello for ${first.number}`,
      `migrating hello for ${second.number}`,
    ]);
    const failing = { ...run, releaseCommand: ['sh', '-c', 'echo broken; exit 4'] };
    await put('migrated', 4, { release: await release(`${show} // 3`), run: failing });
    const { rollout } = await agent.client.rolledOut('migrated.prod', 4, 60_000);
    expect(rollout?.reason).toMatchObject({ code: 'task-failed', log: ['broken'] });
    expect(rollout?.reason?.detail).toContain('exit 4');
    await agent.client.remove('migrated.prod');
  }, 120_000);

  test('a worker gets no port, and its output is in the log', async () => {
    const work = `console.log('PORT=' + process.env.PORT); console.error('oops'); setInterval(() => {}, 1000);`;
    const placement = await reach('worker', 1, {
      release: await release(work),
      run: { serves: false },
    });

    expect(placement.instances[0]?.port).toBeUndefined();
    const lines = await agent.client.logs('worker.prod');
    expect(lines).toContainEqual(
      expect.objectContaining({ stream: 'out', text: 'PORT=undefined' }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ stream: 'err', text: 'oops' }));
    await agent.client.remove('worker.prod');
  }, 120_000);
});
