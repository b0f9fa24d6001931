import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EnvironmentRepo, openEnvironmentRepo } from '../../../environment-repo/index.ts';
import { gitText } from '../testing/gitops-world.ts';
import { clusterPointers, clustersBranch, pointClusters } from './cluster-pointers.ts';
import type { GitOpsRule } from './manifest.ts';
import { ringOf } from './ring-of-rule.ts';

let folder: string;
let location: string;
let repo: EnvironmentRepo;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pltf-pointers-'));
  location = join(folder, 'environments.git');
  const path = process.env['PATH'] ?? '';
  repo = await openEnvironmentRepo({ location, root: folder, path, batchMs: 0 });
});
afterEach(async () => {
  await repo[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const rule = { agent: 'argocd', cluster: '*', ring: 'eu', branch: 'main' } as GitOpsRule;
const written = async (release: number): Promise<string> => {
  const path = 'rings/eu/ad/users-api--prod/manifest.yaml';
  const changes = new Map([[path, new TextEncoder().encode(`release: ${release}\n`)]]);
  return (await repo.commit({ ref: 'refs/heads/main', changes, message: `${release}` })).commit;
};
const ring = ringOf(rule, '0a1b2c3d', undefined);
/** The ring is at that commit, and its clusters are these. */
const pointed = (clusters: readonly string[] | undefined, commit: string): Promise<void> =>
  pointClusters({ repo, ring, clusters: () => clusters }, commit);
const git = (...args: readonly string[]): Promise<string> => gitText(location, args);

test('each cluster of a ring has the tree of its ring, of the newest of several commits', async () => {
  const [first, second] = [await written(1), await written(2)];

  const clusters = (): readonly string[] => ['de-1', 'fr-1'];
  const troubles: unknown[] = [];
  const onTrouble = (error: unknown): void => void troubles.push(error);
  using pointers = clusterPointers({ repo, ring, clusters, onTrouble, gatherMs: 20 });
  for (const commit of [first, second]) pointers.follow(commit);
  const ref = `refs/heads/${clustersBranch}`;
  await expect.poll(() => repo.head(ref), { timeout: 20_000 }).toBeDefined();

  const tree = await git('rev-parse', `${second}:rings/eu`);
  expect(await git('rev-parse', `${clustersBranch}:clusters/eu/de-1`)).toBe(tree);
  expect(await git('rev-parse', `${clustersBranch}:clusters/eu/fr-1`)).toBe(tree);
  expect(await git('rev-list', '--count', clustersBranch)).toBe('1');
  expect(troubles).toEqual([]);
  expect(await git('log', '--format=%B', clustersBranch)).toContain(`Pltf-Ring-Commit: ${second}`);
});

test('what changed for one cluster is a difference of git, and the same again is no commit', async () => {
  await pointed(['de-1'], await written(1));
  const second = await written(2);
  await pointed(['de-1'], second);
  await pointed(['de-1'], second);

  const changed = await git('diff', '--name-only', `${clustersBranch}~1`, clustersBranch);
  expect(changed).toBe('clusters/eu/de-1/ad/users-api--prod/manifest.yaml');
  expect(await git('rev-list', '--count', clustersBranch)).toBe('2');
});

test('a cluster that left the ring points nowhere; where nobody reports any, all stay', async () => {
  await pointed(['de-1', 'fr-1'], await written(1));
  const second = await written(2);

  await pointed(undefined, second);
  await pointed([], second);
  const before = await git('ls-tree', '--name-only', `${clustersBranch}:clusters/eu`);
  await pointed(['de-1'], second);

  expect(before).toBe('de-1\nfr-1');
  expect(await git('ls-tree', '--name-only', `${clustersBranch}:clusters/eu`)).toBe('de-1');
});
