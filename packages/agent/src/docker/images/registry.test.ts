import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  placedRelease,
  type SampleRepository,
  type Wish,
  webProgram,
  wish,
} from '../../testing/sample-programs.ts';

const port = 15_000 + (process.pid % 4000);
const host = `127.0.0.1:${port}`;
const registryProgram = '/usr/bin/docker-registry';
const hasRegistry = existsSync(registryProgram);
const missing = withoutDocker() ?? (hasRegistry ? undefined : 'no docker-registry is installed');

/** A real registry with nothing in it. */
async function startRegistry(folder: string): Promise<ChildProcess> {
  const config = path.join(folder, 'registry.yml');
  const storage = path.join(folder, 'registry');
  mkdirSync(storage);
  writeFileSync(
    config,
    `version: 0.1\nstorage: {filesystem: {rootdirectory: ${storage}}}\nhttp: {addr: '${host}'}\n`,
  );
  const child = spawn(registryProgram, ['serve', config], { stdio: 'ignore' });
  for (let tries = 0; tries < 100; tries += 1) {
    const there = await fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (there) return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the registry does not answer');
}

describe.skipIf(missing !== undefined)(`images in a registry (${missing ?? 'a real one'})`, () => {
  let folder: string;
  let registry: ChildProcess;
  let agent: AgentProcess;
  let repository: SampleRepository;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pltf-registry-'));
    registry = await startRegistry(folder);
    agent = await startAgentProcess();
    repository = createRepository(agent.data);
  });
  afterAll(async () => {
    const label = agentLabel(agent.data);
    await agent[Symbol.asyncDispose]();
    registry.kill();
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
    const placement = await agent.client.rolledOut('shop.prod', 1, 60_000);
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
    await agent.client.rolledOut('shop.prod', 1, 60_000);
    expect((await imageOf(known.digest)).startedAt).toBe(image.startedAt);
    expect(docker('image', 'inspect', '-f', '{{.Id}}', image.image)).toBe(image.image);
    await agent.client.remove('shop.prod');
  }, 120_000);

  test('a ready image is brought by its name, means one digest for its release, and is said when there is none', async () => {
    const built = await release(3);
    const place = {
      release: built,
      isolation: 'docker' as const,
      image: { registry: `${host}/pltf` },
    };
    await agent.client.put(wish(1, place));
    await agent.client.rolledOut('shop.prod', 1, 60_000);
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
    const placement = await agent.client.rolledOut('shop.prod', 1, 60_000);

    expect(placement).toMatchObject({ phase: 'running', serving: { number: 4 } });
    expect((await imageOf(bare.digest)).reference).toBe(reference);
    await agent.client.remove('shop.prod');
    const other = await placedRelease(agent.client, repository, 5, { 'README.md': 'neither' });
    await agent.client.put(
      wish(1, { release: other, isolation: 'docker', run, image: { named: `${host}/gone:1` } }),
    );
    const { rollout } = await agent.client.rolledOut('shop.prod', 1, 60_000);
    expect(rollout).toMatchObject({ step: 'failed', reason: { code: 'image-missing' } });
    expect(rollout?.reason?.detail).toContain(`${host}/gone:1`);
    expect(rollout?.reason?.fix).toContain('docker login');
    await agent.client.remove('shop.prod');
  }, 120_000);

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
});
