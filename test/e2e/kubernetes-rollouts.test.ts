import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RolloutView } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectsIn, serviceUrl } from './support/cluster.ts';
import {
  type ClusterPlatform,
  instancePods,
  placementOf,
  pushGreeting,
  rolloutEnded,
  startClusterPlatform,
} from './support/cluster-platform.ts';
import { withoutClusterTools } from './support/cluster-tools.ts';
import { loadOn } from './support/service-load.ts';
import { eventually, git, pltf } from './support/tools.ts';

const missing = await withoutClusterTools();
const rolloutsWanted = 4;
const leastRequests = 10_000;

describe.skipIf(missing !== undefined)(
  `rollouts, restarts, scaling and rollback of real pods under load (${missing ?? 'against the Service'})`,
  () => {
    let cluster: ClusterPlatform;
    let name: string;
    let placement: { readonly params: { readonly placement: string } };
    let releases: readonly number[];

    beforeAll(async () => {
      cluster = await startClusterPlatform({
        environments: { preview: 'agent', staging: 'agent', prod: 'cluster' },
      });
      const { platform } = cluster;
      name = `busy-${cluster.word}`;
      placement = { params: { placement: `${name}.prod` } };
      expect(await pltf(platform, 'create', 'service', name)).toMatchObject({ code: 0 });
      await eventually(
        () => platform.client.getPlacement({ params: { placement: `${name}.staging` } }),
        ({ serving }) => serving !== undefined,
      );
      const promoted = await pltf(platform, 'promote', name, '--yes');
      expect(promoted, promoted.err).toMatchObject({ code: 0 });
      const scaled = await pltf(platform, 'scale', name, '2', '--env', 'prod', '--yes');
      expect(scaled, scaled.err).toMatchObject({ code: 0 });
      releases = await threeReleases(cluster, name);
    });
    afterAll(() => cluster[Symbol.asyncDispose]());

    it(`fails none of at least ${leastRequests} requests, on kept and on new connections`, {
      timeout: 600_000,
    }, async () => {
      const { platform } = cluster;
      const { client } = platform;
      const [first = 1, second = 2] = releases;
      const load = loadOn(await serviceUrl(`${name}--prod`));
      const rollouts: RolloutView[] = [];
      const follow = async (asked: Promise<RolloutView>): Promise<void> => {
        rollouts.push(await rolloutEnded(platform, await asked));
      };

      for (let round = 0; round < rolloutsWanted; round += 1) {
        const release = round % 2 === 0 ? first : second;
        await follow(client.deploy({ ...placement, body: { release } }));
      }
      await follow(client.restart({ ...placement, body: {} }));
      await follow(client.scale({ ...placement, body: { instances: 4 } }));
      await follow(client.scale({ ...placement, body: { instances: 2 } }));
      await follow(client.rollback({ ...placement, body: {} }));
      await stopsLeaving(name);
      const { answered, failures, bodies } = await load.stop();

      expect(failures.slice(0, 10)).toEqual([]);
      expect(rollouts.map(({ state, reason }) => reason?.detail ?? state)).toEqual(
        rollouts.map(() => 'done'),
      );
      expect(answered.kept + answered.new).toBeGreaterThanOrEqual(leastRequests);
      expect(answered.new).toBeGreaterThan(1000);
      expect(bodies.size, 'both releases have answered').toBe(2);
    });

    it('goes back by itself from a release that never gets ready, and fails no request either', async () => {
      const { platform } = cluster;
      const [, , broken = 3] = releases;
      const before = await placementOf(platform, `${name}.prod`);
      const pods = await instancePods(`${name}--prod`);
      const load = loadOn(await serviceUrl(`${name}--prod`));

      const rollout = await rolloutEnded(
        platform,
        await platform.client.deploy({ ...placement, body: { release: broken } }),
        180_000,
      );
      await stopsLeaving(name);
      const { answered, failures, bodies } = await load.stop();

      expect(rollout).toMatchObject({ state: 'rolled-back', to: broken });
      expect(rollout.reason?.log.join('\n')).toContain('the key of the vault is missing');
      expect(rollout.reason?.fix).not.toBe('');
      expect(failures.slice(0, 10)).toEqual([]);
      expect(answered.new).toBeGreaterThan(100);
      expect(bodies.size).toBe(1);
      const after = await placementOf(platform, `${name}.prod`);
      expect(after).toMatchObject({ phase: 'running', serving: before.serving });
      expect(await instancePods(`${name}--prod`)).toHaveLength(pods.length);
    });

    it('has a job run in a pod when asked, and its times kept by a cluster that can', async () => {
      const { platform } = cluster;
      const { client } = platform;
      const job = `report-${cluster.word}`;
      const preview = { params: { placement: `${job}.preview` } };
      await pushJob(cluster, job);
      await eventually(
        async () => {
          const { items } = await client.listReleases({ params: { component: job }, query: {} });
          const { serving } = await client.getPlacement(preview);
          return items.length === 2 && serving?.number === items[0]?.number;
        },
        (serves) => serves,
        60_000,
      );

      const promoted = await pltf(platform, 'promote', job, '--yes');
      const ran = await pltf(platform, 'run', job, '--env', 'prod');
      const shown = await pltf(platform, 'show', job);

      expect(promoted, promoted.err).toMatchObject({ code: 0 });
      expect(ran, ran.err).toMatchObject({ code: 7, out: 'counted\n' });
      // Clusters before 1.21 do not serve batch/v1 CronJob, and that is said.
      const [cron] = await objectsIn(`${job}--prod`, 'cronjobs');
      expect(shown.out).toMatch(
        cron === undefined
          ? /\.prod: 0 3 1 1 \* \(UTC\)\n[^]*schedule: .*CronJob/
          : /\.prod: 0 3 1 1 \* \(UTC\), next in \d+ d/,
      );
    });
  },
);

/** Old pods have gone, with whatever they had to finish. */
const stopsLeaving = (name: string) =>
  eventually(
    () => instancePods(`${name}--prod`, { leaving: true }),
    (pods) => pods.every(({ metadata }) => metadata.deletionTimestamp === undefined),
    90_000,
  );

/** A job as its golden path makes it, Dockerfile included: its second release counts, and fails. */
async function pushJob({ platform }: ClusterPlatform, job: string): Promise<void> {
  const folder = join(platform.home, job);
  const lines = ['kind: job', `name: ${job}`, 'env: prod', 'policy: {pii: false}'];
  const thinFile = [...lines, 'schedule: "0 3 1 1 *"', ''];
  await writeFile(join(platform.home, 'pltf.yaml'), thinFile.join('\n'));
  const applied = await pltf(platform, 'apply', '--yes');
  expect(applied, applied.err).toMatchObject({ code: 0 });
  await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/${job}.git`);
  const program = join(folder, 'src', 'main.js');
  await writeFile(program, 'console.log("counted"); process.exit(7);\n');
  await git(platform, folder, 'commit', '--quiet', '-am', 'Count');
  const pushed = await git(platform, folder, 'push', 'origin', 'main');
  expect(pushed, pushed.err).toMatchObject({ code: 0 });
}

/** Two that work everywhere, and one that does not start in production. */
async function threeReleases(
  { platform }: ClusterPlatform,
  name: string,
): Promise<readonly number[]> {
  const clone = join(platform.home, name);
  await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/${name}.git`);
  const count = (wanted: number) =>
    eventually(
      () => platform.client.listReleases({ params: { component: name }, query: {} }),
      ({ items }) => items.length === wanted,
      60_000,
    );
  expect(await pushGreeting(platform, clone, 'The second release')).toMatchObject({ code: 0 });
  await count(2);
  const server = join(clone, 'src', 'server.js');
  const broken = `if (process.env.PLTF_ENVIRONMENT === 'prod') {
  console.error('the key of the vault is missing');
  process.exit(78);
}
`;
  await writeFile(server, (await readFile(server, 'utf8')).replace(/^(?!import)/m, `${broken}$&`));
  await git(platform, clone, 'commit', '--quiet', '-am', 'Ask the vault');
  await git(platform, clone, 'push', '--quiet', 'origin', 'main');
  const { items } = await count(3);
  return items.map(({ number }) => number).toSorted((a, b) => a - b);
}
