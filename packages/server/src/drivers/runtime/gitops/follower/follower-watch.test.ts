import { expect, test } from 'vitest';
import { memoryCluster, memoryServed } from '../../../cluster/testing/memory-cluster.ts';
import { watchFollowers } from './follower-watch.ts';

const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' } as const;

test('the clusters of a ring are those for which its sets have made Applications', async () => {
  const kinds = new Set([...memoryServed.kinds, 'argoproj.io/v1alpha1/Application']);
  const hub = memoryCluster({ served: { minor: memoryServed.minor, kinds } });
  hub.edit({ apiVersion: 'v1', kind: 'Namespace', name: 'argocd' }, 'test', {});
  const made = (name: string, labels: Readonly<Record<string, string>>): void =>
    void hub.edit({ ...application, namespace: 'argocd', name }, 'argocd', {
      metadata: { labels: { 'pltf.dev/ring': 'eu', ...labels } },
    });
  for (const set of ['pltf-eu-ad', 'pltf-eu-07'])
    for (const cluster of ['fr-1', 'de-1']) made(`${set}-${cluster}`, { 'pltf.dev/follower': set });
  made('pltf-eu-followers', {});
  made('pltf-us-ad-us-1', { 'pltf.dev/ring': 'us', 'pltf.dev/follower': 'pltf-us-ad' });

  await using watch = watchFollowers({ hub, agent: 'argocd', namespace: 'argocd', ring: 'eu' });
  await watch.ready();

  expect(watch.clusters()).toEqual(['de-1', 'fr-1']);
});
