import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, leftInCluster, objectIn, objectsIn, serviceUrl } from './support/cluster.ts';
import {
  type ClusterPlatform,
  imagesOf,
  instancePods,
  placementOf,
  pushGreeting,
  startClusterPlatform,
} from './support/cluster-platform.ts';
import { withoutClusterTools } from './support/cluster-tools.ts';
import { eventually, fetchUrl, git, pltf } from './support/tools.ts';

const missing = await withoutClusterTools();
const rolloutMs = 90_000;

describe.skipIf(missing !== undefined)(
  `the main job on Kubernetes (${missing ?? 'real pods'})`,
  () => {
    const environments = { preview: 'cluster', staging: 'agent', prod: 'cluster' };
    let cluster: ClusterPlatform;
    let name: string;
    let clone: string;
    /** `pltf …`, which has to succeed. */
    const done = async (...args: readonly string[]): Promise<string> => {
      const { code, out, err } = await pltf(cluster.platform, ...args);
      expect(code, `pltf ${args.join(' ')}: ${err}${out}`).toBe(0);
      return out;
    };
    const inProd = (): string => `${name}--prod`;
    const greeting = async (namespace: string): Promise<string> =>
      (await fetchFrom(`${await serviceUrl(namespace)}/`)).body;

    beforeAll(async () => {
      cluster = await startClusterPlatform({ environments });
      name = `users-${cluster.word}`;
      clone = join(cluster.platform.home, name);
    });
    afterAll(() => cluster[Symbol.asyncDispose]());

    it('takes a thin file and has it answer from pods of its own image', async () => {
      const { home } = cluster.platform;
      await writeFile(
        join(home, 'pltf.yaml'),
        `kind: service\nname: ${name}\nenv: [staging, prod]\npolicy: {pii: false}\nenvs: {prod: {run: {size: medium}}}\n`,
      );

      await done('apply', '--yes');

      const namespace = `${name}--preview`;
      expect((await fetchFrom(`${await serviceUrl(namespace)}/healthz`)).status).toBe(200);
      const pods = await instancePods(namespace);
      expect(pods.length).toBeGreaterThan(0);
      for (const pod of pods) {
        expect(String(field(pod, 'spec', 'containers', 0, 'image'))).toMatch(
          new RegExp(`^${cluster.registry}/pltf/.*@sha256:[0-9a-f]{64}$`),
        );
        expect(field(pod, 'spec', 'securityContext', 'runAsNonRoot')).toBe(true);
      }
      const policies = await objectsIn(namespace, 'networkpolicies');
      expect(policies.some((one) => field(one, 'spec', 'ingress') === undefined)).toBe(true);
    });

    it('puts the mark of this platform on every object, and says what the cluster lacks', async () => {
      const left = await leftInCluster(name);
      expect(left).toEqual(
        expect.arrayContaining([
          `Namespace /${name}--preview`,
          `Deployment ${name}--preview/${name}`,
          `Service ${name}--preview/${name}`,
          expect.stringMatching(/^ResourceQuota /),
          expect.stringMatching(/^ServiceAccount /),
        ]),
      );
      const deployment = await objectIn(`${name}--preview`, 'deployment', name);
      expect(deployment.metadata.labels).toMatchObject({
        'pltf.dev/platform': expect.stringMatching(/^[0-9a-f]{8}$/),
        'applyset.kubernetes.io/part-of': expect.any(String),
      });
      const { notes } = await placementOf(cluster.platform, `${name}.preview`);
      // No gateway and no ingress were named: the address leads nowhere yet, and that is said.
      expect(JSON.stringify(notes)).toMatch(/route|address/i);
    });

    it('has a preview of each branch in a namespace of its own, which goes with the branch', async () => {
      const { platform } = cluster;
      await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/${name}.git`);
      await git(platform, clone, 'switch', '--quiet', '-c', 'fix-login');
      const pushed = await pushGreeting(platform, clone, 'Hello from the branch', 'fix-login');
      expect(pushed, pushed.err).toMatchObject({ code: 0 });

      const namespace = `${name}-fix-login--preview`;
      await eventually(
        () => greeting(namespace),
        (body) => body.includes('Hello from the branch'),
        rolloutMs,
      );
      expect(await greeting(`${name}--preview`)).not.toContain('Hello from the branch');
      await git(platform, clone, 'push', '--quiet', 'origin', '--delete', 'fix-login');

      await eventually(
        () => leftInCluster(`${name}-fix-login`),
        (left) => left.length === 0,
        rolloutMs,
      );
    });

    it('promotes from processes to pods the same release, and goes back', async () => {
      const { platform } = cluster;
      await staged('It works.');
      await done('promote', name, '--yes');
      // A new Service leads nowhere until the nodes have heard of it; from then on it must never refuse.
      const first = await eventually(
        () => greeting(inProd()),
        (body) => body !== '',
      );
      const images = await imagesOf(inProd());
      await git(platform, clone, 'switch', '--quiet', 'main');
      await pushGreeting(platform, clone, 'The second release');
      await staged('The second release');

      await done('promote', name, '--yes');
      expect(await greeting(inProd())).toContain('The second release');
      expect(await imagesOf(inProd())).not.toEqual(images);
      await done('rollback', name, '--env', 'prod', '--yes');

      expect(await greeting(inProd())).toBe(first);
      expect(await imagesOf(inProd())).toEqual(images);
    });

    it('is deleted with nothing left in the cluster', async () => {
      await done('delete', name, '--yes');

      expect(await leftInCluster(name)).toEqual([]);
    });

    const staged = (text: string) =>
      eventually(
        () => fetchUrl(`http://${name}.staging.localhost:${cluster.platform.routerPort}`),
        ({ body }) => body.includes(text),
        rolloutMs,
      );
  },
);

const fetchFrom = async (url: string) => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return { status: answer.status, body: await answer.text() };
};
