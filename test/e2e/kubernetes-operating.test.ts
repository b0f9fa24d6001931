import { createClient, LogLine, type PlacementEvidence } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, kubectl, objectIn } from './support/cluster.ts';
import {
  type ClusterPlatform,
  instancePods,
  placementOf,
  promotedService,
  startClusterPlatform,
} from './support/cluster-platform.ts';
import { withoutClusterTools } from './support/cluster-tools.ts';
import { eventually, pltf, pltfWith } from './support/tools.ts';

const missing = await withoutClusterTools();
const rolloutMs = 90_000;
/** A repository, a pipeline, an image and two rollouts, beside the pods of other tests. */
const createdMs = 600_000;

describe.skipIf(missing !== undefined)(
  `operating a service on Kubernetes (${missing ?? 'real pods'})`,
  () => {
    let cluster: ClusterPlatform;
    let name: string;
    /** `pltf …`, which has to succeed. */
    const done = async (...args: readonly string[]): Promise<string> => {
      const { code, out, err } = await pltf(cluster.platform, ...args);
      expect(code, `pltf ${args.join(' ')}: ${err}${out}`).toBe(0);
      return out;
    };
    const inProd = (): string => `${name}--prod`;

    beforeAll(async () => {
      cluster = await startClusterPlatform({
        environments: { preview: 'agent', staging: 'agent', prod: 'cluster' },
      });
      name = `users-${cluster.word}`;
      await promotedService(cluster, name);
    }, createdMs);
    afterAll(() => cluster[Symbol.asyncDispose]());

    it('scales, restarts, stops and starts', async () => {
      await done('scale', name, '3', '--env', 'prod', '--yes');
      const before = (await instancePods(inProd())).map(({ metadata }) => metadata.name);
      expect(before).toHaveLength(3);

      await done('scale', name, '2', '--env', 'prod', '--yes');
      await done('restart', name, '--env', 'prod', '--yes');
      const after = (await instancePods(inProd())).map(({ metadata }) => metadata.name);
      expect(after).toHaveLength(2);
      expect(before.filter((pod) => after.includes(pod))).toEqual([]);

      await done('stop', name, '--env', 'prod', '--yes');
      expect(await instancePods(inProd())).toEqual([]);
      await done('start', name, '--env', 'prod', '--yes');
      expect(await instancePods(inProd())).toHaveLength(2);
    });

    it('runs a task in the image, with its output and exit code', async () => {
      const script = 'console.log(process.env.PLTF_ENVIRONMENT, process.pid); process.exit(7)';
      const args = ['run', name, '--env', 'prod', '--', 'node', '-e', script];

      const task = await pltf(cluster.platform, ...args);

      expect(task, task.err).toMatchObject({ code: 7 });
      expect(task.out).toContain('prod 1');
    });

    it('runs a command inside an instance, with what it reads, for those who may', async () => {
      const script = 'process.stdin.on("data", (d) => console.log("read", String(d).trim()))';
      const where = ['exec', name, '--env', 'prod'];
      const both =
        'console.log(process.env.PLTF_ENVIRONMENT); console.error("so"); process.exit(5)';

      const bare = await pltf(cluster.platform, ...where, '--', 'node', '-e', both);
      const piped = await pltfWith(cluster.platform, 'a line', [
        ...[...where, '--stdin', '--why', 'a look', '--', 'node', '-e', script],
      ]);
      const { client, url } = cluster.platform;
      const { token } = await client.createToken({ body: { name: 'look', scopes: ['read'] } });
      const reader = createClient({ url, token });
      const refused = reader
        .execCommand({ params: { placement: `${name}.prod` }, body: { command: ['true'] } })
        [Symbol.asyncIterator]()
        .next();

      expect(bare).toMatchObject({ code: 5, out: 'prod\n', err: expect.stringContaining('so') });
      expect(piped, piped.err).toMatchObject({ code: 0, out: 'read a line\n' });
      await expect(refused).rejects.toMatchObject({
        code: expect.stringMatching(/forbidden|scope/),
      });
      const activity = await done('activity', name);
      expect(activity).toMatch(/Ran in an instance: node.*\(a look\)/);
    });

    it('holds a rollout while somebody has paused it, says who, and goes on when told', async () => {
      const { client } = cluster.platform;
      const { id } = await client.restart({ params: { placement: `${name}.prod` }, body: {} });
      await done('pause', name, '--env', 'prod', '--why', 'the till is busy');

      const held = await eventually(
        () => placementOf(cluster.platform, `${name}.prod`),
        ({ rollout }) => rollout?.step === 'holding',
      );
      const shown = await done('show', name);
      const deployment = await objectIn(inProd(), 'deployment', name);
      expect(held.held).toMatchObject({ by: expect.any(String), why: 'the till is busy' });
      expect(shown).toMatch(/\.prod: \S+ paused its rollout .*\(the till is busy\) · pltf resume/);
      expect(field(deployment, 'spec', 'paused')).toBe(true);
      await done('resume', name, '--env', 'prod');

      expect(await client.getRollout({ params: { id } })).toMatchObject({ state: 'done' });
      expect((await placementOf(cluster.platform, `${name}.prod`)).held).toBeUndefined();
    });

    it('collects what the cluster shows of it, without secrets', async () => {
      const bundle = JSON.parse(await done('debug', name, '--env', 'prod', '--json'));

      const { evidence } = bundle.placements[0] as { evidence: PlacementEvidence };
      expect(evidence.missing).toEqual([]);
      expect(evidence.objects.map(({ object }) => object)).toContain(`Deployment ${name}`);
      expect(evidence.events.length).toBeGreaterThan(0);
      expect(evidence.instances.map(({ phase }) => phase)).toContain('Running');
      expect(JSON.stringify(evidence)).not.toContain('managedFields');
      expect(evidence.record).toMatchObject({ placement: `${name}.prod`, stage: 'done' });
    });

    it('says the image of a release by digest, and what is in it', async () => {
      const image = await done('release', 'image', name, '1');
      const sbom = JSON.parse(await done('release', 'image', name, '1', '--sbom'));

      expect(image).toMatch(new RegExp(`${cluster.registry}/pltf/\\S+@sha256:[0-9a-f]{64}`));
      expect(sbom).toMatchObject({ bomFormat: 'CycloneDX' });
    });

    it('shows the log lines of all instances, also of one that has started again', async () => {
      const lines = async (): Promise<readonly LogLine[]> =>
        (await done('logs', name, '--env', 'prod', '--json', '--tail', '1000'))
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => LogLine.parse(JSON.parse(line)));
      const pods = (await instancePods(inProd())).map(({ metadata }) => metadata.name);

      const found = await eventually(lines, (all) =>
        pods.every((pod) => all.some(({ instance, text }) => instance === pod && text !== '')),
      );

      expect(found.some(({ text }) => text.includes('listening'))).toBe(true);
      expect(found.map(({ at }) => at)).toEqual(found.map(({ at }) => at).toSorted());
    });

    it('shows what somebody changed by hand, with who did it, and sets it back when told', async () => {
      const drifted = async () => (await placementOf(cluster.platform, `${name}.prod`)).drift;
      await kubectl('scale', '--namespace', inProd(), `deployment/${name}`, '--replicas=1');

      const drift = await eventually(drifted, (fields) =>
        fields.some((one) => one.field.includes('replicas')),
      );
      expect(drift.find((one) => one.field.includes('replicas'))).toMatchObject({
        object: `Deployment ${name}`,
        wanted: '2',
        live: '1',
        // Clusters before 1.22 do not say who scales.
        manager: expect.stringMatching(/kubectl|unknown/),
      });
      const shown = await pltf(cluster.platform, 'show', name);
      expect(shown.out).toMatch(/replicas/);
      await done('drift', 'revert', name, '--env', 'prod', '--yes');

      await eventually(
        async () => (await instancePods(inProd())).length,
        (count) => count === 2,
        rolloutMs,
      );
      await eventually(drifted, (fields) => fields.length === 0);
    });
  },
);
