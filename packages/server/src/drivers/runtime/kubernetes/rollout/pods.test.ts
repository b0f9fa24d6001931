import { expect, test } from 'vitest';
import type { SeenPod } from '../../../cluster/cluster-cache.ts';
import { podsByRole, surplusOf } from './pods.ts';

const template = 'v1';

function pod(name: string, change: Partial<Pick<SeenPod, 'deleting' | 'phase'>>, state: string) {
  const container = { name: 'shop', image: 'i', ready: false, restarts: 0, state };
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', namespace: 'shop--prod', name, uid: name, labels: {} },
    ...{ annotations: { 'pltf.dev/template': template }, createdAt: '', deleting: false },
    ...{ phase: 'Running', ready: false, node: undefined, ip: undefined, owner: undefined },
    scheduled: { ok: true, message: undefined },
    containers: [
      { ...container, message: undefined, startedAt: undefined, lastEnd: undefined },
    ] as const,
    ...change,
  } satisfies SeenPod;
}

const roles = (...pods: readonly SeenPod[]) =>
  podsByRole({ name: 'shop--prod', objects: [], workloads: [], pods }, template);
const names = (pods: readonly SeenPod[]) => pods.map(({ name }) => name);

test('an instance is leaving as long as anything of it runs, and not while its kubelet keeps what has ended', () => {
  const { leaving, own } = roles(
    pod('serves', {}, 'running'),
    pod('drains', { deleting: true }, 'running'),
    pod('not-started', { deleting: true }, 'waiting:ContainerCreating'),
    pod('without-image', { deleting: true }, 'waiting:ImagePullBackOff'),
    pod('ended', { deleting: true }, 'terminated:Completed'),
    pod('killed', { deleting: true, phase: 'Failed' }, 'terminated:Error'),
  );

  expect(names(leaving)).toEqual(['drains', 'not-started']);
  expect(names(own)).toEqual(['serves']);
});

test('a container that ended while others of its pod run on leaves the pod what it was', () => {
  const [beside] = pod('beside', {}, 'running').containers;
  const half = pod('half', { deleting: true }, 'terminated:Completed');

  const { leaving } = roles({ ...half, containers: [...half.containers, beside] });

  expect(names(leaving)).toEqual(['half']);
});

test('instances above what is wanted are counted until the cluster takes them away', () => {
  const found = roles(pod('a', {}, 'running'), pod('b', {}, 'running'), pod('c', {}, 'running'));

  expect(surplusOf(found, 1)).toBe(2);
  expect(surplusOf(found, 3)).toBe(0);
  // The autoscaler's.
  expect(surplusOf(found, undefined)).toBe(0);
});
