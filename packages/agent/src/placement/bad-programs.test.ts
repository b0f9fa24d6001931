import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupMembers } from '../process/process-facts.ts';
import { type AgentProcess, startAgentProcess } from '../testing/agent-process.ts';
import {
  createRepository,
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
  agent = await startAgentProcess({ env: { PLTF_AGENT_PROBE_MS: '150' } });
  repository = createRepository(agent.data);
});
afterAll(() => agent[Symbol.asyncDispose]());

const release = (program: string) => {
  number += 1;
  return placedRelease(agent.client, repository, number, { 'server.js': program });
};

/** Wishes a placement of its own and waits for the end of the rollout. */
async function reach(id: string, revision: number, given: Wish, withinMs = 30_000) {
  await agent.client.put(
    wish(revision, { id: `${id}.prod`, hosts: [`${id}.localhost`], ...given }),
  );
  return agent.client.rolledOut(`${id}.prod`, revision, withinMs);
}

const textOf = async (id: string) =>
  (await agent.client.logs(`${id}.prod`)).map((line) => line.text).join('\n');

const unitsOf = (placement: string) => agent.processes(placement);

test('a program that never listens is given up in time, with the reason and its last lines', async () => {
  const silent = await release('console.log("thinking"); setInterval(() => {}, 1000);');

  const placement = await reach('silent', 1, { release: silent, run: { startTimeoutMs: 1500 } });

  expect(placement).toMatchObject({ phase: 'failed', rollout: { step: 'failed' } });
  expect(placement.rollout?.reason).toMatchObject({ code: 'health-timeout' });
  expect(placement.rollout?.reason?.detail).toMatch(/1\.5 s: nothing listens on port \d+/);
  expect(placement.rollout?.reason?.log.join()).toContain('thinking');
  await agent.client.until('silent.prod', ({ instances }) => instances.length === 0);
  expect(unitsOf('silent.prod')).toEqual([]);
  expect((await visit(agent.routerPort, 'silent.localhost')).status).toBe(503);
});

test('a program that listens elsewhere is told which port it should use', async () => {
  const astray = await release(
    'require("http").createServer((q, r) => r.end()).listen(0, "127.0.0.1");',
  );

  const placement = await reach('astray', 1, { release: astray, run: { startTimeoutMs: 1500 } });

  expect(placement.rollout?.reason?.detail).toMatch(/but it listens on port \d+/);
  expect(placement.rollout?.reason?.fix).toContain('PORT');
});

test('a program that answers with errors is not healthy', async () => {
  const broken = await release(
    'require("http").createServer((q, r) => { r.statusCode = 500; r.end(); }).listen(process.env.PORT);',
  );

  const placement = await reach('broken', 1, { release: broken, run: { startTimeoutMs: 1500 } });

  expect(placement.rollout?.reason?.detail).toContain('GET / answered 500');
});

test('a program that crashes at once is tried twice, and the old release goes on', async () => {
  const good = await release(webProgram('good'));
  const bad = await release('console.error("no such table: users"); process.exit(7);');
  await reach('crash', 1, { release: good });

  const placement = await reach('crash', 2, { release: bad });

  expect(placement).toMatchObject({ phase: 'running', serving: { number: good.number } });
  expect(placement.rollout).toMatchObject({ step: 'rolled-back', to: { number: bad.number } });
  expect(placement.rollout?.reason).toMatchObject({ code: 'instance-crashed' });
  expect(placement.rollout?.reason?.detail).toMatch(/exit 7.*2 times/);
  expect(placement.rollout?.reason?.log).toContain('no such table: users');
  expect((await visit(agent.routerPort, 'crash.localhost')).text).toContain('good');
});

test('a command that does not exist is named', async () => {
  const good = await release(webProgram('x'));

  const placement = await reach('absent', 1, {
    release: good,
    run: { command: ['no-such-program'] },
  });

  expect(placement.rollout?.reason?.detail).toContain('exit 127 (command not found)');
  expect(placement.rollout?.reason?.log.join()).toContain('no-such-program');
});

test('a release that is not in the store fails the rollout with what to do', async () => {
  const known = await release(webProgram('x'));

  const missing = { ...known, digest: `sha256:${'0'.repeat(64)}` };
  const placement = await reach('lost', 1, { release: missing });

  expect(placement.rollout?.reason).toMatchObject({ code: 'release-collected' });
});

test('a stranger that answers on the port is not taken for the instance', async () => {
  const dozing = await release(
    'console.log("port " + process.env.PORT); setInterval(() => {}, 1000);',
  );
  await agent.client.put(
    wish(1, {
      id: 'strange.prod',
      hosts: ['strange.localhost'],
      release: dozing,
      run: { startTimeoutMs: 20_000 },
    }),
  );
  let port: string | undefined;
  while (port === undefined) {
    port = /port (\d+)/.exec(await textOf('strange'))?.[1];
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const stranger = createServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
  });
  await new Promise<void>((resolve) => {
    stranger.listen(Number(port), '127.0.0.1', resolve);
  });

  const placement = await agent.client.rolledOut('strange.prod', 1);
  stranger.close();

  expect(placement.rollout?.reason).toMatchObject({ code: 'port-in-use' });
  expect(placement.rollout?.reason?.detail).toContain(`listens on port ${port}, not this instance`);
});

test('a program that ignores SIGTERM is killed after its time, with all its forks', async () => {
  const stubborn = await release(
    webProgram('stubborn').replace(/process\.on\('SIGTERM'[^;]*;[^;]*;[^;]*; \}\);/, '') +
      `process.on('SIGTERM', () => console.log('no'));
       const { spawn } = require('node:child_process');
       spawn('sh', ['-c', 'trap "" TERM; while :; do sleep 1; done'], { detached: true });
       spawn('sh', ['-c', 'trap "" TERM; while :; do sleep 1; done']);`,
  );
  await reach('stubborn', 1, { release: stubborn, run: { drainMs: 600 } });
  expect(unitsOf('stubborn.prod').length).toBeGreaterThanOrEqual(3);
  const begin = Date.now();

  await reach('stubborn', 2, { release: stubborn, state: 'stopped', run: { drainMs: 600 } });

  expect(Date.now() - begin).toBeGreaterThanOrEqual(600);
  expect(unitsOf('stubborn.prod')).toEqual([]);
  expect(await textOf('stubborn')).toContain('no');
});

test('forks that a crashed program leaves behind are ended before it starts again', async () => {
  const leaving = await release(
    `${webProgram('leaving')}
     require('node:child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref();
     setTimeout(() => process.exit(1), 400);`,
  );
  await reach('leaving', 1, { release: leaving });

  await agent.client.until('leaving.prod', ({ instances }) => (instances[0]?.restarts ?? 0) >= 2);
  await agent.client.until('leaving.prod', ({ instances }) => instances[0]?.state === 'backoff');

  expect(unitsOf('leaving.prod')).toEqual([]);
  await agent.client.remove('leaving.prod');
});

test('a program that keeps crashing waits longer each time, and says why', async () => {
  const failing = await release(`${webProgram('failing')} setTimeout(() => process.exit(3), 150);`);
  await reach('failing', 1, { release: failing });

  const placement = await agent.client.until(
    'failing.prod',
    ({ instances }) => instances[0]?.state === 'backoff' && (instances[0]?.restarts ?? 0) >= 3,
  );
  const ends = (await agent.client.journal(0)).filter(
    ({ entry }) => entry.type === 'instance-ended' && entry.placement === 'failing.prod',
  );

  expect(placement).toMatchObject({ phase: 'failed', instances: [{ lastExit: 'exit 3' }] });
  const times = ends.map(({ at }) => Date.parse(at));
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(pauses.length).toBeGreaterThanOrEqual(2);
  expect((pauses[1] ?? 0) - (pauses[0] ?? 0)).toBeGreaterThan(200);
  expect((await visit(agent.routerPort, 'failing.localhost')).status).toBe(503);
  await agent.client.remove('failing.prod');
});

test('a program that eats memory is ended for that reason, and the others are undisturbed', async () => {
  const good = await release(webProgram('calm'));
  await reach('calm', 1, { release: good });
  const hungry = await release(
    `${webProgram('hungry')} const all = []; setTimeout(() => setInterval(() => all.push(Buffer.alloc(8e6, 1)), 5), 300);`,
  );
  await reach('hungry', 1, { release: hungry, run: { memoryMiB: 128 } });

  const placement = await agent.client.until(
    'hungry.prod',
    ({ instances }) => instances[0]?.lastExit !== undefined,
  );

  expect(placement.instances[0]?.lastExit).toBe('SIGKILL: out of memory (128 MiB)');
  expect((await visit(agent.routerPort, 'calm.localhost')).status).toBe(200);
  expect((await agent.client.get('calm.prod')).instances[0]?.restarts).toBe(0);
  await agent.client.remove('hungry.prod');
});

test('a program that forks without end is stopped by its limit', async () => {
  const forking = await release(
    `${webProgram('forking')}
     const { spawn } = require('node:child_process');
     let failed = 0;
     setTimeout(() => {
       for (let i = 0; i < 700; i += 1) spawn('sleep', ['1000'], { stdio: 'ignore' }).on('error', () => { failed += 1; });
       setTimeout(() => console.log('refused ' + (failed > 0)), 500);
     }, 200);`,
  );
  await reach('forking', 1, { release: forking, run: { memoryMiB: 1024 } });

  while (!(await textOf('forking')).includes('refused')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  expect(await textOf('forking')).toContain('refused true');
  await agent.client.remove('forking.prod');
  expect(unitsOf('forking.prod')).toEqual([]);
});

test('a program that fills its log fills neither the disk nor the agent, and is told so', async () => {
  const chatty = await release(
    `${webProgram('chatty')} const line = 'x'.repeat(1000);
     setTimeout(() => { for (let i = 0; i < 120000; i += 1) console.log(i + line); console.log('the end'); }, 100);`,
  );
  await reach('chatty', 1, { release: chatty });

  while (!(await textOf('chatty')).includes('the end')) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  const kept = path.join(agent.data, 'agent', 'logs', 'chatty.prod');
  expect(readdirSync(kept).length).toBeLessThanOrEqual(4);
  const all = await agent.client.logs('chatty.prod', 'tail=100000');
  expect(all.some(({ stream, text }) => stream === 'platform' && text.includes('left out'))).toBe(
    true,
  );
  expect((await visit(agent.routerPort, 'chatty.localhost')).status).toBe(200);
  await agent.client.remove('chatty.prod');
});

test('an instance that stops answering is replaced, and the traffic waits for the replacement', async () => {
  const freezing = await release(
    `${webProgram('freezing')} process.on('SIGUSR2', () => { for (;;) ; });`,
  );
  const before = await reach('freezing', 1, { release: freezing, run: { drainMs: 300 } });
  const pid = before.instances[0]?.pid ?? 0;

  process.kill(pid, 'SIGUSR2');
  const after = await agent.client.until(
    'freezing.prod',
    ({ instances }) =>
      instances.length === 1 && instances[0]?.pid !== pid && instances[0]?.state === 'healthy',
    60_000,
  );

  expect(groupMembers(pid)).toEqual([]);
  expect(after.phase).toBe('running');
  expect((await visit(agent.routerPort, 'freezing.localhost')).status).toBe(200);
}, 90_000);

test('a release command that fails stops the rollout before any traffic', async () => {
  const good = await release(webProgram('before'));
  await reach('migrate', 1, { release: good });
  const next = await release(webProgram('after'));

  const placement = await reach('migrate', 2, {
    release: next,
    run: { releaseCommand: ['sh', '-c', 'echo cannot migrate; exit 4'] },
  });

  expect(placement.rollout).toMatchObject({ step: 'rolled-back' });
  expect(placement.rollout?.reason).toMatchObject({
    code: 'task-failed',
    detail: 'The release command failed: exit 4.',
    log: ['cannot migrate'],
  });
  expect((await visit(agent.routerPort, 'migrate.localhost')).text).toContain('before');
});
