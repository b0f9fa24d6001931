import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformFile, PltfError } from '@pltf/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WantedPlacement } from '../../../modules/runtime/index.ts';
import { wantedPlacement } from '../../../modules/runtime/placement/wanted.ts';
import { placement, source } from '../../../modules/runtime/testing/placements.ts';
import { AgentClient } from './agent-client.ts';
import { AgentImages } from './agent-images.ts';

const digest = source.release.digest;
const reference = `registry.example.com/pltf/shop@sha256:${'c'.repeat(64)}`;

let folder: string;
let server: Server;
let agent: AgentClient;
let images: AgentImages;
let asked: unknown[] = [];
let woken: string[] = [];
/** What the agent knows of the image, and whoever waits for it. */
let state: Record<string, unknown>;
let finish: (() => void)[] = [];

beforeEach(async () => {
  [asked, woken, finish] = [[], [], []];
  state = { release: digest, state: 'building', attempt: 'a', startedAt: new Date().toISOString() };
  folder = await mkdtemp(join(tmpdir(), 'pltf-images-'));
  const socketPath = join(folder, 'agent.sock');
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (): void => void response.end(JSON.stringify(state));
      if (request.method === 'PUT') asked.push(JSON.parse(Buffer.concat(chunks).toString()));
      if (request.url?.endsWith('?wait=1') === true) finish.push(answer);
      else answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  agent = new AgentClient({ socketPath });
  images = new AgentImages({
    ...{ agent, repositoryUrl: (name) => `http://localhost/git/${name}.git` },
    registryOf: (runtime) => (runtime === 'east' ? 'registry.example.com/pltf' : undefined),
    resolve: async (name) => {
      if (name === 'gone:1') throw new PltfError('image-missing', { detail: 'there is none' });
      return `${name}@sha256:${'d'.repeat(64)}`;
    },
    wake: (id) => woken.push(id),
  });
});
afterEach(async () => {
  await images[Symbol.asyncDispose]();
  await agent[Symbol.asyncDispose]();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

function wanted(runtime = 'east', image?: string): WantedPlacement {
  const made = wantedPlacement(placement, source, {
    platform: { version: 1, digest: '', file: PlatformFile.parse({}), guardrails: new Map() },
    ...{
      goldenPaths: [],
      surroundings: { repository: '', routerPort: 7080 },
      ends: { callers: [], ports: new Map(), morePorts: new Map() },
    },
  });
  if (made === undefined) throw new Error('prod is there');
  const run = { ...made.object.spec.run, buildArgs: { NODE: '22' } };
  const spec = { ...made.object.spec, run, runtime, ...(image === undefined ? {} : { image }) };
  return { ...made, object: { ...made.object, spec } };
}

test('a build is never waited for: its end wakes the placements, each once', async () => {
  const first = await images.image(wanted());
  await images.image(wanted());
  state = { ...state, state: 'ready', reference, user: '1000:1000' };
  await expect.poll(() => finish.length).toBe(1);
  for (const end of finish) end();

  await expect.poll(() => woken).toEqual(['shop.prod']);
  expect(first).toEqual({ state: 'building' });
  expect(await images.image(wanted())).toEqual({ state: 'ready', reference, user: 1000 });
  expect(asked[0]).toMatchObject({
    plan: {
      ...{ registry: 'registry.example.com/pltf', source: 'http://localhost/git/shop.git' },
      args: { NODE: '22' },
    },
    ...{ attempt: 'shop.prod-3', release: { digest } },
  });
});

test.each([
  ['', 10_001],
  ['root', 10_001],
  ['0:0', 10_001],
  ['node', 10_001],
  ['65532', 65_532],
  [undefined, undefined],
])('an image whose user is %j runs as %j', async (user, expected) => {
  state = { ...state, state: 'ready', reference, user };

  expect(await images.image(wanted())).toMatchObject({ state: 'ready', reference });
  expect(await images.image(wanted())).toHaveProperty('state', 'ready');
  expect(await images.image(wanted()).then((one) => 'user' in one && one.user)).toBe(
    expected ?? false,
  );
});

test('a build that failed says why, with its last lines', async () => {
  const reason = { code: 'image-build-failed', detail: 'step 3', fix: 'mend it', log: ['npm ERR'] };
  state = { ...state, state: 'failed', reason };

  expect(await images.image(wanted())).toEqual({ state: 'failed', reason });
});

test('a runtime without a registry is told of, with the remedy', async () => {
  expect(await images.image(wanted('west'))).toMatchObject({
    state: 'failed',
    reason: { detail: 'the runtime `west` has no registry for images' },
  });
  expect(asked).toEqual([]);
});

test('an image instead of a build is named by digest, and nothing is built', async () => {
  expect(await images.image(wanted('east', 'nginx:1.27'))).toEqual({
    state: 'ready',
    reference: `nginx:1.27@sha256:${'d'.repeat(64)}`,
  });
  expect(await images.image(wanted('east', 'gone:1'))).toMatchObject({
    state: 'failed',
    reason: { code: 'image-missing' },
  });
  expect(asked).toEqual([]);
});
