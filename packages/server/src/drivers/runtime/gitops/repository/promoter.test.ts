import { hydrationNotes } from '@pltf/plan/render';
import { afterEach, expect, test } from 'vitest';
import { wantedPlacement } from '../../../../modules/runtime/testing/rollout-records.ts';
import { gitopsWorld, gitText, type World } from '../testing/gitops-world.ts';
import { propose } from './promoter.ts';

let world: World;
afterEach(() => world[Symbol.asyncDispose]());
const proposed = 'refs/heads/environment/prod-next/users-api';
const active = 'refs/heads/environment/prod';
const given = async (): Promise<World> => {
  world = await gitopsWorld({ rule: { hydrate: 'promoter' } });
  await world.repo.commit({
    ref: active,
    changes: new Map([['README.md', new TextEncoder().encode('prod')]]),
    message: 'The active branch',
  });
  return world;
};
const text = async (ref: string, path: string): Promise<string> => {
  const head = (await world.repo.head(ref)) ?? '';
  return new TextDecoder().decode(await world.repo.read(head, path));
};
const noteOf = async (): Promise<unknown> =>
  JSON.parse(
    (await world.repo.readNote((await world.repo.head(proposed)) ?? '', hydrationNotes)) ?? '',
  );

test('what is rendered is proposed beside the active branch, and names its dry commit', async () => {
  await given();

  const observed = await world.driver.apply(wantedPlacement({ release: 12 }));

  const dry = '12'.padStart(40, '0');
  expect(await text(proposed, 'users-api/manifest.yaml')).toContain('kind: Deployment');
  expect(JSON.parse(await text(proposed, 'users-api/hydrator.metadata'))).toMatchObject({
    drySha: dry,
    author: 'Ada Lovelace <ada@example.com>',
    subject: 'Count faster',
  });
  expect(await noteOf()).toEqual({ drySha: dry });
  expect(await text(proposed, 'README.md')).toBe('prod');
  expect(observed.phase).toBe('rolling');
});

test('the agent follows the active branch, below the folder', async () => {
  await given();
  await world.driver.apply(wantedPlacement());

  const follower = await world.file('argocd/default/followers/pltf-default-users-api--prod.yaml');
  expect(follower).toContain('targetRevision: refs/heads/environment/prod');
  expect(follower).toContain('path: users-api');
});

test('the same output of a newer dry commit changes the note and nothing else', async () => {
  await given();
  const wanted = wantedPlacement({ release: 12 });
  await world.driver.apply(wanted);
  const before = await world.repo.head(proposed);
  const manifest = new TextEncoder().encode(await text(proposed, 'users-api/manifest.yaml'));

  const answer = await propose(world.repo, {
    ...{
      active: 'environment/prod',
      folder: 'users-api',
      manifest,
      message: 'again',
      trailers: [],
      repository: 'https://git.example.com/environments.git',
    },
    source: { sha: 'f'.repeat(40), repository: 'https://git.example.com/users-api.git' },
  });

  expect(answer.unchanged).toBe(true);
  expect(await world.repo.head(proposed)).toBe(before);
  expect(await noteOf()).toEqual({ drySha: 'f'.repeat(40) });
});

test('a proposal can be merged, and is looked at without a commit once it is', async () => {
  await given();
  await world.driver.apply(wantedPlacement());
  const { location } = world;
  const head = (await world.repo.head(proposed)) ?? '';
  const base = await gitText(location, ['merge-base', active, proposed]);
  await gitText(location, ['update-ref', active, head]);
  await gitText(location, ['update-ref', '-d', proposed]);

  await world.driver.apply(wantedPlacement());
  await world.driver.apply(wantedPlacement());

  expect(base).toMatch(/^[0-9a-f]{40}$/);
  expect(await world.repo.head(proposed)).toBeUndefined();
  expect(await world.repo.head(active)).toBe(head);
});

/** The promoter has merged what is proposed, and Argo CD says that it is there. */
const merged = async (objects: readonly string[]): Promise<void> => {
  const { location, hub } = world;
  const head = (await world.repo.head(proposed)) ?? '';
  await gitText(location, ['update-ref', active, head]);
  const name = 'pltf-default-users-api--prod';
  const key = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    namespace: 'argocd',
    name,
  };
  hub.edit(key, 'argocd', { metadata: { labels: { 'pltf.dev/ring': 'default' } } });
  const of = (kind: string) => ({ kind, namespace: 'users-api--prod', name: 'users-api' });
  const status = {
    sync: { status: 'Synced', revision: head },
    health: { status: 'Healthy' },
    resources: objects.map((kind) => ({
      ...of(kind),
      ...{ status: 'Synced', health: { status: 'Healthy' } },
    })),
    operationState: { phase: 'Succeeded', syncResult: { revision: head } },
  };
  hub.edit(key, 'argocd-controller', { status }, 'status');
  await new Promise((resolve) => setTimeout(resolve, 20));
};

test('a removal is proposed, and is over when it was merged and the cluster has nothing of it', async () => {
  await given();
  await world.driver.apply(wantedPlacement());
  await merged(['Deployment']);
  const serving = (await world.driver.apply(wantedPlacement())).serving;
  const placement = 'users-api.prod';

  const unlocking = await world.driver.remove(placement);
  const unlocked = await text(proposed, 'users-api/manifest.yaml');
  await merged(['Deployment']);
  const buried = await world.driver.remove(placement);
  const waiting = await world.driver.remove(placement);
  await merged([]);
  const gone = await world.driver.remove(placement);

  expect(serving).toMatchObject({ number: 1 });
  expect([unlocking, buried, waiting, gone]).toEqual([false, false, false, true]);
  expect(unlocked).not.toContain('Prune=confirm');
  expect(JSON.parse(await text(active, 'users-api/TOMBSTONE'))).toMatchObject({ placement });
  const files = await gitText(world.location, ['ls-tree', '-r', '--name-only', active]);
  expect(files.split('\n')).toEqual([
    'README.md',
    'users-api/TOMBSTONE',
    'users-api/hydrator.metadata',
  ]);
  const followers = await gitText(world.location, ['ls-tree', '-r', '--name-only', 'main']);
  expect(followers).not.toContain('pltf-default-users-api--prod.yaml');
});

test('each change names another dry commit than what was promoted, else no promoter would move it', async () => {
  await given();
  const dryAt = async (ref: string): Promise<unknown> =>
    (JSON.parse(await text(ref, 'users-api/hydrator.metadata')) as { drySha: unknown }).drySha;
  await world.driver.apply(wantedPlacement());
  const release = await dryAt(proposed);
  await merged(['Deployment']);
  await world.driver.apply(wantedPlacement());

  await world.driver.apply(wantedPlacement({ revision: 2, instances: 3 }));
  const settings = await dryAt(proposed);
  const metadata: unknown = JSON.parse(await text(proposed, 'users-api/hydrator.metadata'));
  await merged(['Deployment']);
  await world.driver.remove('users-api.prod');
  const unlocked = await dryAt(proposed);
  await merged(['Deployment']);
  await world.driver.remove('users-api.prod');

  const all = [release, settings, unlocked, await dryAt(proposed)];
  expect(new Set(all).size).toBe(4);
  expect(metadata).toMatchObject({ references: [{ commit: { sha: release } }] });
});

test('what is there again after its removal has no tombstone beside it', async () => {
  await given();
  await world.driver.apply(wantedPlacement());
  await merged(['Deployment']);
  await world.driver.remove('users-api.prod');
  await merged(['Deployment']);
  await world.driver.remove('users-api.prod');

  await world.driver.apply(wantedPlacement({ release: 2, revision: 2 }));

  const files = await gitText(world.location, ['ls-tree', '-r', '--name-only', proposed]);
  expect(files).toContain('users-api/manifest.yaml');
  expect(files).not.toContain('TOMBSTONE');
});
