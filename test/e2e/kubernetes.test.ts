import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, LogLine, type PlacementEvidence } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  field,
  kubectl,
  leftInCluster,
  objectIn,
  objectsIn,
  serviceUrl,
} from './support/cluster.ts';
import {
  type ClusterPlatform,
  instancePods,
  placementOf,
  pushGreeting,
  startClusterPlatform,
} from './support/cluster-platform.ts';
import { withoutClusterTools } from './support/cluster-tools.ts';
import { eventually, fetchUrl, git, pltf, pltfWith } from './support/tools.ts';

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

    it('gets a change of the platform wave by wave, and the change halts where pods do not come up', async () => {
      const { platform } = cluster;
      await git(platform, clone, 'switch', '--quiet', '-c', 'wave');
      await pushGreeting(platform, clone, 'Hello from a wave', 'wave');
      await serviceUrl(`${name}-wave--preview`, rolloutMs);
      const change = async () => (await platform.client.listFleetChanges({ query: {} })).items[0];
      const states = async () =>
        Object.fromEntries(
          (await change())?.waves.flatMap(({ members }) =>
            members.map(({ placement, state }) => [placement, state]),
          ) ?? [],
        );
      const before = await placementOf(platform, `${name}.prod`);

      // 32 MiB are too little for node: what is of that size is killed as it starts.
      await cluster.reform(environments, { small: 288, medium: 32 });
      const halted = await eventually(change, (now) => now?.state === 'halted', 2 * rolloutMs);
      const found = await states();
      const status = await pltf(platform, 'fleet', 'status');
      await cluster.reform(environments, { small: 288, medium: 512 });
      await eventually(states, (now) => now[`${name}.prod`] === 'done', 2 * rolloutMs);

      expect(halted?.reason).toContain(`${name}.prod failed in prod`);
      expect(found).toEqual({
        [`${name}.preview`]: 'done',
        [`${name}-wave.preview`]: 'done',
        [`${name}.prod`]: 'failed',
      });
      expect(status.code).toBe(1);
      expect(await placementOf(platform, `${name}.prod`)).toMatchObject({
        ...{ phase: 'running', serving: before.serving },
      });
      const [pod] = await instancePods(`${name}-wave--preview`);
      expect(pod && field(pod, 'spec', 'containers', 0, 'resources', 'limits', 'memory')).toBe(
        '288Mi',
      );
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

const imagesOf = async (namespace: string): Promise<readonly unknown[]> => {
  const images = (await instancePods(namespace)).map((pod) =>
    field(pod, 'spec', 'containers', 0, 'image'),
  );
  return [...new Set(images)];
};
