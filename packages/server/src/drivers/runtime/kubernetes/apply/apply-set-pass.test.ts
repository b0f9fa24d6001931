import { PltfError } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../cluster/cluster-api.ts';
import { type ApplyOutcome, isComplete } from './apply-outcome.ts';
import { parentOf } from './apply-set.ts';
import { applySet } from './apply-set-pass.ts';
import { keyOf } from './placement-set.ts';
import { placed } from './testing/placed.ts';

const namespace = 'users-api--prod';
const deployment: ObjectKey = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace,
  name: 'users-api',
};
const configMap: ObjectKey = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'users-api' };
const fixed = { run: { instances: { minimum: 2, maximum: 2 } } };
const busy = new PltfError('cluster-busy', { detail: 'too many requests' });

describe('a pass over the objects of a placement', () => {
  it('applies the namespace first, the inventory before what it lists, and the workload last', async () => {
    const { cluster, pass, objects } = placed();

    const outcome = await pass();

    const asked = cluster.requests.map(({ verb, kind, name }) => `${verb} ${kind} ${name}`);
    expect(asked[0]).toBe(`get Namespace ${namespace}`);
    expect(asked[1]).toBe(`apply Namespace ${namespace}`);
    expect(asked[2]).toBe('apply ConfigMap pltf-inventory');
    expect(asked.at(-3)).toBe('apply Deployment users-api');
    expect(asked).toHaveLength(objects().length + 2);
    expect(outcome.applied).toHaveLength(objects().length);
    expect(outcome.applied).toEqual(expect.arrayContaining(objects().map(keyOf)));
    expect(outcome.created).toEqual(outcome.applied);
    expect(isComplete(outcome)).toBe(true);
  });

  it('asks and writes nothing once it is settled', async () => {
    const { cluster, pass } = placed();
    await pass();
    cluster.forgetRequests();

    const outcome = await pass();

    expect(cluster.requests).toEqual([]);
    expect(outcome.applied).toEqual([]);
    expect(isComplete(outcome)).toBe(true);
  });

  it('writes only what differs', async () => {
    const { cluster, pass, objects } = placed();
    await pass();
    cluster.forgetRequests();

    const outcome = await pass(objects({ run: { env: { LOG_LEVEL: 'debug' } } }));

    expect(outcome.applied.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Deployment']);
    expect(cluster.requests).toHaveLength(2);
    expect(cluster.objects.get(configMap)?.['data']).toMatchObject({ LOG_LEVEL: 'debug' });
  });

  it('keeps the workload for its own part, so that a release task can run in between', async () => {
    const { cluster, set, objects } = placed();

    await applySet(set, objects(), 'surroundings');

    const kinds = new Set(cluster.objects.all().map(({ kind }) => kind));
    expect(kinds.has('ConfigMap')).toBe(true);
    expect(kinds.has('Deployment')).toBe(false);
    expect(kinds.has('HorizontalPodAutoscaler')).toBe(false);
  });

  it('keeps an inventory that other tools of ApplySets can read', async () => {
    const { cluster, pass, set } = placed();

    await pass();

    const inventory = cluster.objects.get(parentOf(namespace));
    expect(inventory?.metadata.labels).toMatchObject({ 'applyset.kubernetes.io/id': set.seal.set });
    expect(inventory?.metadata.annotations).toMatchObject({
      'applyset.kubernetes.io/tooling': 'pltf/v1.0.0',
      'applyset.kubernetes.io/additional-namespaces': '',
      'applyset.kubernetes.io/contains-group-kinds':
        'ConfigMap,Deployment.apps,HorizontalPodAutoscaler.autoscaling,Ingress.networking.k8s.io,LimitRange,Namespace,NetworkPolicy.networking.k8s.io,PodDisruptionBudget.policy,ResourceQuota,Service,ServiceAccount',
    });
  });

  it('puts back what somebody deleted', async () => {
    const { cluster, pass } = placed();
    await pass();
    await cluster.delete(configMap);

    const outcome = await pass();

    expect(outcome.created.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'ConfigMap users-api',
    ]);
    expect(cluster.objects.get(configMap)).toBeDefined();
  });

  it('leaves a field that somebody took as it is, and says which object to look at', async () => {
    const { cluster, pass, objects } = placed();
    await pass(objects(fixed));
    cluster.edit(deployment, 'kubectl-edit', { spec: { replicas: 5 } });
    cluster.forgetRequests();

    const outcome = await pass(objects(fixed));

    expect(cluster.requests).toEqual([]);
    expect(outcome.applied).toEqual([]);
    expect(outcome.touched.map(({ kind }) => kind)).toEqual(['Deployment']);
    expect(cluster.objects.get(deployment)).toMatchObject({ spec: { replicas: 5 } });
  });

  it('reports a field of somebody else that a change needs, with its owner and value, and forces nothing', async () => {
    const { cluster, pass, objects } = placed();
    await pass(objects(fixed));
    cluster.edit(deployment, 'kubectl-edit', { spec: { replicas: 5 } });

    const outcome = await pass(objects({ ...fixed, release: 2 }));

    expect(outcome.conflicts).toMatchObject([
      {
        object: 'Deployment users-api',
        field: '.spec.replicas',
        manager: 'kubectl-edit',
        wanted: '2',
        live: '5',
        since: expect.stringMatching(/^\d{4}-/),
      },
    ]);
    expect(isComplete(outcome)).toBe(false);
    expect(cluster.objects.get(deployment)).toMatchObject({ spec: { replicas: 5 } });
    expect(outcome.applied.map(({ kind }) => kind)).toContain('ConfigMap');
  });

  it('goes on with the others when the cluster refuses one, and says what it said', async () => {
    const { cluster, pass } = placed();
    const error = new PltfError('cluster-refused', { detail: 'the webhook says no' });
    cluster.fail({ verb: 'apply', kind: 'Service' }, error);

    const outcome = await pass();

    expect(outcome.refused).toEqual([
      { key: { apiVersion: 'v1', kind: 'Service', namespace, name: 'users-api' }, error },
    ]);
    expect(cluster.objects.get(deployment)).toBeDefined();
  });

  it('asks a busy cluster again before it gives up', async () => {
    const { cluster, pass } = placed();
    cluster.fail({ verb: 'apply', kind: 'Service' }, busy, 2);

    const outcome = await pass();

    expect(isComplete(outcome)).toBe(true);
    expect(outcome.applied.some(({ kind }) => kind === 'Service')).toBe(true);
  });

  it('ends the same wherever it is killed', async () => {
    const whole = placed();
    await whole.pass();
    const steps = whole.cluster.requests.length;

    for (let step = 0; step < steps; step += 1) {
      const { cluster, pass } = placed();
      let asked = 0;
      const revive = cluster.fail(() => (asked += 1) > step, new Error('killed'));
      await expect(pass()).rejects.toThrow('killed');
      revive();

      const outcome = await pass();

      expect(isComplete(outcome)).toBe(true);
      expect(cluster.objects.all().map(nameAndSpec)).toEqual(
        expect.arrayContaining(whole.cluster.objects.all().map(nameAndSpec)),
      );
      cluster.forgetRequests();
      expect((await pass()).applied).toEqual([]);
      expect(cluster.requests).toEqual([]);
    }
  });
});

const nameAndSpec = (object: {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: object };
}) => ({ kind: object.kind, name: object.metadata.name, marks: object.metadata.annotations });

describe('what belongs to somebody else', () => {
  const refusal = async (pass: () => Promise<ApplyOutcome>): Promise<PltfError | undefined> =>
    (await pass()).refused[0]?.error;
  const bare = (labels: Record<string, string>) => ({ metadata: { labels } });

  it('is a namespace that was there before: nothing is applied, and the remedy is said', async () => {
    const { cluster, pass } = placed();
    cluster.edit(
      { apiVersion: 'v1', kind: 'Namespace', name: namespace },
      'kubectl-create',
      bare({}),
    );

    const failure = await refusal(pass);

    expect(failure).toMatchObject({
      code: 'cluster-foreign',
      fix: expect.stringContaining(
        `kubectl label namespace ${namespace} pltf.dev/platform=0a1b2c3d`,
      ),
    });
    expect(cluster.requests.filter(({ verb }) => verb === 'apply')).toEqual([]);
  });

  it('is a namespace of another installation', async () => {
    const other = placed({ as: 'ffffffff' });
    await other.pass();

    const failure = await refusal(placed({ cluster: other.cluster }).pass);

    expect(failure).toMatchObject({ code: 'cluster-foreign' });
  });

  it('is an object of another set', async () => {
    const { cluster, pass, set, objects } = placed();
    await applySet(set, objects(), 'surroundings');
    const labels = {
      'applyset.kubernetes.io/part-of': 'applyset-other-v1',
      'pltf.dev/platform': '0a1b2c3d',
    };
    cluster.edit(deployment, 'kubectl', { metadata: { labels } });

    const failure = await refusal(pass);

    expect(failure).toMatchObject({
      code: 'cluster-foreign',
      detail: expect.stringContaining('applyset-other-v1'),
    });
  });

  it('is an inventory that another tool keeps', async () => {
    const { cluster, pass, set, objects } = placed();
    await cluster.apply(objects()[0] as never);
    cluster.edit(parentOf(set.namespace), 'kubectl', {
      metadata: { annotations: { 'applyset.kubernetes.io/tooling': 'kubectl/v1.33' } },
    });

    const failure = await refusal(pass);

    expect(failure).toMatchObject({ code: 'cluster-foreign' });
    expect(failure?.detail).toContain('kubectl');
  });
});

describe('the number of instances', () => {
  it('stays when an autoscaler begins to own it', async () => {
    const { cluster, pass, objects } = placed();
    await pass(objects({ run: { instances: { minimum: 4, maximum: 4 } } }));

    await pass(objects({ run: { instances: { minimum: 2, maximum: 6 } } }));

    expect(cluster.objects.get(deployment)).toMatchObject({ spec: { replicas: 4 } });
  });

  it('is taken back from an autoscaler of ours that is not wanted any more', async () => {
    const { cluster, pass, objects } = placed();
    await pass(objects());
    cluster.edit(deployment, 'kube-controller-manager', { spec: { replicas: 5 } }, 'scale');
    await pass(objects({ release: 2 }));
    expect(cluster.objects.get(deployment)).toMatchObject({ spec: { replicas: 5 } });

    const outcome = await pass(objects({ ...fixed, release: 3 }));

    expect(outcome.conflicts).toEqual([]);
    expect(cluster.objects.get(deployment)).toMatchObject({ spec: { replicas: 2 } });
    expect(cluster.objects.all().some(({ kind }) => kind === 'HorizontalPodAutoscaler')).toBe(
      false,
    );
  });
});
