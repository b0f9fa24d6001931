import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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

/** Without an engine: every attempt fails. `files` may be slower than a disk at rest. */
async function imagesOver(slow: (files: ImageFiles) => ImageFiles) {
  const log = pino({ level: 'silent' });
  const [images, archives] = [path.join(root, 'images'), path.join(root, 'releases')];
  for (const folder of [images, archives]) mkdirSync(folder);
  const releases = openReleaseStore(archives, findTools((process.env['PATH'] ?? '').split(':')));
  const { digest } = await releases.store(Readable.from([Buffer.alloc(1024)]), Promise.resolve());
  const access = openEngineAccess({ host: `unix://${root}/none.sock`, agent: 'test', log });
  const made = createReleaseImages({
    ...{ access, releases, log, agent: 'test', now: () => new Date() },
    registries: createRegistryAccess(undefined),
    files: slow(openImageFiles(images)),
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
