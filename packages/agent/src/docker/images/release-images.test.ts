import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openReleaseStore } from '../../release/release-store.ts';
import { findTools } from '../../sandbox/tools.ts';
import { openEngineAccess } from '../engine-access.ts';
import { type ImageFiles, openImageFiles } from './image-files.ts';
import { createRegistryAccess } from './registry-access.ts';
import { createReleaseImages } from './release-images.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'pltf-images-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const engineSocket = () => path.join(root, 'engine.sock');

/** An engine that builds as `build` says; of what it has built it knows the user. */
async function engineThat(build: (answer: ServerResponse, attempt: number) => void) {
  let attempts = 0;
  const server = createServer((request, answer) => {
    request.resume();
    const { url = '' } = request;
    if (url === '/_ping') answer.setHeader('api-version', '1.41').end('OK');
    else if (/\/images\/.*json/.test(url))
      answer.end(JSON.stringify({ Id: 'sha256:made', Config: { User: '1000' } }));
    else {
      attempts += 1;
      answer.write('{"stream":"Step 1/2 : FROM scratch\\n"}\n', () => build(answer, attempts));
    }
  });
  await new Promise<void>((resolve) => server.listen(engineSocket(), resolve));
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

/** A release with a Dockerfile, in the bytes of its archive. */
function archive(): Buffer {
  const folder = path.join(root, 'source');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'Dockerfile'), 'FROM scratch\nCOPY . .\n');
  return execFileSync('tar', ['-c', '-C', folder, '.']);
}

/** Without an engine, every attempt fails. `files` may be slower than a disk at rest. */
async function imagesOver(
  slow: (files: ImageFiles) => ImageFiles = (files) => files,
  limits = { makeMs: 1000, engineMs: 0 },
) {
  const log = pino({ level: 'silent' });
  const [images, archives] = [path.join(root, 'images'), path.join(root, 'releases')];
  for (const folder of [images, archives]) mkdirSync(folder);
  const releases = openReleaseStore(archives, findTools((process.env['PATH'] ?? '').split(':')));
  const { digest } = await releases.store(Readable.from([archive()]), Promise.resolve());
  const access = openEngineAccess({ host: `unix://${engineSocket()}`, agent: 'test', log });
  const made = createReleaseImages({
    ...{ access, releases, log, agent: 'test', now: () => new Date() },
    registries: createRegistryAccess(undefined),
    files: slow(openImageFiles(images)),
    limits,
  });
  const put = (attempt: string) =>
    made.put({
      owner: { team: 'red', component: 'shop' },
      release: { digest, commit: '0'.repeat(40) },
      ...{ plan: {}, attempt },
    });
  return { made, put, digest, close: () => access.close() };
}

test('an image that is begun is building, however long its first record takes, whatever came of an attempt before', async () => {
  let arrive = (): void => undefined;
  let waits = false;
  const { made, put, digest, close } = await imagesOver((files) => ({
    ...files,
    write: async (image) => {
      if (waits && image.state === 'building')
        await new Promise<void>((resolve) => {
          arrive = resolve;
        });
      await files.write(image);
    },
  }));

  await put('one');
  const failed = await made.finished(digest);
  waits = true;
  const begun = await put('two');
  arrive();
  const ended = await made.finished(digest);
  await close();

  expect(failed).toMatchObject({ state: 'failed', attempt: 'one' });
  expect(begun).toMatchObject({ state: 'building', attempt: 'two', release: digest });
  expect(ended).toMatchObject({ state: 'failed', attempt: 'two' });
});

test('a build that never ends is ended, and its time is said', async () => {
  const stop = await engineThat(() => undefined);
  const { made, put, digest, close } = await imagesOver(undefined, {
    makeMs: 1000,
    engineMs: 5000,
  });

  await put('one');
  const ended = await made.finished(digest);
  await close();
  stop();

  expect(ended).toMatchObject({ state: 'failed', reason: { code: 'image-build-failed' } });
  expect(ended.reason?.detail).toMatch(/The build took longer than .* min/);
  expect(ended.reason?.log).toContain('Step 1/2 : FROM scratch');
});

test('a build goes on when the engine goes away in the middle and comes back', async () => {
  const stop = await engineThat((answer, attempt) => {
    if (attempt === 1) answer.destroy();
    else answer.end('{"aux":{"ID":"sha256:made"}}\n');
  });
  const { made, put, digest, close } = await imagesOver(undefined, {
    makeMs: 5000,
    engineMs: 5000,
  });

  await put('one');
  const ended = await made.finished(digest);
  const said = (await made.log(digest)).lastLines(10).map(({ text }) => text);
  await close();
  stop();

  expect(ended).toMatchObject({ state: 'ready', image: 'sha256:made', user: '1000' });
  expect(said).toContainEqual(expect.stringMatching(/does not answer.*Waiting for it/));
});
