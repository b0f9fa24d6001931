import { servedKinds } from '@pltf/plan/render';
import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../cluster/cluster-api.ts';
import { memoryServed } from '../../../cluster/testing/memory-cluster.ts';
import { parentOf } from './apply-set.ts';
import { prune } from './prune.ts';
import { placed } from './testing/placed.ts';

const namespace = 'users-api--prod';
const mark = (set: string) => ({
  'pltf.dev/platform': '0a1b2c3d',
  'applyset.kubernetes.io/part-of': set,
});
const configMap = (name: string): ObjectKey => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name,
});

/** Applied, with some members besides that nothing renders (any more). */
async function withStale(names: readonly string[]) {
  const here = placed();
  await here.pass();
  for (const name of names)
    here.cluster.edit(configMap(name), 'pltf', { metadata: { labels: mark(here.set.seal.set) } });
  here.cluster.forgetRequests();
  return here;
}

describe('pruning', () => {
  it('asks nothing while every member is wanted', async () => {
    const { cluster, set, objects } = await withStale([]);

    const outcome = await prune(set, objects(), memoryServed);

    expect(outcome).toEqual({ pruned: [], later: 0, unconfirmed: [], held: undefined });
    expect(cluster.requests).toEqual([]);
  });

  it('deletes members that are not wanted any more, and shrinks the inventory after', async () => {
    const { cluster, set, pass, objects } = placed();
    await pass(objects());
    const without = objects({ routes: [] });
    await pass(without);

    const outcome = await prune(set, without, memoryServed);

    expect(outcome.pruned).toEqual(['NetworkPolicy users-api-from-gateway', 'Ingress users-api']);
    expect(cluster.objects.all().some(({ kind }) => kind === 'Ingress')).toBe(false);
    const kinds = cluster.objects.get(parentOf(namespace))?.metadata.annotations?.[
      'applyset.kubernetes.io/contains-group-kinds'
    ];
    expect(kinds).not.toContain('Ingress');
    expect(kinds).toContain('Deployment.apps');
  });

  it('deletes only so many in one pass, and says how many are left', async () => {
    const { set, objects } = await withStale(
      Array.from({ length: 12 }, (_, index) => `old-${index}`),
    );

    const first = await prune(set, objects(), memoryServed);
    const second = await prune(set, objects(), memoryServed);

    expect([first.pruned.length, first.later]).toEqual([10, 2]);
    expect([second.pruned.length, second.later]).toEqual([2, 0]);
  });

  it('leaves what has left the set meanwhile, whatever the cache says', async () => {
    const { cluster, set, objects } = await withStale(['old']);
    const cache = set.cache.of(namespace);
    cluster.edit(configMap('old'), 'somebody', {
      metadata: { labels: { 'applyset.kubernetes.io/part-of': 'applyset-other-v1' } },
    });

    const behind = { ...set, cache: { ...set.cache, of: () => cache } };
    const outcome = await prune(behind, objects(), memoryServed);

    expect(outcome.pruned).toEqual([]);
    expect(cluster.objects.get(configMap('old'))).toBeDefined();
    expect(cluster.requests.some(({ verb }) => verb === 'delete')).toBe(false);
  });

  it('leaves an object that was made anew under the same name', async () => {
    const { cluster, set, objects } = await withStale(['old']);
    const cache = set.cache.of(namespace);
    await cluster.delete(configMap('old'));
    cluster.edit(configMap('old'), 'somebody', { metadata: { labels: mark(set.seal.set) } });

    const behind = { ...set, cache: { ...set.cache, of: () => cache } };
    await prune(behind, objects(), memoryServed);

    expect(cluster.objects.get(configMap('old'))).toBeDefined();
  });

  it('never takes an empty wish for the wish that nothing be there', async () => {
    const { cluster, set } = await withStale(['old']);

    await prune(set, [], memoryServed);

    expect(cluster.requests).toEqual([]);
  });

  it('does nothing when the cluster serves other APIs than those that were rendered for', async () => {
    const { cluster, set, objects } = await withStale(['old']);
    const fewer = servedKinds();
    const withRoutes = { kinds: new Set([...fewer, 'gateway.networking.k8s.io/v1/HTTPRoute']) };

    const outcome = await prune(set, objects(), withRoutes);

    expect(outcome).toMatchObject({ pruned: [], held: expect.stringContaining('other APIs') });
    expect(cluster.objects.get(configMap('old'))).toBeDefined();
  });

  it('does nothing when discovery fails', async () => {
    const { cluster, set, objects } = await withStale(['old']);
    cluster.fail({ verb: 'served' }, new Error('metrics.k8s.io is down'));

    await expect(prune(set, objects(), memoryServed)).rejects.toThrow('metrics.k8s.io');

    expect(cluster.objects.get(configMap('old'))).toBeDefined();
  });

  it('keeps an object whose API is not served at the moment', async () => {
    const { cluster, set, pass, objects } = placed();
    await pass(objects());
    const kinds = new Set([...memoryServed.kinds].filter((kind) => !kind.endsWith('/Ingress')));
    cluster.serve({ ...memoryServed, kinds });

    const outcome = await prune(set, objects({ routes: [] }), { kinds });

    expect(outcome.held).toContain('Ingress users-api');
    expect(cluster.objects.all().some(({ kind }) => kind === 'Ingress')).toBe(true);
  });

  it('keeps claims until somebody confirms that they may go', async () => {
    const { cluster, set, objects } = await withStale([]);
    const claim: ObjectKey = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
      name: 'volume',
    };
    cluster.edit(claim, 'pltf', { metadata: { labels: mark(set.seal.set) } });
    const served = { kinds: new Set([...memoryServed.kinds, 'v1/PersistentVolumeClaim']) };
    cluster.serve({ ...memoryServed, ...served });

    const kept = await prune(set, objects(), served);
    const gone = await prune(set, objects(), served, {
      confirmed: new Set(['PersistentVolumeClaim volume']),
    });

    expect(kept).toMatchObject({ pruned: [], unconfirmed: ['PersistentVolumeClaim volume'] });
    expect(gone.pruned).toEqual(['PersistentVolumeClaim volume']);
  });

  it('leaves tasks alone: they go by their own time', async () => {
    const { cluster, set, objects } = await withStale([]);
    const job: ObjectKey = { apiVersion: 'batch/v1', kind: 'Job', namespace, name: 'release-1' };
    cluster.edit(job, 'pltf', { metadata: { labels: mark(set.seal.set) } });

    await prune(set, objects(), memoryServed);

    expect(cluster.objects.get(job)).toBeDefined();
  });
});
