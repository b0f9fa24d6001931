import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../cluster/cluster-api.ts';
import { agentHands } from './agent-hands.ts';
import { transferred, withoutOurs } from './field-transfer.ts';
import { takeOverSet } from './hand-over.ts';
import { placed } from './testing/placed.ts';

const namespace = 'users-api--prod';
const itself: ObjectKey = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
const config: ObjectKey = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'users-api' };
const flux = {
  'kustomize.toolkit.fluxcd.io/name': 'pltf',
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
};
const ours = { 'app.kubernetes.io/managed-by': 'pltf' };
const applied = (key: ObjectKey, manager: string, more: object = {}) => ({
  apiVersion: key.apiVersion,
  kind: key.kind,
  metadata: {
    name: key.name,
    ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
    labels: { ...ours, ...(manager === 'kustomize-controller' ? flux : {}) },
    annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
  },
  ...more,
});

describe('what another hand has let go of', () => {
  it('is ours: the fields of that manager and of nobody else, without its marks', async () => {
    const { cluster, set } = placed();
    const by = agentHands.flux.manager;
    cluster.applyAs(by, applied(itself, by));
    cluster.applyAs(by, applied(config, by, { data: { PORT: '8080' } }));
    cluster.edit(config, 'somebody', { data: { EXTRA: '1' } });

    await takeOverSet(set, agentHands.flux);
    const live = cluster.objects.get(config);
    await cluster.apply(applied(config, 'pltf', { data: {} }));

    expect(live?.metadata.labels).not.toHaveProperty('kustomize.toolkit.fluxcd.io/name');
    expect(live?.metadata.labels?.['pltf.dev/platform']).toBe(set.seal.platform);
    expect(cluster.objects.get(itself)?.metadata.labels?.['pltf.dev/platform']).toBe(
      set.seal.platform,
    );
    // What we do not ask for goes; what somebody else wrote stays.
    expect(cluster.objects.get(config)?.['data']).toEqual({ EXTRA: '1' });
  });

  it("is left alone where the namespace is of somebody else, or in nobody's hand", async () => {
    const { cluster, set } = placed();
    cluster.edit(itself, 'kubectl-create', { metadata: { labels: ours } });

    await expect(takeOverSet(set, agentHands.flux)).rejects.toMatchObject({
      code: 'cluster-foreign',
    });

    const other = { metadata: { labels: { 'pltf.dev/platform': 'ffffffff' } } };
    cluster.applyAs(agentHands.flux.manager, applied(itself, agentHands.flux.manager));
    cluster.edit(itself, 'pltf', other);
    await expect(takeOverSet(set, agentHands.flux)).rejects.toMatchObject({
      code: 'cluster-foreign',
    });
  });

  it('is taken over once: what is ours is not written again', async () => {
    const { cluster, set, pass } = placed();
    await pass();
    cluster.forgetRequests();

    await takeOverSet(set, agentHands.argocd);

    expect(cluster.requests.filter(({ verb }) => verb === 'patch')).toEqual([]);
  });

  it('joins what both have applied, and keeps what others wrote', () => {
    const entry = (manager: string, fieldsV1: object, operation: 'Apply' | 'Update' = 'Apply') => ({
      ...{ manager, operation, apiVersion: 'v1' },
      fieldsV1: JSON.parse(JSON.stringify(fieldsV1)),
    });
    const entries = [
      entry('pltf', { 'f:data': { 'f:A': {} } }),
      entry('argocd-controller', { 'f:data': { 'f:B': {} } }),
      entry('argocd-controller', { 'f:status': {} }, 'Update'),
      entry('kubectl', { 'f:data': { 'f:C': {} } }),
    ];

    const after = transferred(entries, 'argocd-controller');

    expect(after).toEqual([
      entry('pltf', { 'f:data': { 'f:A': {}, 'f:B': {} } }),
      entries[2],
      entries[3],
    ]);
    expect(withoutOurs(after)).toEqual([entries[2], entries[3]]);
  });
});
