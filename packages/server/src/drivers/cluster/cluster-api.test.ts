import { randomBytes } from 'node:crypto';
import { PltfError } from '@pltf/contracts';
import type { KubernetesObject } from '@pltf/plan/render';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterApi, LiveObject, ObjectKey, WatchEvent } from './cluster-api.ts';
import { memoryCluster } from './testing/memory-cluster.ts';
import { openRealCluster, withoutCluster } from './testing/real-cluster.ts';

const missing = withoutCluster();
const platform = randomBytes(4).toString('hex');
const namespace = `pltf-api-${platform}`;

/** No map here is empty: whether those are owned has changed from version to version. */
const marked = (name: string): KubernetesObject['metadata'] => ({
  name,
  namespace,
  labels: { 'pltf.dev/platform': platform },
  annotations: { 'example.com/note': 'none' },
});
const configMap = (fields: object, name = 'settings'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: marked(name),
  data: { ...(fields as Record<string, string>) },
});
const statefulSet = (spec: object): KubernetesObject =>
  JSON.parse(
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: marked('db'),
      spec: {
        serviceName: 'db',
        replicas: 0,
        selector: { matchLabels: { app: 'db' } },
        template: {
          metadata: { labels: { app: 'db' } },
          spec: {
            containers: [
              {
                name: 'main',
                image: 'db:1',
                ports: [{ containerPort: 80, name: 'http' }],
                env: [{ name: 'A', value: '1' }],
                resources: { requests: { cpu: '1m' } },
                volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
              },
            ],
            volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Mi' } }],
          },
        },
        ...spec,
      },
    }),
  ) as KubernetesObject;
const ownMetadata = {
  'f:metadata': {
    'f:annotations': { 'f:example.com/note': {} },
    'f:labels': { 'f:pltf.dev/platform': {} },
  },
};
const keyOf = ({ apiVersion, kind, metadata }: KubernetesObject): ObjectKey => ({
  apiVersion,
  kind,
  namespace: metadata.namespace,
  name: metadata.name,
});

/** What every cluster has to do, in memory or real: whoever is tested over the one may trust the other. */
function keepsTheContract(open: () => ClusterApi): void {
  let cluster: ClusterApi;

  const applied = async (object: KubernetesObject): Promise<LiveObject> => {
    const answer = await cluster.apply(object);
    if (!answer.ok) throw new Error(JSON.stringify(answer.conflicts));
    return answer.object;
  };
  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      return error instanceof PltfError ? error.code : String(error);
    }
    return 'nothing was refused';
  };
  const own = (object: LiveObject): unknown =>
    object.metadata.managedFields?.find(
      ({ manager, operation }) => manager === 'pltf' && operation === 'Apply',
    )?.fieldsV1;

  beforeAll(async () => {
    cluster = open();
    await applied({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: {}, annotations: {} },
    });
  });
  afterAll(async () => {
    await cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await cluster[Symbol.asyncDispose]();
  });

  it('says what it serves', async () => {
    const served = await cluster.served();

    expect(served.minor).toBeGreaterThanOrEqual(20);
    expect([...served.kinds]).toEqual(
      expect.arrayContaining([
        'v1/ConfigMap',
        'apps/v1/Deployment',
        'networking.k8s.io/v1/Ingress',
      ]),
    );
  });

  it('writes the same tree of owned fields', async () => {
    const live = await applied(statefulSet({}));

    expect(own(live)).toEqual({
      ...ownMetadata,
      'f:spec': {
        'f:replicas': {},
        'f:selector': {},
        'f:serviceName': {},
        'f:template': {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"main"}': {
                '.': {},
                'f:name': {},
                'f:image': {},
                'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                'f:ports': {
                  'k:{"containerPort":80,"protocol":"TCP"}': {
                    '.': {},
                    'f:containerPort': {},
                    'f:name': {},
                  },
                },
                'f:resources': { 'f:requests': { 'f:cpu': {} } },
                'f:volumeMounts': {
                  'k:{"mountPath":"/tmp"}': { '.': {}, 'f:mountPath': {}, 'f:name': {} },
                },
              },
            },
            'f:volumes': {
              'k:{"name":"tmp"}': { '.': {}, 'f:emptyDir': { 'f:sizeLimit': {} }, 'f:name': {} },
            },
          },
        },
      },
    });
  });

  it('changes nothing when the same is applied again', async () => {
    const first = await applied(configMap({ a: '1' }));
    const second = await applied(configMap({ a: '1' }));

    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(second.metadata.uid).toBe(first.metadata.uid);
  });

  it('deletes a field that is not applied any more', async () => {
    await applied(configMap({ a: '1', b: '2' }));

    expect((await applied(configMap({ a: '1' })))['data']).toEqual({ a: '1' });
  });

  it('takes a field from us when another changes it, and refuses to take it back without force', async () => {
    await applied(configMap({ a: '1' }, 'shared'));
    // Our own Update is another owner than our Apply.
    await cluster.patch(keyOf(configMap({}, 'shared')), { data: { a: '2' } });
    const refused = await cluster.apply(configMap({ a: '1' }, 'shared'));
    const edited = await cluster.get(keyOf(configMap({}, 'shared')));
    const forced = await cluster.apply(configMap({ a: '1' }, 'shared'), { force: true });

    expect(refused).toEqual({ ok: false, conflicts: [{ field: '.data.a', manager: 'pltf' }] });
    expect(own(edited as LiveObject)).toEqual(ownMetadata);
    expect(forced).toMatchObject({ ok: true, object: { data: { a: '1' } } });
  });

  it('says what would come of it in a dry run', async () => {
    await applied(configMap({ a: '1' }, 'dry'));
    const answer = await cluster.apply(configMap({ a: '9' }, 'dry'), { dryRun: true });

    expect(answer).toMatchObject({ ok: true, object: { data: { a: '9' } } });
    expect((await cluster.get(keyOf(configMap({}, 'dry'))))?.['data']).toEqual({ a: '1' });
  });

  it('refuses what is not valid, what can never change and what has no namespace', async () => {
    await applied(statefulSet({}));
    const elsewhere = {
      ...configMap({}),
      metadata: { ...configMap({}).metadata, namespace: `no-${namespace}` },
    };

    expect(await codeOf(cluster.apply(statefulSet({ replicas: -1 })))).toBe('cluster-refused');
    expect(await codeOf(cluster.apply(statefulSet({ serviceName: 'other' })))).toBe(
      'cluster-refused',
    );
    expect(await codeOf(cluster.apply(elsewhere))).toBe('cluster-refused');
    expect(await codeOf(cluster.apply({ ...configMap({}), apiVersion: 'none.example/v1' }))).toBe(
      'cluster-refused',
    );
    expect(await codeOf(cluster.patch(keyOf(configMap({}, 'absent')), {}))).toBe('not-found');
  });

  it('lists by labels and tells what happens from then on', async () => {
    const options = { namespace, labels: `pltf.dev/platform=${platform}` };
    const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
    const pages: string[] = [];
    const { resourceVersion } = await cluster.list(kind, {
      ...options,
      page: (items) => pages.push(...items.map((item) => `${item.kind} ${item.metadata.name}`)),
    });
    const end = new AbortController();
    const events: WatchEvent[] = [];
    const watching = (async () => {
      for await (const event of cluster.watch(kind, {
        ...options,
        resourceVersion,
        signal: end.signal,
      })) {
        events.push(event);
      }
    })();
    await applied(configMap({}, 'watched'));
    await applied(configMap({ b: '1' }, 'watched'));
    await cluster.delete(keyOf(configMap({}, 'watched')));
    const told = (): readonly string[] =>
      events.map((event) =>
        event.type === 'BOOKMARK'
          ? event.type
          : `${event.type} ${event.object.kind} ${event.object.metadata.name}`,
      );
    await expect
      .poll(told)
      .toEqual([
        'BOOKMARK',
        'ADDED ConfigMap watched',
        'MODIFIED ConfigMap watched',
        'DELETED ConfigMap watched',
      ]);
    end.abort();
    await watching;

    expect(pages).toContain('ConfigMap settings');
  });

  it('deletes what has the uid, and waits for finalizers', async () => {
    const first = await applied(configMap({}, 'mortal'));
    const key = keyOf(configMap({}, 'mortal'));
    await cluster.patch(key, { metadata: { finalizers: ['example.com/guard'] } });
    const wrong = await cluster.delete(key, { uid: '00000000-0000-4000-8000-00000000ffff' });
    const spared = await cluster.get(key);
    const going = await cluster.delete(key, { uid: first.metadata.uid });
    await cluster.patch(key, { metadata: { finalizers: [] } });

    expect([wrong, going]).toEqual(['gone', 'going']);
    expect(spared?.metadata.deletionTimestamp).toBeUndefined();
    await expect.poll(() => cluster.get(key)).toBeUndefined();
    expect(await cluster.delete(key)).toBe('gone');
  });
}

describe('a cluster in memory', () => {
  keepsTheContract(() => memoryCluster());
});

describe.skipIf(missing !== undefined)(`a real cluster (${missing ?? 'of KUBECONFIG'})`, () => {
  keepsTheContract(() => openRealCluster());
});
