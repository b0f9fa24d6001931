import { afterEach, describe, expect, test } from 'vitest';
import { wantedPlacement } from '../../../modules/runtime/testing/rollout-records.ts';
import { gitopsWorld, gitText, type World, type WorldOptions } from './testing/gitops-world.ts';

let world: World;
afterEach(() => world[Symbol.asyncDispose]());
const given = async (options?: WorldOptions): Promise<World> => {
  world = await gitopsWorld(options);
  return world;
};
const manifest = 'rings/default/ad/users-api--prod/manifest.yaml';
const wanted = wantedPlacement;
/** Argo CD syncs, and the watch has brought it. */
const synced = async (): Promise<void> => {
  await world.argo.sync();
  await new Promise((resolve) => setTimeout(resolve, 20));
};
/** A release that Argo CD has brought to the cluster and found well. */
const served = async (release: number, revision = release): Promise<void> => {
  await world.driver.apply(wanted({ release, revision }));
  await synced();
  await world.driver.apply(wanted({ release, revision }));
};

describe('a first release', () => {
  test('is committed as one manifest with what makes Argo CD find it', async () => {
    await given();

    const observed = await world.driver.apply(wanted());

    expect(await world.file(manifest)).toContain('kind: Deployment');
    expect(await world.file('argocd/default/followers/pltf-default-ad.yaml')).toContain(
      'path: rings/default/ad',
    );
    expect(await world.file('argocd/default/bootstrap.yaml')).toContain('kind: AppProject');
    expect(await world.file('README.md')).toContain('kubectl apply --server-side');
    expect(observed).toMatchObject({ phase: 'rolling', rollout: { step: 'starting' } });
    expect(observed.notes?.[0]?.because).toContain('apply the bootstrap of the ring once');
  });

  test("says in its commit who, why, which release, and the component's commit", async () => {
    await given();
    world.asked = { by: 'ada', why: 'the report is late' };

    await world.driver.apply(wanted({ release: 12 }));

    const message = await world.lastMessage();
    expect(message).toContain('users-api.prod: release 12');
    expect(message).toContain('Asked for by ada.\nBecause: the report is late');
    expect(message).toContain('Pltf-Release: users-api.prod@12');
    expect(message).toContain(`Argocd-reference-commit-sha: ${'12'.padStart(40, '0')}`);
    expect(message).toContain('Argocd-reference-commit-author: Ada Lovelace <ada@example.com>');
  });

  test('is done when the revision that holds it is synced and healthy, not before', async () => {
    await given();
    await world.driver.apply(wanted());
    world.target.become('Deployment', 'Progressing');
    await synced();

    const before = await world.driver.apply(wanted());
    world.target.become('Deployment', 'Healthy');
    await synced();
    const after = await world.driver.apply(wanted());

    expect(before).toMatchObject({ phase: 'rolling', rollout: { step: 'waiting-healthy' } });
    expect(before.serving).toBeUndefined();
    expect(after).toMatchObject({
      phase: 'running',
      serving: { number: 1 },
      rollout: { step: 'done' },
      notes: [],
    });
  });

  test('is done too when Argo CD tells the health of the whole only', async () => {
    await given({ tellsHealth: false });
    await served(1);

    expect(await world.driver.observe('users-api.prod')).toMatchObject({ phase: 'running' });
  });

  test('that is not well in a group of many is unclear, with what would make it clear', async () => {
    await given({ tellsHealth: false });
    await world.driver.apply(wanted());
    world.target.become('Deployment', 'Degraded');
    await synced();

    const observed = await world.driver.apply(wanted());

    expect(observed.rollout?.step).toBe('waiting-healthy');
    expect(observed.notes?.[0]?.because).toContain('controller.resource.health.persist');
  });
});

describe('a placement that is settled', () => {
  test('is looked at without a commit', async () => {
    await given();
    await served(1);
    const commits = await world.commits();

    for (let pass = 0; pass < 3; pass += 1) await world.driver.apply(wanted());

    expect(await world.commits()).toBe(commits);
  });

  test('is found again by a server that was killed, without a commit', async () => {
    await given();
    await served(1);
    const commits = await world.commits();

    const driver = await world.restart();
    const observed = await driver.apply(wanted());

    expect(observed).toMatchObject({ phase: 'running', serving: { number: 1 } });
    expect(await world.commits()).toBe(commits);
  });

  test('whose file somebody deleted gets it back', async () => {
    await given();
    await served(1);
    await world.repo.commit({
      ref: 'refs/heads/main',
      changes: new Map([[manifest, undefined]]),
      message: 'oops',
    });
    const driver = await world.restart();

    await driver.apply(wanted());

    expect(await world.file(manifest)).toContain('kind: Deployment');
  });

  test('whose branch somebody forced back to where it was says so', async () => {
    await given();
    const releases = [1, 2].map((release) => wantedPlacement({ release, revision: release }));
    const heads: string[] = [];
    for (const wanted of releases) {
      await world.driver.apply(wanted);
      await synced();
      await world.driver.apply(wanted);
      heads.push(await world.head());
    }
    await gitText(world.location, ['update-ref', 'refs/heads/main', heads[0] ?? '']);
    await synced();
    world.ahead = 61_000;

    const seen = await world.driver.apply(releases[1] ?? wantedPlacement());

    expect(await world.head()).toBe(heads[0]);
    expect(seen.drift?.map(({ wanted }) => wanted)).toContain('"2"');
  });

  test('whose file somebody changed says so and leaves it', async () => {
    await given();
    await served(1);
    const text = (await world.file(manifest)) ?? '';
    await world.repo.commit({
      ref: 'refs/heads/main',
      changes: new Map([
        [manifest, new TextEncoder().encode(text.replace('replicas: 2', 'replicas: 5'))],
      ]),
      message: 'more',
    });
    await synced();

    const observed = await world.driver.apply(wanted());

    expect(observed.drift).toMatchObject([
      { object: 'Deployment users-api', field: '.spec.replicas', wanted: '2', live: '5' },
    ]);
    expect(await world.file(manifest)).toContain('replicas: 5');
  });
});

describe('a release that does not become well', () => {
  test('goes back by a commit, and says what happened', async () => {
    await given();
    await served(1);
    await world.driver.apply(wanted({ release: 2, revision: 2 }));
    world.target.become('Deployment', 'Degraded');
    await synced();

    await world.driver.apply(wanted({ release: 2, revision: 2 }));
    const message = await world.lastMessage();
    world.target.become('Deployment', 'Healthy');
    await synced();
    const observed = await world.driver.apply(wanted({ release: 2, revision: 2 }));

    expect(message).toContain('users-api.prod: back to release 1');
    expect(message).toContain('Deployment users-api is degraded');
    expect(await world.file(manifest)).toContain('pltf.dev/release: "1"');
    expect(observed).toMatchObject({
      phase: 'running',
      serving: { number: 1 },
      rollout: { step: 'rolled-back', from: { number: 1 }, to: { number: 2 } },
    });
    expect(observed.rollout?.reason?.detail).toContain('Deployment users-api is degraded');
  });

  test('is given the time to start, and no more', async () => {
    await given();
    await served(1);
    await world.driver.apply(wanted({ release: 2, revision: 2 }));
    world.target.become('Deployment', 'Progressing');
    await synced();
    await world.driver.apply(wanted({ release: 2, revision: 2 }));
    world.ahead = 100_000;

    const before = await world.driver.apply(wanted({ release: 2, revision: 2 }));
    world.ahead = 150_000;
    const after = await world.driver.apply(wanted({ release: 2, revision: 2 }));

    expect(before.rollout?.reason).toBeUndefined();
    expect(after.rollout?.reason?.detail).toContain('it was not healthy within 140 s');
    expect(await world.lastMessage()).toContain('back to release 1');
  });

  test('that Argo CD cannot apply goes back with what the cluster said', async () => {
    await given();
    await served(1);
    world.target.refusal = 'admission webhook "images" denied the request';
    await world.driver.apply(wanted({ release: 2, revision: 2 }));
    await synced();

    const observed = await world.driver.apply(wanted({ release: 2, revision: 2 }));

    expect(observed.rollout?.reason?.detail).toContain('admission webhook "images" denied');
    expect(await world.lastMessage()).toContain('back to release 1');
  });

  test('that never served before is stopped and has failed', async () => {
    await given();
    await world.driver.apply(wanted());
    world.target.become('Deployment', 'Degraded');
    await synced();
    await world.driver.apply(wanted());
    await synced();

    const observed = await world.driver.apply(wanted());

    expect(observed).toMatchObject({ phase: 'failed', rollout: { step: 'failed' } });
    expect(await world.file(manifest)).toContain('replicas: 0');
  });

  test('and had served long before is degraded, and nobody goes back by himself', async () => {
    await given();
    await served(1);
    const commits = await world.commits();
    world.target.become('Deployment', 'Degraded');
    await synced();

    const observed = await world.driver.apply(wanted());

    expect(observed.phase).toBe('degraded');
    expect(await world.commits()).toBe(commits);
  });
});

describe('a release task', () => {
  const migrating = (release: number) =>
    wanted({ release, revision: release, run: { release: ['node', 'migrate.js'] } });

  test('ends before the workload changes, and runs once', async () => {
    await given();
    world.target.become('Job', 'Progressing');
    await world.driver.apply(migrating(1));
    await synced();
    const during = [...world.target.applied];
    world.target.become('Job', 'Healthy');
    await synced();
    await world.driver.apply(migrating(1));
    const commits = await world.commits();
    await world.driver.apply(migrating(1));
    await synced();

    expect(during.some((id) => id.startsWith('Job/'))).toBe(true);
    expect(during.some((id) => id.startsWith('Deployment/'))).toBe(false);
    expect(world.target.applied.filter((id) => id.startsWith('Job/'))).toHaveLength(1);
    expect(await world.driver.observe('users-api.prod')).toMatchObject({ phase: 'running' });
    expect(await world.commits()).toBe(commits);
  });

  test('that fails stops the release, and the workload was never touched', async () => {
    await given();
    await served(1);
    await world.driver.apply(migrating(2));
    world.target.become('Job', 'Degraded');
    await synced();

    const observed = await world.driver.apply(migrating(2));

    expect(observed.rollout?.reason?.detail).toContain('Job users-api-release-2');
    expect(world.target.annotation('Deployment', 'pltf.dev/release')).toBe('1');
    expect(await world.file(manifest)).not.toContain('kind: Job');
  });
});

describe('when nobody reports', () => {
  test('a rollout ends with its commit, and claims nothing of what runs', async () => {
    await given({ reported: false });

    const first = await world.driver.apply(wanted());
    const second = await world.driver.apply(wanted({ release: 2, revision: 2 }));

    expect(first).toMatchObject({ phase: 'rolling', rollout: { step: 'committed' } });
    expect(first.rollout?.finishedAt).toBeDefined();
    expect(second.rollout).toMatchObject({ revision: 2, step: 'committed' });
    expect(second.rollout?.from).toBeUndefined();
    expect(second.rollout?.reason).toMatchObject({
      code: 'nobody-reports',
      detail: `committed as ${(await world.head()).slice(0, 7)}; nobody reports what the cluster makes of it`,
    });
    expect(second.serving).toBeUndefined();
    expect(await world.file(manifest)).toContain('pltf.dev/release: "2"');
  });

  test('a placement is running once somebody does, and not before it is well', async () => {
    await given({ reported: false });
    await world.driver.apply(wanted());
    const driver = await world.restart(true);
    world.target.become('Deployment', 'Degraded');
    await synced();

    const unwell = await driver.apply(wanted());
    world.target.become('Deployment', 'Healthy');
    await synced();
    const well = await driver.apply(wanted());

    expect(unwell).toMatchObject({ phase: 'degraded', rollout: { step: 'committed' } });
    expect(unwell.serving).toBeUndefined();
    expect(well).toMatchObject({
      ...{ phase: 'running', serving: { number: 1 }, rollout: { step: 'done' } },
    });
    expect(well.rollout?.reason).toBeUndefined();
  });

  test('an agent that has not come to a commit for long is one that may not be able to', async () => {
    await given();
    await served(1);
    await world.driver.apply(wanted({ release: 2, revision: 2 }));
    const soon = await world.driver.apply(wanted({ release: 2, revision: 2 }));
    world.ahead = 16 * 60_000;

    const late = await world.driver.apply(wanted({ release: 2, revision: 2 }));

    expect(soon.notes?.[0]?.because).toMatch(
      /has not come to it yet: Application \S+ is at \w{7} \(as of/,
    );
    expect(late.notes?.[0]?.because).toMatch(/can read the repository: `argocd app get/);
  });

  test('a commit stays unknown, with its age and the remedy', async () => {
    await given({ reported: false });
    await world.driver.apply(wanted());
    world.ahead = 300_000;

    const observed = await world.driver.apply(wanted());

    expect(observed.unknownSince).toBeDefined();
    expect(observed.phase).toBe('rolling');
    expect(observed.notes?.[0]?.what).toBe(`commit ${(await world.head()).slice(0, 7)}`);
    expect(observed.notes?.[0]?.because).toBe(
      'committed 5 min ago; nobody reports back: name `context` in the runtime of the platform file',
    );
  });

  test('since the cluster of the agent is away, what was known is unknown and nothing goes back', async () => {
    await given();
    await served(1);
    const commits = await world.commits();
    world.hub.fail({ verb: 'list' }, new Error('connect ECONNREFUSED'));
    world.hub.fail({ verb: 'watch' }, new Error('connect ECONNREFUSED'));
    world.hub.dropWatches();
    await new Promise((resolve) => setTimeout(resolve, 30));

    const observed = await world.driver.apply(wanted());

    expect(observed.unknownSince).toBeDefined();
    expect(world.runtime.lostSince()).toBeDefined();
    expect(await world.commits()).toBe(commits);
  });

  test('logs and tasks are refused with the remedy', async () => {
    await given({ reported: false });

    expect(() =>
      world.driver.logs('users-api.prod', { tail: 1, follow: false }, AbortSignal.timeout(1000)),
    ).toThrow(expect.objectContaining({ code: 'cluster-not-named' }) as Error);
    await expect(world.driver.cancelTask('task')).rejects.toMatchObject({
      code: 'cluster-not-named',
    });
  });
});

test('a stopped placement keeps everything but its instances', async () => {
  await given();
  await served(1);
  await world.driver.apply(wanted({ revision: 2, stopped: true }));
  await synced();

  const observed = await world.driver.apply(wanted({ revision: 2, stopped: true }));

  expect(observed.phase).toBe('stopped');
  expect(await world.file(manifest)).toContain('replicas: 0');
});

test('a change of the follower has its placements looked at again', async () => {
  await given();
  await world.driver.apply(wanted());
  world.woken.length = 0;

  await synced();

  expect(world.woken).toContain('users-api.prod');
});
