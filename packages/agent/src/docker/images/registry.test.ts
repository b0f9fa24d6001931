import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentProcess, startAgentProcess } from '../../testing/agent-process.ts';
import {
  agentLabel,
  clearDocker,
  docker,
  dockerfile,
  withoutDocker,
} from '../../testing/docker.ts';
import {
  createRepository,
  owner,
  placedRelease,
  type SampleRepository,
  type Wish,
  webProgram,
  wish,
} from '../../testing/sample-programs.ts';

const port = 15_000 + (process.pid % 4000);
const host = `127.0.0.1:${port}`;
const closedHost = `127.0.0.1:${port + 4000}`;
const registryProgram = '/usr/bin/docker-registry';
const hasRegistry = existsSync(registryProgram);
const missing = withoutDocker() ?? (hasRegistry ? undefined : 'no docker-registry is installed');

/** `somebody:word`, as htpasswd writes it. */
const users = 'somebody:$2y$05$abcdefghijklmnopqrstuuQDoL5Sa/TtfS/XN4AY/jgq.HBbO1BTu\n';
const login = { auth: Buffer.from('somebody:word').toString('base64') };

/** A real registry with nothing in it; a closed one asks who somebody is. */
async function startRegistry(folder: string, host: string, closed = false): Promise<ChildProcess> {
  mkdirSync(folder);
  const config = path.join(folder, 'registry.yml');
  const storage = path.join(folder, 'storage');
  const secrets = path.join(folder, 'users');
  mkdirSync(storage);
  writeFileSync(secrets, users);
  const lines = [
    'version: 0.1',
    `storage: {filesystem: {rootdirectory: ${storage}}}`,
    `http: {addr: '${host}'}`,
    ...(closed ? [`auth: {htpasswd: {realm: closed, path: ${secrets}}}`] : []),
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const child = spawn(registryProgram, ['serve', config], { stdio: 'ignore' });
  for (let tries = 0; tries < 100; tries += 1) {
    const there = await fetch(`http://${host}/v2/`).then(
      ({ status }) => status === 200 || status === 401,
      () => false,
    );
    if (there) return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the registry does not answer');
}

/** In front of a registry, it asks for a token and gives one to everybody, as Docker's own registry does. */
async function tokenRegistry(behind: string) {
  const server = createServer((request, answer) => {
    if (request.url?.startsWith('/token') === true) {
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify({ token: 'everybody', access_token: 'everybody' }));
    } else if (request.headers.authorization === undefined) {
      const realm = `Bearer realm="http://${request.headers.host}/token",service="test"`;
      answer.writeHead(401, { 'www-authenticate': realm }).end();
    } else answer.writeHead(307, { location: `http://${behind}${request.url}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${own}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.skipIf(missing !== undefined)(`images in a registry (${missing ?? 'a real one'})`, () => {
  let folder: string;
  let registries: readonly ChildProcess[] = [];
  let agent: AgentProcess;
  let repository: SampleRepository;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pltf-registry-'));
    registries = [
      await startRegistry(path.join(folder, 'open'), host),
      await startRegistry(path.join(folder, 'closed'), closedHost, true),
    ];
    writeFileSync(
      path.join(folder, 'config.json'),
      JSON.stringify({
        auths: { [closedHost]: login },
        proxies: { default: { noProxy: 'registry.example.com' } },
      }),
    );
    agent = await startAgentProcess({ env: { DOCKER_CONFIG: folder } });
    repository = createRepository(agent.data);
  });
  afterAll(async () => {
    const label = agentLabel(agent.data);
    await agent[Symbol.asyncDispose]();
    for (const registry of registries) registry.kill();
    clearDocker(label);
    rmSync(folder, { recursive: true, force: true });
  });

  const release = (number: number) =>
    placedRelease(agent.client, repository, number, {
      'server.js': webProgram(`v${number}`),
      Dockerfile: dockerfile,
    });
  const imageOf = async (digest: string) =>
    JSON.parse((await agent.client.raw('GET', `/v1/images/${digest}`)).text);

  test('an image is pushed, is named by its digest, and comes back from there when the engine lost it', async () => {
    const known = await release(1);
    const place = {
      release: known,
      isolation: 'docker' as const,
      image: { registry: `${host}/pltf` },
    };
    await agent.client.put(wish(1, place));
    const placement = await agent.client.rolledOut('shop.prod', 1, 110_000);
    expect(placement.rollout?.reason).toBeUndefined();

    const image = await imageOf(known.digest);
    expect(image.reference).toMatch(new RegExp(`^${host}/pltf/shop@sha256:[0-9a-f]{64}$`));
    const digest = image.reference.split('@')[1];
    const manifest = await fetch(`http://${host}/v2/pltf/shop/manifests/${digest}`, {
      headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    });
    expect(manifest.status).toBe(200);
    const origin = await agent.client.raw('GET', `/v1/images/${known.digest}/provenance`);
    expect(JSON.parse(origin.text).subject).toEqual([
      { name: `${host}/pltf/shop`, digest: { sha256: digest.replace('sha256:', '') } },
    ]);

    await agent.client.remove('shop.prod');
    docker('rmi', '-f', image.image);
    await agent.client.put(wish(1, place));
    await agent.client.rolledOut('shop.prod', 1, 110_000);
    expect((await imageOf(known.digest)).startedAt).toBe(image.startedAt);
    expect(docker('image', 'inspect', '-f', '{{.Id}}', image.image)).toBe(image.image);
    await agent.client.remove('shop.prod');
  }, 240_000);

  test('a ready image is brought by its name, means one digest for its release, and is said when there is none', async () => {
    const built = await release(3);
    const place = {
      release: built,
      isolation: 'docker' as const,
      image: { registry: `${host}/pltf` },
    };
    await agent.client.put(wish(1, place));
    await agent.client.rolledOut('shop.prod', 1, 110_000);
    const { reference } = await imageOf(built.digest);
    await agent.client.remove('shop.prod');
    docker('tag', reference, `${host}/pltf/shop:ready`);
    docker('push', `${host}/pltf/shop:ready`);
    docker('rmi', `${host}/pltf/shop:ready`);
    const bare = await placedRelease(agent.client, repository, 4, { 'README.md': 'no Dockerfile' });
    const run = { command: undefined } as unknown as NonNullable<Wish['run']>;
    const named = (name: string, revision: number) =>
      agent.client.put(
        wish(revision, {
          release: bare,
          isolation: 'docker',
          run,
          image: { named: `${host}/${name}` },
        }),
      );

    await named('pltf/shop:ready', 1);
    const placement = await agent.client.rolledOut('shop.prod', 1, 110_000);

    expect(placement).toMatchObject({ phase: 'running', serving: { number: 4 } });
    expect((await imageOf(bare.digest)).reference).toBe(reference);
    await agent.client.remove('shop.prod');
    const other = await placedRelease(agent.client, repository, 5, { 'README.md': 'neither' });
    await agent.client.put(
      wish(1, { release: other, isolation: 'docker', run, image: { named: `${host}/gone:1` } }),
    );
    const { rollout } = await agent.client.rolledOut('shop.prod', 1, 110_000);
    expect(rollout).toMatchObject({ step: 'failed', reason: { code: 'image-missing' } });
    expect(rollout?.reason?.detail).toContain(`${host}/gone:1`);
    expect(rollout?.reason?.fix).toContain('docker login');
    await agent.client.remove('shop.prod');
  }, 240_000);

  test('a registry that does not answer is said, with what was built kept', async () => {
    const known = await release(2);
    const image = { registry: '127.0.0.1:9/pltf' };

    await agent.client.put(wish(1, { release: known, isolation: 'docker', image }));
    const { rollout } = await agent.client.rolledOut('shop.prod', 1, 60_000);

    expect(rollout).toMatchObject({ step: 'failed', reason: { code: 'image-push-failed' } });
    expect(rollout?.reason?.detail).toContain('127.0.0.1:9/pltf/shop');
    expect(rollout?.reason?.fix).toContain('registry');
    await agent.client.remove('shop.prod');
  }, 120_000);

  test('a build has what its author expects: a base image that needs a login, arguments, proxies, and its own list of what is left out', async () => {
    const base = `${closedHost}/team/base:1`;
    const root = path.join(folder, 'base');
    mkdirSync(path.join(root, 'etc'), { recursive: true });
    writeFileSync(path.join(root, 'etc', 'passwd'), 'node:x:1000:1000::/home/node:/bin/sh\n');
    execFileSync('tar', ['-c', '-f', path.join(folder, 'base.tar'), '-C', root, '.']);
    docker('import', path.join(folder, 'base.tar'), base);
    docker('--config', folder, 'push', base);
    docker('rmi', base);
    const { digest, commit } = await placedRelease(agent.client, repository, 6, {
      'notes.md': 'private',
      'kept.txt': 'kept',
      '.dockerignore': 'kept.txt\n',
      'Dockerfile.dockerignore': '*.md\n',
      Dockerfile: `ARG TAG\nFROM ${closedHost}/team/base:$TAG\nARG no_proxy GREETING=none\nLABEL without=$no_proxy greeting=$GREETING\nCOPY . /app/\nUSER node\nCMD ["x"]\n`,
    });

    await agent.client.raw('PUT', `/v1/images/${digest}`, {
      ...{ owner, release: { digest, commit }, attempt: 'one' },
      plan: { registry: `${closedHost}/pltf`, args: { TAG: '1', GREETING: 'hello you' } },
    });
    await agent.client.raw('GET', `/v1/images/${digest}?wait=1`);
    const image = await imageOf(digest);

    expect(image.reason).toBeUndefined();
    expect(image).toMatchObject({
      reference: expect.stringContaining(`${closedHost}/pltf/shop@sha256:`) as string,
      user: '1000:1000',
    });
    const [{ Config }] = JSON.parse(docker('image', 'inspect', image.image));
    expect(Config.Labels).toMatchObject({
      without: 'registry.example.com',
      greeting: 'hello you',
    });
    const origin = await agent.client.raw('GET', `/v1/images/${digest}/provenance`);
    expect(JSON.parse(origin.text).predicate.buildDefinition.externalParameters.buildArgs).toEqual({
      TAG: '1',
      GREETING: 'hello you',
    });
    const container = docker('create', image.image);
    const input = execFileSync('docker', ['export', container]);
    docker('rm', container);
    const files = execFileSync('tar', ['-t'], { input }).toString().split('\n');
    expect(files).toContain('app/kept.txt');
    expect(files).not.toContain('app/notes.md');
    docker('rmi', '-f', base);
  }, 60_000);

  test('a base image comes from a registry that gives a token to everybody, and what is not there is said', async () => {
    docker('import', path.join(folder, 'base.tar'), `${host}/team/open:1`);
    docker('push', `${host}/team/open:1`);
    docker('rmi', `${host}/team/open:1`);
    await using tokens = await tokenRegistry(host);
    const make = async (number: number, name: string) => {
      const { digest, commit } = await placedRelease(agent.client, repository, number, {
        Dockerfile: `FROM ${tokens.host}/team/${name}\nCOPY . /app/\nCMD ["x"]\n`,
      });
      const plan = { owner, release: { digest, commit }, attempt: 'one', plan: {} };
      await agent.client.raw('PUT', `/v1/images/${digest}`, plan);
      await agent.client.raw('GET', `/v1/images/${digest}?wait=1`);
      return imageOf(digest);
    };

    const made = await make(8, 'open:1');
    const none = await make(9, 'none:1');

    expect(made.reason).toBeUndefined();
    expect(made.state).toBe('ready');
    expect(none.reason.code).toBe('image-build-failed');
    expect(none.reason.detail).toMatch(/FROM .*none:1.*manifest unknown|FROM .*none:1.*not found/);
    docker('rmi', '-f', `${tokens.host}/team/open:1`);
  }, 60_000);

  test('nobody runs as root by another name', async () => {
    const known = await placedRelease(agent.client, repository, 7, {
      'server.js': webProgram('v7', 'console.log(`uid ${process.getuid()}`);'),
      Dockerfile: [
        'FROM node:22-slim',
        "RUN echo 'toor:x:0:0::/:/bin/sh' >> /etc/passwd",
        dockerfile.replace(/^FROM.*/, 'USER toor'),
      ].join('\n'),
    });

    await agent.client.put(wish(1, { release: known, isolation: 'docker' }));
    const { rollout } = await agent.client.rolledOut('shop.prod', 1, 60_000);

    expect(rollout?.reason).toBeUndefined();
    const lines = (await agent.client.logs('shop.prod')).map(({ text }) => text);
    expect(lines).toContainEqual(expect.stringMatching(/^uid [1-9]/));
    await agent.client.remove('shop.prod');
  }, 120_000);
});
