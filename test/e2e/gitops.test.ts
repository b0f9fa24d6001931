import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { clearCluster, field, kubectl, serviceUrl } from './support/cluster.ts';
import {
  type ClusterPlatform,
  placementOf,
  pushGreeting,
  startClusterPlatform,
} from './support/cluster-platform.ts';
import { withoutClusterTools } from './support/cluster-tools.ts';
import { eventually, git, pltf, run } from './support/tools.ts';

const missing = await withoutClusterTools();
const commitMs = 90_000;

describe.skipIf(missing !== undefined)(
  `Git as the way into a cluster (${missing ?? 'an environment repository, and pods from it'})`,
  () => {
    let cluster: ClusterPlatform;
    let folder: string;
    let environments: string;
    let name: string;
    let clone: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pltf-environments-'));
      environments = join(folder, 'environments.git');
      await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', environments]);
      cluster = await startClusterPlatform({
        environments: { preview: 'agent', staging: 'near', prod: 'fleet' },
        // Of the one the cluster is known, of the other only the repository.
        runtimes: (registry, context) =>
          `  fleet: {driver: gitops, repository: "${environments}", agent: argocd, ring: first, kubernetes: 23, registry: "${registry}/pltf"}
  near: {driver: gitops, repository: "${environments}", agent: argocd, ring: near, target: "${context}", registry: "${registry}/pltf"}\n`,
      });
      const { platform } = cluster;
      name = `fleet-${cluster.word}`;
      clone = join(platform.home, name);
      expect(await pltf(platform, 'create', 'service', name)).toMatchObject({ code: 0 });
      await eventually(
        () => placementOf(platform, `${name}.staging`),
        ({ rollout }) => rollout?.step === 'committed',
        commitMs,
      );
    });
    afterAll(async () => {
      await cluster?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    const inRepository = async (...args: readonly string[]): Promise<string> => {
      const { code, out, err } = await run('git', ['--git-dir', environments, ...args]);
      if (code !== 0) throw new Error(err);
      return out.trim();
    };
    /** What is in its ring: the default branch goes to the other one by itself. */
    const ofProd = ['rings/first', 'argocd/first'] as const;
    const commits = async (): Promise<readonly string[]> =>
      (await inRepository('log', '--format=%H', 'main', '--', ...ofProd)).split('\n');
    const manifest = async (environment = 'prod'): Promise<string | undefined> => {
      const files = (await inRepository('ls-tree', '-r', '--name-only', 'main')).split('\n');
      return files.find((file) => file.endsWith(`/${name}--${environment}/manifest.yaml`));
    };
    const objectsOf = async (environment = 'prod'): Promise<readonly unknown[]> => {
      const text = await inRepository('show', `main:${await manifest(environment)}`);
      return parseAllDocuments(text).map((document) => document.toJS() as unknown);
    };
    const imageAt = async (): Promise<string> => {
      const objects = await objectsOf();
      const deployment = objects.find((one) => field(one, 'kind') === 'Deployment');
      return String(field(deployment, 'spec', 'template', 'spec', 'containers', 0, 'image'));
    };

    it('commits what a promotion asks for, with who asked and what it was made from', async () => {
      const { platform } = cluster;
      // Nobody reports how it goes on: it is over with the commit, and nobody says that it serves.
      const promoted = await pltf(platform, 'promote', name);
      expect(promoted, promoted.err).toMatchObject({ code: 0 });
      const head = await inRepository('rev-parse', '--short=7', 'main');
      expect(promoted.out).toContain(`is committed as ${head}; nobody reports`);
      expect(promoted.out).not.toContain('serves');

      const path = await manifest();
      expect(path).toMatch(new RegExp(`^rings/first/[0-9a-f]{2}/${name}--prod/manifest.yaml$`));
      expect(await imageAt()).toMatch(
        new RegExp(`^${cluster.registry}/pltf/.*@sha256:[0-9a-f]{64}$`),
      );
      const log = await inRepository('log', '-1', '--format=%B', 'main', '--', String(path));
      expect(log).toContain(`Pltf-Placement: ${name}.prod`);
      expect(log).toMatch(/^Pltf-By: \S+/m);
      const { items } = await platform.client.listReleases({
        params: { component: name },
        query: {},
      });
      expect(log).toContain(`Argocd-reference-commit-sha: ${items[0]?.commit}`);
      const files = await inRepository('ls-tree', '-r', '--name-only', 'main');
      expect(files).toMatch(/^argocd\/first\//m);
    });

    /** As an agent brings it to the cluster. */
    const bring = async (environment: string): Promise<void> => {
      for (const object of await objectsOf(environment)) {
        const input = JSON.stringify(object);
        const applied = await run('kubectl', ['apply', '--server-side', '-f', '-'], { input });
        // The manifest is for a newer cluster than the one at hand may be.
        if (!applied.err.includes('no matches for kind'))
          expect(applied, applied.err).toMatchObject({ code: 0 });
      }
      await kubectl(
        ...['rollout', 'status', '--namespace', `${name}--${environment}`, `deployment/${name}`],
        '--timeout=90s',
      );
    };

    it('is what a cluster takes: pods run from it and answer', async () => {
      await bring('prod');

      const url = await serviceUrl(`${name}--prod`);
      // Nodes hear of a new Service some seconds after its pods are ready.
      const text = await eventually(
        () => fetch(url).then(async (answer) => answer.text(), String),
        (said) => said.includes('It works.'),
      );
      expect(text).toContain('It works.');
    });

    it('shows instances and lines of a cluster that it knows, and runs tasks and commands there', async () => {
      const { platform } = cluster;
      await bring('staging');
      const shown = await eventually(
        () => placementOf(platform, `${name}.staging`),
        ({ instances }) => instances.some(({ state }) => state === 'healthy'),
      );
      const at = [name, '--env', 'staging'] as const;

      const lines = await pltf(platform, 'logs', ...at);
      const task = await pltf(platform, 'run', ...at, '--', 'node', '-e', 'console.log(6 * 7)');
      const inside = await pltf(platform, 'exec', ...at, '--', 'node', '-p', '7 * 7');
      const elsewhere = await pltf(platform, 'logs', name, '--env', 'prod');

      expect(shown.phase).toBe('unknown');
      expect(lines, lines.err).toMatchObject({ code: 0 });
      expect(lines.out).toContain('listening');
      expect(task, task.err).toMatchObject({ code: 0 });
      expect(task.out).toContain('42');
      expect(inside, inside.err).toMatchObject({ code: 0 });
      expect(inside.out).toContain('49');
      expect(elsewhere.code).not.toBe(0);
      expect(elsewhere.err).toContain('knows no way to the cluster');
      await clearCluster(name);
    });

    it('never shows as good what nobody reports on', async () => {
      const shown = await placementOf(cluster.platform, `${name}.prod`);

      expect(shown.phase).toBe('unknown');
      expect(shown.serving).toBeUndefined();
    });

    it('makes one commit for one change, none for none, and goes back to the very content', async () => {
      const { platform } = cluster;
      const before = await commits();
      const image = await imageAt();
      await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/${name}.git`);
      await pushGreeting(platform, clone, 'The second release');
      await eventually(
        () => platform.client.listReleases({ params: { component: name }, query: {} }),
        ({ items }) => items.length === 2,
        commitMs,
      );
      const prod = { params: { placement: `${name}.prod` } };

      await platform.client.deploy({ ...prod, body: { release: 2 } });
      await eventually(imageAt, (now) => now !== image, commitMs);
      const forth = await commits();
      await platform.client.deploy({ ...prod, body: { release: 1 } });
      await eventually(imageAt, (now) => now === image, commitMs);

      expect(forth.length - before.length).toBe(1);
      const changed = await inRepository(
        ...['diff', '--name-only', `${before[0]}`, `${forth[0]}`, '--', ...ofProd],
      );
      expect(changed).toBe(await manifest());
      expect((await commits()).length - forth.length).toBe(1);
    });

    it('leaves a tombstone where a placement was, and nothing else of it', async () => {
      const path = String(await manifest());

      const deleted = await pltf(
        ...[cluster.platform, 'delete', name, '--yes', '--why', 'a newer one does it'],
      );

      expect(deleted, deleted.err).toMatchObject({ code: 0 });
      expect(deleted.out).toContain(`unknown  placement ${name}.prod: removed from the repository`);
      // Of the cluster that is known it is proved.
      expect(deleted.out).toMatch(new RegExp(`gone\\s+placement ${name}.staging`));
      expect(await manifest()).toBeUndefined();
      const tombstone = path.replace('manifest.yaml', 'TOMBSTONE');
      expect(JSON.parse(await inRepository('show', `main:${tombstone}`))).toMatchObject({
        placement: `${name}.prod`,
      });
    });
  },
);
