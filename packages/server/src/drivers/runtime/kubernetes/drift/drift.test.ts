import type { JsonObject, JsonValue } from '@pltf/plan/render';
import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../cluster/cluster-api.ts';
import { type Placed, placed } from '../apply/testing/placed.ts';
import { driftMemory } from './drift-memory.ts';
import { findDrift } from './find-drift.ts';
import { revertDrift } from './revert-drift.ts';

const namespace = 'users-api--prod';
const deployment: ObjectKey = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace,
  name: 'users-api',
};
const configMap: ObjectKey = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'users-api' };
const fixed = { run: { instances: { minimum: 2, maximum: 2 } } };

/** Two instances of `users-api`, applied; and the drift of all of its objects. */
async function settled() {
  const here = placed();
  const objects = here.objects(fixed);
  await here.pass(objects);
  here.cluster.forgetRequests();
  const drift = async () =>
    (await Promise.all(objects.map((object) => findDrift(here.set, object)))).flat();
  return { ...here, wanted: objects, drift };
}

const container = ({ cluster }: Placed) => {
  const { spec } = cluster.objects.get(deployment) as unknown as {
    spec: { template: { spec: { containers: [JsonObject] } } };
  };
  return spec.template.spec.containers[0];
};
const containers = (made: JsonValue): JsonValue => ({
  spec: { template: { spec: { containers: made } } },
});

describe('drift', () => {
  it('is none where nobody touched anything, and looking writes nothing', async () => {
    const { cluster, drift } = await settled();
    const before = cluster.objects.version();

    expect(await drift()).toEqual([]);

    expect(cluster.objects.version()).toBe(before);
  });

  it('is told with what was asked, what is, who has it and since when', async () => {
    const { cluster, drift } = await settled();
    cluster.edit(deployment, 'kubectl-edit', { spec: { replicas: 5 } });

    expect(await drift()).toEqual([
      {
        object: 'Deployment users-api',
        field: '.spec.replicas',
        wanted: '2',
        live: '5',
        manager: 'kubectl-edit',
        since: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/) as string,
      },
    ]);
  });

  it('names the field in a container by the container', async () => {
    const here = await settled();
    const image = 'registry.example.com/other:latest';
    here.cluster.edit(deployment, 'kubectl-set', containers([{ ...container(here), image }]));

    const [first, ...more] = await here.drift();

    expect(more).toEqual([]);
    expect(first).toMatchObject({
      field: '.spec.template.spec.containers[name="users-api"].image',
      live: JSON.stringify(image),
      manager: 'kubectl-set',
    });
  });

  it('tells a field that was taken away, and the whole where all of it is gone', async () => {
    const { cluster, drift } = await settled();
    cluster.edit(configMap, 'kubectl-edit', { data: { LOG_LEVEL: null } });

    const [first, ...more] = await drift();

    expect(more).toEqual([]);
    expect(first).toMatchObject({
      object: 'ConfigMap users-api',
      field: '.data.LOG_LEVEL',
      wanted: '"info"',
    });
    expect(first).not.toHaveProperty('live');
  });

  it('tells what somebody added by hand, and not what the cluster itself added', async () => {
    const { cluster, drift } = await settled();
    cluster.edit(configMap, 'kubectl-patch', { data: { DEBUG: 'yes' } });
    cluster.edit(deployment, 'kube-controller-manager', {
      metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } },
    });

    const found = await drift();

    expect(found).toMatchObject([
      {
        object: 'ConfigMap users-api',
        field: '.data.DEBUG',
        live: '"yes"',
        manager: 'kubectl-patch',
      },
    ]);
    expect(found[0]).not.toHaveProperty('wanted');
  });

  it('is nothing in an object that is not there: that one is put back', async () => {
    const { cluster, drift } = await settled();
    await cluster.delete(configMap);

    expect(await drift()).toEqual([]);
  });
});

describe('looking for drift again', () => {
  it('asks the API server once for each change, and not while nothing changes', async () => {
    const { cluster, set, wanted, pass } = await settled();
    const memory = driftMemory();
    cluster.edit(deployment, 'kubectl-edit', { spec: { replicas: 5 } });

    const look = async () => memory.of(set, (await pass(wanted)).touched);
    const first = await look();
    const asked = cluster.requests.length;
    const second = await look();

    expect(first).toMatchObject([{ field: '.spec.replicas', live: '5' }]);
    expect(second).toEqual(first);
    expect(asked).toBe(2);
    expect(cluster.requests).toHaveLength(2);
  });

  it('sees what somebody added, without being told which object to look at', async () => {
    const { cluster, set, wanted, pass } = await settled();
    const memory = driftMemory();
    cluster.edit(configMap, 'kubectl-patch', { data: { DEBUG: 'yes' } });

    const drift = await memory.of(set, (await pass(wanted)).touched);

    expect(drift).toMatchObject([{ object: 'ConfigMap users-api', field: '.data.DEBUG' }]);
  });

  it('takes a restart by hand for what it is', async () => {
    const { cluster, drift } = await settled();
    const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-11-21T12:00:00Z' };
    cluster.edit(deployment, 'kubectl-rollout', {
      spec: { template: { metadata: { annotations } } },
    });

    expect(await drift()).toEqual([]);
  });

  it('sees that it is over when somebody put it back by hand', async () => {
    const { cluster, set, wanted, pass } = await settled();
    const memory = driftMemory();
    cluster.edit(deployment, 'kubectl-edit', { spec: { replicas: 5 } });
    await memory.of(set, (await pass(wanted)).touched);
    cluster.edit(deployment, 'kubectl-edit', { spec: { replicas: 2 } });

    expect(await memory.of(set, (await pass(wanted)).touched)).toEqual([]);
    cluster.forgetRequests();
    expect(await memory.of(set, (await pass(wanted)).touched)).toEqual([]);
    expect(cluster.requests).toEqual([]);
  });
});

describe('taking drift back', () => {
  it('makes the object as it was asked, and it is ours again', async () => {
    const { cluster, set, wanted, drift, pass } = await settled();
    cluster.edit(deployment, 'kubectl-edit', { spec: { replicas: 5 } });

    const reverted = await revertDrift(set, wanted, { object: 'Deployment users-api' });

    expect(reverted).toMatchObject([{ field: '.spec.replicas', live: '5' }]);
    expect(cluster.objects.get(deployment)).toMatchObject({ spec: { replicas: 2 } });
    expect(await drift()).toEqual([]);
    expect((await pass(wanted)).touched).toEqual([]);
  });

  it('takes out of a mapping what was added', async () => {
    const { cluster, set, wanted, drift } = await settled();
    const added = { 'example.com/a.b': 'x' };
    cluster.edit(configMap, 'kubectl-annotate', {
      metadata: { annotations: added },
      data: { DEBUG: '1' },
    });

    const reverted = await revertDrift(set, wanted, {});

    expect(reverted.map(({ field }) => field)).toEqual([
      '.data.DEBUG',
      '.metadata.annotations.example.com/a.b',
    ]);
    expect(cluster.objects.get(configMap)?.['data']).not.toHaveProperty('DEBUG');
    expect(await drift()).toEqual([]);
  });

  it('takes out of lists what was added, whole and in one go, and leaves what a controller added', async () => {
    const { cluster, set, wanted, drift } = await settled();
    const template = () => cluster.objects.get(deployment)?.['spec'] as PodTemplate;
    const before = template().template.spec.containers[0]?.env;
    const add = (manager: string, env: readonly object[], sidecar: string) => {
      const [program] = template().template.spec.containers;
      const all = [...(program?.env ?? []), ...env];
      const others = template().template.spec.containers.slice(1);
      const containers = [{ ...program, env: all }, ...others, { name: sidecar, image: 'i' }];
      const patch = { spec: { template: { spec: { containers } } } };
      cluster.edit(deployment, manager, patch as unknown as JsonValue);
    };
    add('kubectl-set', [{ name: 'DEBUG', value: '1' }], 'shell');
    add('mesh-injector', [{ name: 'MESH', value: 'on' }], 'mesh');
    add('kubectl-edit', [{ name: 'MORE', value: '2' }], 'other');
    const added = await drift();

    const reverted = await revertDrift(set, wanted, {});

    const container = '.spec.template.spec.containers';
    const variable = `${container}[name="users-api"].env`;
    expect(new Set(added.map(({ field }) => field))).toEqual(
      new Set([
        `${variable}[name="DEBUG"]`,
        `${variable}[name="MORE"]`,
        `${container}[name="shell"]`,
        `${container}[name="other"]`,
      ]),
    );
    expect(reverted).toEqual(added);
    expect(await drift()).toEqual([]);
    const { containers } = template().template.spec;
    expect(containers.map(({ name }) => name)).toEqual(['users-api', 'mesh']);
    expect(containers[0]?.env).toEqual([...(before ?? []), { name: 'MESH', value: 'on' }]);
  });

  it('touches only what was chosen', async () => {
    const { cluster, set, wanted } = await settled();
    cluster.edit(deployment, 'kubectl-edit', { spec: { replicas: 5 } });
    cluster.edit(configMap, 'kubectl-edit', { data: { LOG_LEVEL: 'debug' } });

    const reverted = await revertDrift(set, wanted, { field: '.data.LOG_LEVEL' });

    expect(reverted.map(({ object }) => object)).toEqual(['ConfigMap users-api']);
    expect(cluster.objects.get(deployment)).toMatchObject({ spec: { replicas: 5 } });
  });

  it('refuses an object that the platform does not keep', async () => {
    const { set, wanted } = await settled();

    await expect(revertDrift(set, wanted, { object: 'Secret other' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

interface PodTemplate {
  readonly template: {
    readonly spec: {
      readonly containers: readonly { readonly name: string; readonly env?: readonly object[] }[];
    };
  };
}
