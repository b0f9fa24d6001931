import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wantedPlacement } from '../../../../modules/runtime/testing/rollout-records.ts';
import { gitopsWorld, type World } from '../testing/gitops-world.ts';

const placement = 'users-api.prod';
const manifest = 'rings/default/ad/users-api--prod/manifest.yaml';
let world: World;
beforeEach(async () => {
  world = await gitopsWorld();
  await world.driver.apply(wantedPlacement());
  await world.argo.sync();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await world.driver.apply(wantedPlacement());
});
afterEach(() => world[Symbol.asyncDispose]());

/** Somebody commits a change of the file, past the platform. */
const change = async (name: string, edit: (text: string) => string): Promise<string> => {
  const text = (await world.file(manifest)) ?? '';
  const { commit } = await world.repo.commit({
    ref: 'refs/heads/main',
    changes: new Map([[manifest, new TextEncoder().encode(edit(text))]]),
    message: 'by hand',
    author: { name, email: `${name.toLowerCase()}@example.com` },
  });
  return commit.slice(0, 7);
};
const replaced = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
const drift = async () => (await world.driver.drift?.(placement)) ?? [];

test('a file as it was written has no drift', async () => {
  expect(await drift()).toEqual([]);
});

test('drift names each field, its values, and whose commit brought it, when', async () => {
  const first = await change('Grace', replaced('replicas: 2', 'replicas: 5'));
  const second = await change('Linus', replaced(/memory: \S+/g, 'memory: 777Mi'));

  const found = await drift();

  const replicas = found.find(({ field }) => field === '.spec.replicas');
  expect(replicas).toMatchObject({
    ...{ object: 'Deployment users-api', wanted: '2', live: '5' },
    ...{ manager: `commit ${first}`, user: 'Grace <grace@example.com>' },
  });
  expect(Date.parse(replicas?.since ?? '')).toBeGreaterThan(Date.now() - 60_000);
  const memory = found.filter(({ field }) => field.endsWith('.memory'));
  expect(memory.length).toBeGreaterThan(0);
  expect(memory.every(({ manager }) => manager === `commit ${second}`)).toBe(true);
  expect(memory.map(({ field }) => field)).toContain(
    '.spec.template.spec.containers[name="users-api"].resources.limits.memory',
  );
});

test('an object that somebody took out, and one that somebody added, are told as such', async () => {
  await change('Grace', (text) =>
    text
      .split('---\n')
      .filter((document) => !document.includes('kind: ServiceAccount'))
      .concat('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n')
      .join('---\n'),
  );

  const found = await drift();

  const taken = found.find(({ object }) => object.startsWith('ServiceAccount '));
  expect(taken).toMatchObject({ field: '.metadata.name' });
  expect(taken?.live).toBeUndefined();
  expect(found.find(({ object }) => object === 'ConfigMap extra')).toMatchObject({
    live: '"extra"',
  });
});

test('a file that is no manifest any more is told as a whole, and goes back as a whole', async () => {
  await change('Grace', () => 'kind: [');

  const found = await drift();
  await world.driver.revert?.(placement, { by: 'ada' });

  expect(found).toMatchObject([{ object: `file ${placement}`, field: manifest }]);
  expect(await drift()).toEqual([]);
  expect(await world.file(manifest)).toContain('kind: Deployment');
});

describe('taking it back', () => {
  test('is one commit of whoever asked, after which the file is the very one that was written', async () => {
    const before = await world.file(manifest);
    await change('Grace', replaced('replicas: 2', 'replicas: 5'));
    const commits = await world.commits();

    const reverted = await world.driver.revert?.(placement, { by: 'ada', why: 'two are enough' });
    const again = await world.driver.revert?.(placement, { by: 'ada' });

    expect(reverted).toMatchObject([{ field: '.spec.replicas', live: '5' }]);
    expect(again).toEqual([]);
    expect(await world.file(manifest)).toBe(before);
    expect(await world.commits()).toBe(commits + 1);
    const message = await world.lastMessage();
    expect(message).toContain('users-api.prod: as release 1 asks for it again');
    expect(message).toContain('Asked for by ada.\nBecause: two are enough');
    expect(message).toContain('Pltf-Change: revert');
  });

  test('of one object leaves what others wrote into the others', async () => {
    await change('Grace', replaced('replicas: 2', 'replicas: 5'));
    await change('Grace', replaced(/kind: ServiceAccount\nmetadata:/, '$&\n  generateName: x'));

    await world.driver.revert?.(placement, { object: 'Deployment users-api', by: 'ada' });

    expect(await world.file(manifest)).toContain('replicas: 2');
    expect((await drift()).map(({ object }) => object)).toEqual(['ServiceAccount users-api']);
  });

  test('never takes what is committed meanwhile with it', async () => {
    await change('Grace', replaced('replicas: 2', 'replicas: 5'));
    const read = world.repo.read.bind(world.repo);
    let raced = false;
    Object.assign(world.repo, {
      read: async (commit: string, path: string) => {
        const bytes = await read(commit, path);
        if (!raced && path === manifest) {
          raced = true;
          await change('Linus', replaced('replicas: 5', 'replicas: 6'));
        }
        return bytes;
      },
    });

    const reverting = world.driver.revert?.(placement, { by: 'ada' });

    await expect(reverting).rejects.toMatchObject({ code: 'conflict' });
    expect(await world.file(manifest)).toContain('replicas: 6');
  });
});

test('the next release comes on top of what others wrote, and ends it', async () => {
  await change('Grace', replaced('replicas: 2', 'replicas: 5'));

  await world.driver.apply(wantedPlacement({ release: 2, revision: 2 }));

  expect(await world.file(manifest)).toContain('replicas: 2');
  expect(await drift()).toEqual([]);
});
