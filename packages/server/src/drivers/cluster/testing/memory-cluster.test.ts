import { PltfError } from '@pltf/contracts';
import type { KubernetesObject } from '@pltf/plan/render';
import { servedKinds } from '@pltf/plan/render';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveObject, ObjectKey, WatchEvent } from '../cluster-api.ts';
import { type MemoryCluster, memoryCluster } from './memory-cluster.ts';

const namespace: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: {}, annotations: {} },
};
const configMap = (fields: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'shop', namespace: 'shop', labels: { team: 'a' }, annotations: {} },
  data: fields,
});
const container = (image: string): Record<string, unknown> => ({
  name: 'web',
  image,
  ports: [{ containerPort: 8080, name: 'http' }],
  env: [{ name: 'A', value: '1' }],
});
const deployment = (spec: object = {}, containers = [container('web:1')]): KubernetesObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', labels: {}, annotations: {} },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
      ...spec,
    },
  }) as unknown as KubernetesObject;
const keyOf = (object: KubernetesObject): ObjectKey => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  namespace: object.metadata.namespace,
  name: object.metadata.name,
});

let cluster: MemoryCluster;

const applied = async (object: KubernetesObject, force = false): Promise<LiveObject> => {
  const result = await cluster.apply(object, { force });
  if (!result.ok) throw new Error(JSON.stringify(result.conflicts));
  return result.object;
};
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return error instanceof PltfError ? error.code : String(error);
  }
  return 'nothing was refused';
};

beforeEach(async () => {
  cluster = memoryCluster();
  await applied(namespace);
});

describe('applying to the cluster in memory', () => {
  it('writes who owns which leaf, with list items by their keys', async () => {
    const live = await applied(deployment({ replicas: 2 }));

    expect(live.metadata.managedFields).toMatchObject([
      {
        manager: 'pltf',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:selector': {},
            'f:template': {
              'f:spec': {
                'f:containers': {
                  'k:{"name":"web"}': {
                    '.': {},
                    'f:name': {},
                    'f:image': {},
                    'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                    'f:ports': {
                      'k:{"containerPort":8080,"protocol":"TCP"}': {
                        '.': {},
                        'f:containerPort': {},
                        'f:name': {},
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ]);
    expect(live['spec']).toMatchObject({ progressDeadlineSeconds: 600 });
  });

  it('changes nothing when the same is applied again', async () => {
    const first = await applied(deployment());
    const second = await applied(deployment());

    expect(second).toBe(first);
  });

  it('counts versions with every write and generations with those of the spec', async () => {
    const first = await applied(deployment({ replicas: 1 }));
    const relabelled = cluster.edit(keyOf(deployment()), 'kubectl', {
      metadata: { annotations: { note: 'x' } },
    });
    const scaled = await applied(deployment({ replicas: 2 }));

    expect(first.metadata.generation).toBe(1);
    expect(relabelled.metadata.generation).toBe(1);
    expect(scaled.metadata.generation).toBe(2);
    expect(Number(scaled.metadata.resourceVersion)).toBeGreaterThan(
      Number(relabelled.metadata.resourceVersion),
    );
  });

  it('deletes a field that its only owner leaves out, and keeps one that another applied too', async () => {
    await applied(configMap({ a: '1', b: '2', c: '3' }));
    cluster.edit(keyOf(configMap({})), 'someone', { data: { b: '2', d: '4' } });
    const live = await applied(configMap({ a: '1' }));

    expect(live['data']).toEqual({ a: '1', d: '4' });
  });

  it('gives back the default of a field that its only owner leaves out', async () => {
    await applied(deployment({ replicas: 3 }));
    const live = await applied(deployment());

    expect(live['spec']).toMatchObject({ replicas: 1 });
  });

  it('keeps a container that somebody else added, and the fields that they set in ours', async () => {
    await applied(deployment());
    const [ours] = (await specOf()).template.spec.containers;
    cluster.edit(keyOf(deployment()), 'injector', {
      spec: {
        template: {
          spec: {
            containers: [
              { ...ours, tty: true },
              { name: 'proxy', image: 'proxy:1' },
            ],
          },
        },
      },
    });
    await applied(deployment({}, [container('web:2')]));

    expect((await specOf()).template.spec.containers).toMatchObject([
      { name: 'web', image: 'web:2', tty: true },
      { name: 'proxy', image: 'proxy:1' },
    ]);
  });

  it('refuses to change what another owns, and names field and owner', async () => {
    await applied(deployment({ replicas: 2 }));
    cluster.edit(keyOf(deployment()), 'kubectl-scale', { spec: { replicas: 5 } });
    const result = await cluster.apply(deployment({ replicas: 2 }));

    expect(result).toEqual({
      ok: false,
      conflicts: [{ field: '.spec.replicas', manager: 'kubectl-scale' }],
    });
    expect(await specOf()).toMatchObject({ replicas: 5 });
  });

  it('takes over what another owns when it is told to', async () => {
    await applied(deployment({ replicas: 2 }));
    cluster.edit(keyOf(deployment()), 'kubectl-scale', { spec: { replicas: 5 } });
    const live = await applied(deployment({ replicas: 2 }), true);

    expect(live['spec']).toMatchObject({ replicas: 2 });
    expect(live.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['pltf']);
  });

  it('takes a field from us when somebody else changes it', async () => {
    const live = await applied(deployment({ replicas: 2 }));
    const edited = cluster.edit(keyOf(deployment()), 'kubectl', { spec: { replicas: 3 } });
    const fields = (object: LiveObject): string =>
      JSON.stringify(object.metadata.managedFields?.find((entry) => entry.manager === 'pltf'));

    expect(fields(live)).toContain('f:replicas');
    expect(fields(edited)).not.toContain('f:replicas');
  });

  it('says what would come of it and writes nothing in a dry run', async () => {
    await applied(deployment({ replicas: 1 }));
    const result = await cluster.apply(deployment({ replicas: 4 }), { dryRun: true });

    expect(result).toMatchObject({ ok: true, object: { spec: { replicas: 4 } } });
    expect(await specOf()).toMatchObject({ replicas: 1 });
  });

  it('refuses what can never change', async () => {
    await applied(deployment());
    const other = deployment({ selector: { matchLabels: { app: 'other' } } });

    expect(await codeOf(cluster.apply(other))).toBe('cluster-refused');
  });

  it('refuses what it does not serve', async () => {
    cluster.serve({ minor: 20, kinds: servedKinds() });
    const route = {
      ...configMap({}),
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
    };

    expect(await codeOf(cluster.apply(route))).toBe('cluster-refused');
  });
});

describe('deleting from the cluster in memory', () => {
  it('leaves an object alone that was made anew since', async () => {
    const first = await applied(configMap({ a: '1' }));
    await cluster.delete(keyOf(configMap({})));
    await applied(configMap({ a: '1' }));

    expect(await cluster.delete(keyOf(configMap({})), { uid: first.metadata.uid })).toBe('gone');
    expect(await cluster.get(keyOf(configMap({})))).toBeDefined();
  });

  it('waits for finalizers', async () => {
    await applied(configMap({}));
    const key = keyOf(configMap({}));
    cluster.edit(key, 'guard', { metadata: { finalizers: ['guard/wait'] } });
    const answer = await cluster.delete(key);
    const waiting = await cluster.get(key);
    cluster.edit(key, 'guard', { metadata: { finalizers: [] } });

    expect(answer).toBe('going');
    expect(waiting?.metadata.deletionTimestamp).toBeDefined();
    expect(await cluster.get(key)).toBeUndefined();
  });

  it('takes what is in a namespace with it, and keeps it while something inside waits', async () => {
    await applied(configMap({}));
    await applied(deployment());
    cluster.edit(keyOf(configMap({})), 'guard', { metadata: { finalizers: ['guard/wait'] } });
    const answer = await cluster.delete(keyOf(namespace));

    expect(answer).toBe('going');
    expect(await cluster.get(keyOf(deployment()))).toBeUndefined();
    expect(await cluster.get(keyOf(namespace))).toMatchObject({ status: { phase: 'Terminating' } });
    expect(await codeOf(cluster.apply(deployment()))).toBe('cluster-busy');

    cluster.edit(keyOf(configMap({})), 'guard', { metadata: { finalizers: [] } });
    expect(await cluster.get(keyOf(namespace))).toBeUndefined();
    expect(await codeOf(cluster.apply(deployment()))).toBe('cluster-refused');
  });

  it('collects what has lost its owner', async () => {
    const owner = await applied(deployment());
    const key = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'shop', name: 'web-1' };
    cluster.edit(key, 'kube-controller-manager', {
      metadata: { ownerReferences: [{ kind: 'Deployment', name: 'web', uid: owner.metadata.uid }] },
      spec: {},
    });
    await cluster.delete(keyOf(deployment()));

    expect(await cluster.get(key)).toBeUndefined();
  });
});

describe('watching the cluster in memory', () => {
  const configMaps = { apiVersion: 'v1', kind: 'ConfigMap' };
  const collect = async (
    count: number,
    options: { readonly labels?: string; readonly resourceVersion: string },
  ): Promise<readonly WatchEvent[]> => {
    const events: WatchEvent[] = [];
    const { signal } = new AbortController();
    for await (const event of cluster.watch(configMaps, { ...options, signal })) {
      if (event.type === 'BOOKMARK') continue;
      events.push(event);
      if (events.length === count) break;
    }
    return events;
  };

  it('tells what happened since a version, for those that a selector names', async () => {
    const { resourceVersion } = await cluster.list(configMaps);
    const watching = collect(3, { resourceVersion, labels: 'team=a' });
    await applied(configMap({ a: '1' }));
    cluster.edit({ ...keyOf(configMap({})), name: 'other' }, 'x', {
      metadata: { labels: { team: 'b' } },
    });
    await applied(configMap({ a: '2' }));
    cluster.edit(keyOf(configMap({})), 'x', { metadata: { labels: { team: 'c' } } });

    expect((await watching).map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
  });

  it('forgets old versions', async () => {
    const { resourceVersion } = await cluster.list(configMaps);
    await applied(configMap({ a: '1' }));
    cluster.dropWatches({ forget: true });

    expect(await codeOf(collect(1, { resourceVersion }))).toBe('watch-expired');
  });

  it('lists by labels and fields', async () => {
    await applied(configMap({ a: '1' }));
    const named = async (labels: string): Promise<number> =>
      (await cluster.list(configMaps, { labels })).items.length;

    expect(await named('team=a')).toBe(1);
    expect(await named('team in (b, a),!other')).toBe(1);
    expect(await named('team!=a')).toBe(0);
    expect((await cluster.list(configMaps, { fields: 'metadata.name=none' })).items).toEqual([]);
  });
});

it('refuses what a test says, as often as it says', async () => {
  cluster.fail(
    { verb: 'apply', kind: 'ConfigMap' },
    new PltfError('cluster-refused', { detail: 'admission webhook "deny" said no' }),
    1,
  );

  expect(await codeOf(cluster.apply(configMap({})))).toBe('cluster-refused');
  expect(await codeOf(cluster.apply(configMap({})))).toBe('nothing was refused');
});

interface DeploymentSpec {
  readonly replicas: number;
  readonly template: { readonly spec: { readonly containers: readonly Record<string, never>[] } };
}

async function specOf(): Promise<DeploymentSpec> {
  return (await cluster.get(keyOf(deployment())))?.['spec'] as DeploymentSpec;
}
