import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentProcess, startAgentProcess } from '../testing/agent-process.ts';
import {
  agentLabel,
  clearDocker,
  docker,
  dockerfile,
  leftInDocker,
  withoutDocker,
} from '../testing/docker.ts';
import { type EngineProxy, startEngineProxy } from '../testing/engine-proxy.ts';
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

const missing = withoutDocker();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers what a program in a container can do, tried by the program itself. */
const prober = `
const fs = require('node:fs');
const net = require('node:net');
const attempt = (action) => { try { action(); return 'done'; } catch (error) { return error.code; } };
const reach = (host, port) => new Promise((resolve) => {
  const socket = net.connect({ host, port, timeout: 1500 });
  socket.once('connect', () => { socket.destroy(); resolve('connected'); });
  socket.once('timeout', () => { socket.destroy(); resolve('nothing'); });
  socket.once('error', (error) => resolve(error.code));
});
require('node:http').createServer(async (request, response) => {
  const url = new URL(request.url, 'http://x');
  const to = url.searchParams.get('reach');
  if (to !== null) return response.end(await reach(to.split(':')[0], Number(to.split(':')[1])));
  response.end(JSON.stringify({
    status: fs.readFileSync('/proc/self/status', 'utf8'),
    root: attempt(() => fs.writeFileSync('/app/x', 'x')),
    etc: attempt(() => fs.writeFileSync('/etc/x', 'x')),
    tmp: attempt(() => fs.writeFileSync('/tmp/x', 'x')),
    socket: fs.existsSync('/var/run/docker.sock'),
    init: fs.readFileSync('/proc/1/cmdline', 'utf8').split('\\0')[0],
  }));
}).listen(process.env.PORT, process.env.HOST);
`;

describe.skipIf(missing !== undefined)(`containers (${missing ?? 'with an engine'})`, () => {
  let agent: AgentProcess;
  let folder: string;
  let proxy: EngineProxy;
  let repository: SampleRepository;
  let number = 0;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pltf-engine-'));
    proxy = await startEngineProxy(path.join(folder, 'engine.sock'));
    agent = await startAgentProcess({ env: { DOCKER_HOST: proxy.host } });
    repository = createRepository(agent.data);
  });
  afterAll(async () => {
    const label = agentLabel(agent.data);
    await agent[Symbol.asyncDispose]();
    await proxy.cut();
    rmSync(folder, { recursive: true, force: true });
    clearDocker(label);
  });

  const release = (files: Record<string, string>) => {
    number += 1;
    return placedRelease(agent.client, repository, number, { Dockerfile: dockerfile, ...files });
  };
  const put = (id: string, revision: number, given: Wish) => {
    const hosts = [`${id.split('.')[0]}.localhost`];
    const run = { startTimeoutMs: 20_000, ...given.run };
    return agent.client.put(wish(revision, { id, hosts, isolation: 'docker', ...given, run }));
  };
  const reach = async (id: string, revision: number, given: Wish) => {
    await put(id, revision, given);
    const placement = await agent.client.rolledOut(id, revision, 60_000);
    expect(placement.rollout?.reason).toBeUndefined();
    return placement;
  };
  const own = (...filters: readonly string[]) => {
    const given = filters.flatMap((filter) => ['--filter', `label=${filter}`]);
    return docker(
      'ps',
      '-aq',
      '--filter',
      `label=pltf.dev/agent=${agentLabel(agent.data)}`,
      ...given,
    )
      .split('\n')
      .filter((line) => line !== '');
  };

  test('a job has no container that waits, and its image runs what it starts by itself, once', async () => {
    const files = { 'server.js': "console.log('counted', process.env.GREETING); process.exit(6)" };
    const known = await release(files);
    const run = { command: undefined, serves: false, runsToEnd: true } as unknown as Wish['run'];
    const placement = await reach('report.prod', 1, { release: known, hosts: [], run: run ?? {} });
    const before = own('pltf.dev/placement=report.prod');

    const task = {
      ...{ owner, in: { release: known.digest }, run: { program: true as const } },
      ...{ env: { GREETING: 'hello' }, files: [], timeoutMs: 30_000, memoryMiB: 128 },
      ...{ placement: 'report.prod', isolation: 'docker' as const },
    };
    await agent.client.task('report-now', task);
    await agent.client.task('report-now', task);
    const result = await agent.client.taskResult('report-now');

    expect(placement).toMatchObject({ phase: 'running', instances: [] });
    expect(before).toEqual([]);
    expect(result).toMatchObject({ state: 'finished', exitCode: 6 });
    expect(await agent.client.taskLog('report-now')).toBe('counted hello\n');
    await agent.client.remove('report.prod');
  });

  test('a container has no root, nothing to write to but /tmp, no privileges to gain, and limits', async () => {
    await reach('closed.prod', 1, {
      release: await release({ 'server.js': prober }),
      run: { memoryMiB: 200, cpu: 0.5 },
    });

    const seen = JSON.parse((await visit(agent.routerPort, 'closed.localhost')).text);
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(seen.status)?.[1];
    expect(Number(field('Uid')?.split('\t')[0])).toBeGreaterThan(0);
    expect(Number(field('Gid')?.split('\t')[0])).toBeGreaterThan(0);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect([set, Number.parseInt(field(set) ?? 'f', 16)]).toEqual([set, 0]);
    }
    expect(field('NoNewPrivs')).toBe('1');
    expect(seen).toMatchObject({ root: 'EROFS', etc: 'EROFS', tmp: 'done', socket: false });
    const [id = ''] = own('pltf.dev/placement=closed.prod');
    const { HostConfig } = JSON.parse(docker('inspect', id))[0];
    expect(HostConfig).toMatchObject({
      Memory: 200 * 1024 * 1024,
      MemorySwap: 200 * 1024 * 1024,
      NanoCpus: 5e8,
      PidsLimit: 512,
      Privileged: false,
      RestartPolicy: { Name: 'no' },
    });
    await agent.client.remove('closed.prod');
  }, 90_000);

  test('a container reaches neither its neighbours, nor other environments, nor the world', async () => {
    const known = await release({ 'server.js': prober });
    await reach('one.prod', 1, { release: known });
    await reach('two.prod', 1, { release: known });
    await reach('three.staging', 1, { release: known });
    const addressOf = (placement: string) => {
      const [id = ''] = own(`pltf.dev/placement=${placement}`);
      const { Networks } = JSON.parse(docker('inspect', id))[0].NetworkSettings;
      return Object.values<{ IPAddress: string }>(Networks)[0]?.IPAddress ?? '';
    };

    const tried = await Promise.all(
      [`${addressOf('two.prod')}:8080`, `${addressOf('three.staging')}:8080`, '1.1.1.1:53'].map(
        async (target) =>
          (await visit(agent.routerPort, 'one.localhost', `/?reach=${target}`)).text,
      ),
    );

    expect(tried).not.toContain('connected');
    const self = `${addressOf('one.prod')}:8080`;
    const { text } = await visit(agent.routerPort, 'one.localhost', `/?reach=${self}`);
    expect(text).toBe('connected');
    for (const id of ['one.prod', 'two.prod', 'three.staging']) await agent.client.remove(id);
  }, 120_000);

  test('a container calls what its service has declared, by its name, and nothing else', async () => {
    const caller = `
      require('node:http').createServer(async (request, response) => {
        const wanted = new URL(request.url, 'http://x').searchParams.get('call');
        const answer = await fetch(wanted ?? process.env.PAYMENTS_URL).catch((error) => ({ status: error.cause?.code, text: () => '' }));
        response.end(answer.status + ' ' + await answer.text());
      }).listen(process.env.PORT, process.env.HOST);`;
    const known = await release({ 'server.js': webProgram('paid') });
    await reach('payments.prod', 1, { release: known });
    await reach('private.prod', 1, { release: known });
    const edge = { need: 'payments', placement: 'payments.prod', host: 'payments.localhost' };
    await reach('asking.prod', 1, {
      release: await release({ 'server.js': caller }),
      edges: [edge],
    });
    const call = (url = '') =>
      visit(agent.routerPort, 'asking.localhost', url === '' ? '/' : `/?call=${url}`);

    expect((await call()).text).toMatch(/^200 paid payments\.prod/);
    const gateway = docker(
      'network',
      'inspect',
      '-f',
      '{{(index .IPAM.Config 0).Gateway}}',
      `pltf-${agentLabel(agent.data)}-prod`,
    );
    expect((await call(`http://${gateway}:${agent.routerPort}/`)).text).toMatch(/^403 /);
    const other = wish(2, {
      ...{ id: 'asking.prod', hosts: ['asking.localhost'], isolation: 'docker' },
      release: known,
      edges: [{ ...edge, need: 'secret', host: 'private.localhost' }],
    });
    await reach('asking.prod', 2, { ...other, release: await release({ 'server.js': caller }) });
    expect((await call(`http://private.localhost:${agent.routerPort}/`)).text).toMatch(/^403 /);
    for (const id of ['asking.prod', 'payments.prod', 'private.prod'])
      await agent.client.remove(id);
  }, 120_000);

  test('a release without a Dockerfile, and one whose Dockerfile fails, say so with the remedy', async () => {
    number += 1;
    const bare = await placedRelease(agent.client, repository, number, { 'server.js': '' });
    await put('bare.prod', 1, { release: bare });
    const without = await agent.client.rolledOut('bare.prod', 1, 30_000);
    expect(without.rollout).toMatchObject({
      step: 'failed',
      reason: { code: 'dockerfile-missing' },
    });
    expect(without.rollout?.reason?.fix).toContain('Add a Dockerfile');

    const failing = await release({
      Dockerfile: 'FROM node:22-slim\nWORKDIR /app\nRUN echo almost there && exit 7\nCOPY . .\n',
    });
    await put('bare.prod', 2, { release: failing });
    const failed = await agent.client.rolledOut('bare.prod', 2, 60_000);
    const { reason } = failed.rollout ?? {};
    expect(reason?.code).toBe('image-build-failed');
    expect(reason?.detail).toMatch(/RUN echo almost there && exit 7/);
    expect(reason?.detail).toMatch(/7/);
    expect(reason?.log).toContain('almost there');

    const wrong = await release({ Dockerfile: 'FROM node:22-slim\nRUNN echo\n' });
    await put('bare.prod', 3, { release: wrong });
    const { rollout } = await agent.client.rolledOut('bare.prod', 3, 60_000);
    expect(rollout?.reason?.detail).toMatch(
      /could not be built: .*line 2: unknown instruction: RUNN/,
    );
    const lines = await agent.client.raw('GET', `/v1/images/${failing.digest}/log`);
    expect(lines.text).toContain('almost there');
    await agent.client.remove('bare.prod');
  }, 90_000);

  test('an image is built once, bears its origin, and tells what is in it', async () => {
    const lock = {
      lockfileVersion: 3,
      packages: {
        '': { name: 'shop', version: '1.0.0' },
        'node_modules/left-pad': { version: '1.3.0', integrity: 'sha512-AAAA' },
        'node_modules/@acme/kit': { version: '2.0.1' },
        'node_modules/vitest': { version: '4.0.0', dev: true },
      },
    };
    const known = await release({
      'server.js': webProgram('once'),
      'package-lock.json': JSON.stringify(lock),
    });
    const plan = { source: 'https://git.example.com/shop.git' };
    await reach('once.staging', 1, { release: known, image: plan });
    await reach('once.prod', 1, { release: known, image: plan, hosts: ['once-prod.localhost'] });

    const image = JSON.parse((await agent.client.raw('GET', `/v1/images/${known.digest}`)).text);
    expect(image).toMatchObject({ state: 'ready', builder: 'buildkit' });
    const { Config } = JSON.parse(docker('image', 'inspect', image.image))[0];
    expect(Config.Labels).toMatchObject({
      'org.opencontainers.image.source': plan.source,
      'org.opencontainers.image.revision': known.commit,
      'org.opencontainers.image.created': image.startedAt,
      'pltf.dev/release': known.digest,
    });
    const used = own('pltf.dev/release').map((id) => docker('inspect', '-f', '{{.Image}}', id));
    expect(new Set(used)).toEqual(new Set([image.image]));
    const sbom = JSON.parse(
      (await agent.client.raw('GET', `/v1/images/${known.digest}/sbom`)).text,
    );
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    expect(sbom.components.map(({ purl }: { purl: string }) => purl)).toEqual([
      'pkg:npm/%40acme/kit@2.0.1',
      'pkg:npm/left-pad@1.3.0',
    ]);
    const origin = await agent.client.raw('GET', `/v1/images/${known.digest}/provenance`);
    const statement = JSON.parse(origin.text);
    expect(statement.subject[0].digest.sha256).toBe(image.image.replace('sha256:', ''));
    expect(statement.predicate.buildDefinition.resolvedDependencies).toContainEqual({
      uri: `git+${plan.source}`,
      digest: { gitCommit: known.commit },
    });
    await agent.client.remove('once.staging');
    await agent.client.remove('once.prod');
  }, 120_000);

  test('what .dockerignore names is not in the image', async () => {
    const lister = webProgram('x').replace(
      "'x '",
      "require('node:fs').readdirSync('/app').join(' ')",
    );
    const known = await release({
      'server.js': lister,
      'notes.md': 'private',
      'README.md': 'public',
      '.dockerignore': '*.md\n!README.md\nDockerfile\n',
    });

    await reach('ignoring.prod', 1, { release: known });

    const { text } = await visit(agent.routerPort, 'ignoring.localhost');
    expect(text).toContain('README.md');
    expect(text).toContain('server.js');
    expect(text).not.toContain('notes.md');
    await agent.client.remove('ignoring.prod');
  }, 90_000);

  test('an engine that is away is told, stops nobody else, and is waited for', async () => {
    const known = await release({ 'server.js': webProgram('away') });
    const before = await reach('away.prod', 1, { release: known });
    await proxy.cut();

    // What runs is still reached: the engine is not in the way of requests.
    expect((await visit(agent.routerPort, 'away.localhost')).status).toBe(200);
    await agent.client.until('away.prod', ({ phase }) => phase === 'running');
    const processes = { id: 'plain.prod', hosts: ['plain.localhost'], release: known };
    await agent.client.put(wish(1, processes));
    expect((await agent.client.rolledOut('plain.prod', 1)).phase).toBe('running');
    const { docker: facts } = await agent.client.waitReady();
    await pause(2100);
    expect(facts === undefined ? undefined : (await agent.client.waitReady()).docker).toMatchObject(
      {
        available: false,
        detail: expect.stringContaining('does not answer'),
      },
    );
    // A new wish waits for the engine.
    await put('away.prod', 2, { release: known, restarts: 1 });
    await pause(500);
    await proxy.restore();

    const after = await agent.client.rolledOut('away.prod', 2, 30_000);
    expect(after).toMatchObject({ phase: 'running', rollout: { step: 'done' } });
    const containers = ({ instances }: typeof after) => instances.map(({ container }) => container);
    expect(containers(before)[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(containers(after)).not.toContain(containers(before)[0]);
    const said = (await agent.client.logs('away.prod')).map(({ text }) => text);
    expect(said.some((text) => text.includes('does not answer'))).toBe(true);
    await agent.client.remove('away.prod');
    await agent.client.remove('plain.prod');
  }, 90_000);

  test('an agent that starts without its engine serves at once, and takes its containers up later', async () => {
    const known = await release({ 'server.js': webProgram('later') });
    const before = await reach('later.prod', 1, { release: known });
    await agent.kill('SIGKILL');
    await proxy.cut();
    await agent.restart();

    expect((await visit(agent.routerPort, 'later.localhost')).status).toBe(200);
    const removing = agent.client.raw('DELETE', '/v1/placements/later.prod');
    expect((await removing).status).toBe(202);
    await pause(300);
    expect((await agent.client.get('later.prod')).phase).toBe('removing');
    expect(before.phase).toBe('running');
    await proxy.restore();

    await agent.client.remove('later.prod');
    expect(own('pltf.dev/placement=later.prod')).toEqual([]);
  }, 90_000);

  test('what no record knows is removed at the next start, what is not its own never', async () => {
    const known = await release({ 'server.js': webProgram('kept') });
    await reach('kept.prod', 1, { release: known });
    const label = agentLabel(agent.data);
    const stray = (agentMark: string, name: string) =>
      docker(
        ...['run', '-d', '--label', `pltf.dev/agent=${agentMark}`],
        ...['--label', `pltf.dev/instance=${name}`, 'node:22-slim', 'sleep', '1000'],
      );
    const mine = stray(label, 'gone.prod.9');
    const foreign = stray('ffffffff', 'kept.prod.9');
    try {
      await agent.kill('SIGKILL');
      await agent.restart();
      const end = Date.now() + 10_000;
      while (own().includes(mine.slice(0, 12)) && Date.now() < end) await pause(50);

      expect(own()).not.toContain(mine.slice(0, 12));
      expect(docker('inspect', '-f', '{{.State.Running}}', foreign)).toBe('true');
      expect((await visit(agent.routerPort, 'kept.localhost')).status).toBe(200);
    } finally {
      docker('rm', '-f', foreign);
    }
    await agent.client.remove('kept.prod');
    await agent.client.raw('DELETE', `/v1/releases/${known.digest}`);
    const end = Date.now() + 10_000;
    const left = () => leftInDocker(label).filter((line) => !line.startsWith('image'));
    while (left().length > 0 && Date.now() < end) await pause(50);
    expect(left()).toEqual([]);
    expect(own()).toEqual([]);
    const image = async () => (await agent.client.raw('GET', `/v1/images/${known.digest}`)).status;
    while ((await image()) !== 404 && Date.now() < end) await pause(50);
    expect(await image()).toBe(404);
  }, 90_000);

  test('a placement moves from processes to containers and back without losing a request', async () => {
    const known = await release({ 'server.js': webProgram('moving') });
    await agent.client.put(
      wish(1, { id: 'moving.prod', hosts: ['moving.localhost'], release: known }),
    );
    await agent.client.rolledOut('moving.prod', 1);
    const failures: string[] = [];
    let asking = true;
    const asked = (async () => {
      while (asking) {
        const { status } = await visit(agent.routerPort, 'moving.localhost');
        if (status !== 200) failures.push(String(status));
        await pause(5);
      }
    })();

    await reach('moving.prod', 2, { release: known });
    expect(own('pltf.dev/placement=moving.prod').length).toBeGreaterThan(0);
    await agent.client.put(
      wish(3, { id: 'moving.prod', hosts: ['moving.localhost'], release: known, keepWarmMs: 0 }),
    );
    await agent.client.rolledOut('moving.prod', 3, 30_000);

    asking = false;
    await asked;
    expect(failures).toEqual([]);
    expect(own('pltf.dev/placement=moving.prod')).toEqual([]);
    await agent.client.remove('moving.prod');
  }, 90_000);
});
