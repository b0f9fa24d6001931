import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wantedPlacement } from '../../../../modules/runtime/testing/rollout-records.ts';
import { openEnvironmentRepo } from '../../../environment-repo/index.ts';
import { gitopsWorld, gitText, type World } from '../testing/gitops-world.ts';

const manifest = 'rings/default/ad/users-api--prod/manifest.yaml';
const ref = 'refs/heads/main';
let folder: string;
let hosted: string;
let world: World;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pltf-hosted-'));
  hosted = join(folder, 'hosted.git');
  await gitText(hosted, ['init', '--bare', '--quiet', hosted]);
  world = await gitopsWorld({ location: pathToFileURL(hosted).href });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('a commit of somebody else in between is built upon, not forced away', async () => {
  await world.driver.apply(wantedPlacement());
  const path = process.env['PATH'] ?? '';
  await using others = await openEnvironmentRepo({ location: hosted, root: folder, path });
  const text = new TextEncoder().encode('ours');
  await others.commit({ ref, changes: new Map([['NOTES.md', text]]), message: 'Notes' });

  await world.driver.apply(wantedPlacement({ release: 2, revision: 2 }));

  const subjects = await gitText(hosted, ['log', '--format=%s', ref]);
  expect(subjects.split('\n')).toEqual([
    'users-api.prod: release 2',
    'Notes',
    'users-api.prod: release 1',
  ]);
  expect(await gitText(hosted, ['show', `${ref}:NOTES.md`])).toBe('ours');
});

test('while the host is away a commit waits and says so, and goes out once it is back', async () => {
  await world.driver.apply(wantedPlacement());
  await rename(hosted, `${hosted}.away`);

  const away = await world.driver.apply(wantedPlacement({ release: 2, revision: 2 }));
  await rename(`${hosted}.away`, hosted);
  const driver = await world.restart();
  await driver.apply(wantedPlacement({ release: 2, revision: 2 }));

  expect(away.phase).toBe('rolling');
  expect(away.notes?.some(({ because }) => /could not be written|cannot be/.test(because))).toBe(
    true,
  );
  expect(await gitText(hosted, ['show', `${ref}:${manifest}`])).toContain('pltf.dev/release: "2"');
});

test('a ring that another platform writes is left alone, until its owner is gone', async () => {
  await world.driver.apply(wantedPlacement());
  const before = await gitText(hosted, ['rev-parse', ref]);
  const location = pathToFileURL(hosted).href;
  await using other = await gitopsWorld({ location, platform: 'ffffffff' });

  const refused = await other.driver.apply(wantedPlacement({ component: 'accounts-api' }));
  const head = await gitText(hosted, ['rev-parse', ref]);
  await other.repo.commit({
    ...{ ref, changes: new Map([['rings/default/PLATFORM', undefined]]), message: 'It is gone' },
  });
  const driver = await other.restart();
  await driver.apply(wantedPlacement({ component: 'accounts-api' }));

  expect(refused.notes?.map(({ because }) => because).join()).toContain(
    'is written by the platform 0a1b2c3d (https://portal.example.com), and this one is ffffffff. Give the runtime a `ring` of its own.',
  );
  expect(head).toBe(before);
  expect(await gitText(hosted, ['show', `${ref}:rings/default/PLATFORM`])).toContain('ffffffff');
});

test('a removal that the host refuses says so to whoever looks, until it takes it', async () => {
  await world[Symbol.asyncDispose]();
  world = await gitopsWorld({ location: pathToFileURL(hosted).href, reported: false });
  await world.driver.apply(wantedPlacement());
  const hook = join(hosted, 'hooks/pre-receive');
  await mkdir(join(hosted, 'hooks'), { recursive: true });
  await writeFile(hook, '#!/bin/sh\necho "GH006: protected branch" >&2\nexit 1\n', { mode: 0o755 });

  const removing = world.driver.remove('users-api.prod');
  await expect(removing).rejects.toMatchObject({ code: 'environment-repository-refused' });
  const refused = await world.driver.observe('users-api.prod');
  await rm(hook);
  const after = await world.driver.remove('users-api.prod');

  expect(refused).toMatchObject({ phase: 'removing' });
  expect(refused.leftovers.join()).toContain('GH006: protected branch');
  expect(after).toMatchObject({ unproved: expect.stringContaining('removed') as string });
});

test('a promoter finds what is proposed, and its note, on the host', async () => {
  const location = pathToFileURL(hosted).href;
  await using promoted = await gitopsWorld({ location, rule: { hydrate: 'promoter' } });

  await promoted.driver.apply(wantedPlacement({ release: 12 }));
  await promoted.driver.apply(wantedPlacement({ release: 12 }));

  const proposed = 'refs/heads/environment/prod-next/users-api';
  const commit = await gitText(hosted, ['rev-parse', proposed]);
  const notes = ['notes', '--ref', 'refs/notes/hydrator.metadata', 'show', commit];
  expect(await gitText(hosted, ['rev-list', '--count', proposed])).toBe('1');
  expect(JSON.parse(await gitText(hosted, notes))).toEqual({ drySha: '12'.padStart(40, '0') });
  expect(await gitText(hosted, ['show', `${proposed}:users-api/hydrator.metadata`])).toContain(
    'drySha',
  );
});
