import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../cluster/cluster-api.ts';
import { removeSet } from './remove-set.ts';
import { placed } from './testing/placed.ts';

const namespace = 'users-api--prod';
const itself: ObjectKey = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
const ingress: ObjectKey = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  namespace,
  name: 'users-api',
};

describe('the removal of a placement', () => {
  it('takes entries first, then what runs, then the namespace, and is proved by the API server', async () => {
    const { cluster, set, pass } = placed();
    await pass();
    cluster.forgetRequests();

    const outcome = await removeSet(set);

    const deleted = cluster.requests.flatMap(({ verb, kind }) => (verb === 'delete' ? [kind] : []));
    expect(deleted.indexOf('Ingress')).toBeLessThan(deleted.indexOf('Deployment'));
    expect(deleted.at(-1)).toBe('Namespace');
    expect(cluster.requests.at(-1)).toMatchObject({ verb: 'get', kind: 'Namespace' });
    expect(outcome).toEqual({ gone: true, leftovers: [] });
    expect(cluster.objects.all()).toEqual([]);
  });

  it('says what is left and who holds it, without waiting, and goes on from there', async () => {
    const { cluster, set, pass } = placed();
    await pass();
    cluster.edit(ingress, 'balancer', { metadata: { finalizers: ['example.com/balancer'] } });

    const first = await removeSet(set);
    const again = await removeSet(set);

    expect(first).toEqual({
      gone: false,
      leftovers: [
        expect.stringMatching(
          /^Ingress users-api: held by example.com\/balancer, being deleted since 2/,
        ),
      ],
    });
    expect(again).toEqual(first);
    expect(cluster.objects.get(itself)?.metadata.deletionTimestamp).toBeUndefined();

    cluster.edit(ingress, 'balancer', { metadata: { finalizers: null } });
    expect(await removeSet(set)).toEqual({ gone: true, leftovers: [] });
  });

  it('names what holds the namespace itself', async () => {
    const { cluster, set, pass } = placed();
    await pass();
    const held: ObjectKey = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'users-api' };
    cluster.edit(held, 'somebody', { metadata: { finalizers: ['example.com/keep'] } });

    const { gone, leftovers } = await removeSet(set);

    expect(gone).toBe(false);
    expect(leftovers[0]).toMatch(/^ConfigMap users-api: held by example.com\/keep, being deleted/);
    expect(leftovers[0]).toContain(
      `if it is gone for good: kubectl -n ${namespace} patch configmap users-api --type=merge`,
    );
    expect(leftovers.at(-1)).toMatch(/^Namespace users-api--prod \(being deleted since 2/);
  });

  it('is done where nothing of it is, and leaves a namespace alone that is not ours', async () => {
    const { cluster, set } = placed();
    expect(await removeSet(set)).toEqual({ gone: true, leftovers: [] });
    cluster.edit(itself, 'kubectl-create', { metadata: { labels: {} } });

    const outcome = await removeSet(set);

    expect(outcome.gone).toBe(true);
    expect(cluster.objects.get(itself)).toBeDefined();
  });

  it('leaves alone what another runtime of the same cluster has taken over', async () => {
    const old = placed();
    await old.pass();
    const other = placed({ cluster: old.cluster, runtime: 'west' });
    await other.pass();

    const outcome = await removeSet(old.set);

    expect(outcome).toEqual({ gone: true, leftovers: [] });
    expect(old.cluster.objects.get(ingress)).toBeDefined();
    expect(await removeSet(other.set)).toEqual({ gone: true, leftovers: [] });
    expect(old.cluster.objects.all()).toEqual([]);
  });

  it('leaves to an agent that pulls from Git what that has taken over, and takes out the rest', async () => {
    const { cluster, set, pass } = placed();
    await pass();
    const deployment = { ...ingress, apiVersion: 'apps/v1', kind: 'Deployment' };
    const annotations = { 'argocd.argoproj.io/tracking-id': 'east:/Namespace:/users-api--prod' };
    for (const key of [itself, deployment])
      cluster.edit(key, 'argocd-controller', { metadata: { annotations } });
    const before = cluster.objects.get(deployment);

    const outcome = await removeSet(set);

    const after = cluster.objects.get(deployment);
    expect(outcome).toEqual({ gone: true, leftovers: [] });
    expect(after?.['spec']).toEqual(before?.['spec']);
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.metadata.managedFields?.map(({ manager }) => manager)).not.toContain('pltf');
    expect(cluster.objects.get(itself)?.metadata.labels?.['pltf.dev/platform']).toBeUndefined();
    expect(cluster.objects.get(ingress)).toBeUndefined();
    expect(await removeSet(set)).toEqual({ gone: true, leftovers: [] });
    expect(cluster.objects.get(deployment)).toBeDefined();
  });

  it('ends the same wherever it is killed', async () => {
    const whole = placed();
    await whole.pass();
    whole.cluster.forgetRequests();
    await removeSet(whole.set);
    const steps = whole.cluster.requests.length;

    for (let step = 0; step < steps; step += 1) {
      const { cluster, set, pass } = placed();
      await pass();
      let asked = 0;
      const revive = cluster.fail(() => (asked += 1) > step, new Error('killed'));
      await expect(removeSet(set)).rejects.toThrow('killed');
      revive();

      expect(await removeSet(set)).toEqual({ gone: true, leftovers: [] });
      expect(cluster.objects.all()).toEqual([]);
    }
  });
});
