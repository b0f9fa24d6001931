import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type JsonValue, namespaceOf, renderPlacement } from '@pltf/plan/render';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputWith } from '../../packages/plan/src/render/kubernetes/testing/render-inputs.ts';
import { openClusterCache } from '../../packages/server/src/drivers/cluster/cache/watched-cache.ts';
import type {
  ClusterApi,
  LiveObject,
} from '../../packages/server/src/drivers/cluster/cluster-api.ts';
import type { ClusterCache } from '../../packages/server/src/drivers/cluster/cluster-cache.ts';
import { openCluster } from '../../packages/server/src/drivers/cluster/http/http-cluster.ts';
import { kubeconfigSource } from '../../packages/server/src/drivers/cluster/http/kubeconfig.ts';
import {
  isComplete,
  together,
} from '../../packages/server/src/drivers/runtime/kubernetes/apply/apply-outcome.ts';
import { applySet } from '../../packages/server/src/drivers/runtime/kubernetes/apply/apply-set-pass.ts';
import { covers } from '../../packages/server/src/drivers/runtime/kubernetes/apply/covers.ts';
import { difference } from '../../packages/server/src/drivers/runtime/kubernetes/apply/difference.ts';
import {
  fieldName,
  leavesOf,
  type OwnedPath,
  sameJson,
  valueAt,
} from '../../packages/server/src/drivers/runtime/kubernetes/apply/owned-fields.ts';
import {
  keyOf,
  nameOf,
  type PlacementSet,
  placementSet,
} from '../../packages/server/src/drivers/runtime/kubernetes/apply/placement-set.ts';
import { removeSet } from '../../packages/server/src/drivers/runtime/kubernetes/apply/remove-set.ts';
import {
  type SealedObject,
  seal,
} from '../../packages/server/src/drivers/runtime/kubernetes/apply/seal.ts';
import { ownTree } from '../../packages/server/src/drivers/runtime/kubernetes/drift/attribution.ts';
import { findDrift } from '../../packages/server/src/drivers/runtime/kubernetes/drift/find-drift.ts';
import { revertDrift } from '../../packages/server/src/drivers/runtime/kubernetes/drift/revert-drift.ts';
import { openProxy, type Proxy } from './support/kubectl-proxy.ts';

const run = promisify(execFile);
const cluster = process.env['KUBECONFIG'];

describe.skipIf(cluster === undefined)(
  `objects of a placement on a real cluster${cluster === undefined ? ' (skipped: KUBECONFIG names none)' : ''}`,
  () => {
    const component = `apply-${randomBytes(3).toString('hex')}`;
    const platform = randomBytes(4).toString('hex');
    const namespace = namespaceOf(component, 'prod');
    const requests: string[] = [];
    let api: ClusterApi;
    let cache: ClusterCache;
    let set: PlacementSet;
    let objects: readonly SealedObject[];
    let proxy: Proxy;

    const kubectl = async (...words: string[]): Promise<string> =>
      (await run('kubectl', ['--namespace', namespace, ...words])).stdout;
    const pass = async (wanted = objects) =>
      together(
        await applySet(set, wanted, 'surroundings'),
        await applySet(set, wanted, 'workload'),
      );
    const named = (name: string): SealedObject => {
      const found = objects.find((object) => nameOf(keyOf(object)) === name);
      if (found === undefined) throw new Error(`${name} is not rendered`);
      return found;
    };
    const stateOf = (name: string) =>
      difference([named(name)], cache.of(namespace), set.seal.set)[0]?.state;
    /** Until what somebody else did has arrived by the watch. */
    const until = async (condition: () => boolean): Promise<void> => {
      for (let tries = 0; tries < 600 && !condition(); tries += 1) await sleep(50);
      expect(condition()).toBe(true);
    };
    const live = async (object: SealedObject): Promise<LiveObject> => {
      const found = await api.get(keyOf(object));
      if (found === undefined) throw new Error(`${nameOf(keyOf(object))} is not there`);
      return found;
    };
    const rendered = async (instances: number, kind: 'service' | 'worker' = 'service') => {
      const { minor, kinds } = await api.served();
      const image = `localhost:1/${component}@sha256:${'0'.repeat(64)}`;
      const input = inputWith(
        {
          ...{ component, kind },
          run: {
            ...{
              instances: { minimum: instances, maximum: instances },
              env: { LOG_LEVEL: 'info' },
            },
            ...(kind === 'worker' ? { volume: '/data' } : {}),
          },
        },
        {
          cluster: { minor, kinds, ingress: { className: 'nginx', namespace: 'ingress' } },
          callers: [{ component: 'web', label: 'web', environment: 'prod' }],
          release: { number: 1, commit: 'a'.repeat(40), image },
        },
      );
      return seal(renderPlacement(input), set.seal);
    };

    beforeAll(async () => {
      const context = (await run('kubectl', ['config', 'current-context'])).stdout.trim();
      api = openCluster({
        ...{ name: 'real', context, kubeconfig: kubeconfigSource(process.env) },
        onRequest: ({ method, path }) => void requests.push(`${method} ${path}`),
      });
      cache = openClusterCache({ api, platform });
      await cache.ready();
      set = placementSet({ cluster: api, cache, platform, runtime: 'real' }, namespace);
      objects = await rendered(0);
      proxy = await openProxy();
    });
    afterAll(async () => {
      proxy?.[Symbol.dispose]();
      await run('kubectl', [
        'delete',
        'namespace',
        namespace,
        '--ignore-not-found',
        '--wait=false',
      ]);
      await cache?.[Symbol.asyncDispose]();
      await api?.[Symbol.asyncDispose]();
    });

    it('are applied in one pass, and a second one asks and writes nothing', async () => {
      const outcome = await pass();
      await until(() =>
        difference(objects, cache.of(namespace), set.seal.set).every(
          ({ state }) => state === 'settled',
        ),
      );
      const writes = (): number => requests.filter((line) => !line.includes('watch=')).length;
      const before = writes();

      const again = await pass();

      expect(outcome.refused).toEqual([]);
      expect(isComplete(outcome)).toBe(true);
      expect(outcome.created).toHaveLength(objects.length);
      expect(again.applied).toEqual([]);
      expect(writes()).toBe(before);
    });

    it('are each covered by the fields that the API server says are ours', async () => {
      for (const object of objects)
        expect(covers(object, ownTree(await live(object))), nameOf(keyOf(object))).toBe(true);
      const stateful = (await rendered(0, 'worker')).filter(({ kind }) => kind === 'StatefulSet');
      for (const object of stateful) {
        const result = await api.apply(object, { dryRun: true });
        expect(result.ok && covers(object, ownTree(result.object)), 'StatefulSet').toBe(true);
      }
      expect(stateful).toHaveLength(1);
    });

    it('are not covered any more when anybody changes any single field of them', async () => {
      let changed = 0;
      for (const object of objects) {
        const before = await live(object);
        for (const leaf of leavesOf(ownTree(before) ?? {})) {
          const edit = editOf(object, leaf, valueAt(before, leaf));
          const after = edit === undefined ? undefined : await proxy.tryApply(object, edit);
          if (after === undefined || sameJson(valueAt(after, leaf), valueAt(before, leaf)))
            continue;
          changed += 1;
          expect(
            covers(object, ownTree(after)),
            `${nameOf(keyOf(object))} ${fieldName(leaf)}`,
          ).toBe(false);
        }
      }
      // Many cannot be changed at all: selectors, enumerations, what names a thing.
      expect(changed).toBeGreaterThan(250);
    });

    it('show what people do by hand, with who did it, and go back when they are told to', async () => {
      const deployment = `Deployment ${component}`;
      const hands: readonly (readonly [string, string, readonly string[]])[] = [
        [deployment, '.spec.replicas', ['scale', `deployment/${component}`, '--replicas=1']],
        [
          `ConfigMap ${component}`,
          '.data.LOG_LEVEL',
          ['patch', 'configmap', component, '--patch={"data":{"LOG_LEVEL":"debug"}}'],
        ],
        [
          `Service ${component}`,
          '.metadata.annotations.pltf.dev/commit',
          ['annotate', '--overwrite', 'service', component, 'pltf.dev/commit=mine'],
        ],
        [
          deployment,
          `.spec.template.spec.containers[name="${component}"].image`,
          ['set', 'image', `deployment/${component}`, `${component}=localhost:1/other:1`],
        ],
        [
          deployment,
          `.spec.template.spec.containers[name="${component}"].env[name="DEBUG"]`,
          ['set', 'env', `deployment/${component}`, 'DEBUG=1'],
        ],
        [
          `ResourceQuota ${component}`,
          '.spec.hard.pods',
          ['patch', 'resourcequota', component, '--patch={"spec":{"hard":{"pods":"99"}}}'],
        ],
      ];
      for (const [name, field, words] of hands) {
        await kubectl(...words);
        await until(() => stateOf(name) === 'touched');

        const drift = await findDrift(set, named(name));
        expect(
          drift.map((one) => one.field),
          words.join(' '),
        ).toEqual([field]);
        if (!words.includes('scale')) expect(drift[0]?.manager).toMatch(/^kubectl/);
        expect((await pass()).applied).toEqual([]);

        expect(await revertDrift(set, objects, { object: name, field })).toHaveLength(1);
        await until(() => stateOf(name) === 'settled');
        expect(await findDrift(set, named(name))).toEqual([]);
      }
    });

    it('show what people add and take away', async () => {
      const name = `ConfigMap ${component}`;
      await kubectl(
        'patch',
        'configmap',
        component,
        '--patch={"data":{"DEBUG":"1","LOG_LEVEL":null}}',
      );
      await until(() => stateOf(name) === 'touched');

      const drift = await findDrift(set, named(name));
      await revertDrift(set, objects, { object: name });

      expect(drift.map(({ field, wanted, live: is }) => [field, wanted, is])).toEqual([
        ['.data.LOG_LEVEL', '"info"', undefined],
        ['.data.DEBUG', undefined, '"1"'],
      ]);
      await until(() => stateOf(name) === 'settled');
      expect((await live(named(name)))['data']).not.toHaveProperty('DEBUG');
    });

    it('report a field of somebody else that a change needs, and force nothing', async () => {
      await kubectl('patch', 'configmap', component, '--patch={"data":{"LOG_LEVEL":"debug"}}');
      await until(() => stateOf(`ConfigMap ${component}`) === 'touched');
      const { data, ...rest } = named(`ConfigMap ${component}`) as SealedObject & {
        data: JsonValue;
      };
      const other = {
        ...rest,
        data: { ...(data as object), LOG_LEVEL: 'warn' },
        metadata: {
          ...rest.metadata,
          annotations: { ...rest.metadata.annotations, 'pltf.dev/applied': 'another' },
        },
      } as SealedObject;

      const outcome = await pass([...objects.filter(({ kind }) => kind === 'Namespace'), other]);

      expect(outcome.conflicts).toMatchObject([
        { field: '.data.LOG_LEVEL', wanted: '"warn"', live: '"debug"' },
      ]);
      expect(outcome.conflicts[0]?.manager).toMatch(/^kubectl/);
      await revertDrift(set, objects, {});
    });

    it('are put back when somebody deletes one', async () => {
      await kubectl('delete', 'service', component);
      await until(() => stateOf(`Service ${component}`) === 'missing');

      expect((await pass()).created.map(nameOf)).toEqual([`Service ${component}`]);
    });

    it('are removed step by step, and what holds one is named, until the API server has none', async () => {
      await kubectl(
        'patch',
        'ingress',
        component,
        '--patch={"metadata":{"finalizers":["example.com/hold"]}}',
      );
      await until(() =>
        cache.of(namespace).objects.some(({ finalizers }) => finalizers.length > 0),
      );
      let outcome = await removeSet(set);
      expect(outcome).toMatchObject({ gone: false });
      expect(outcome.leftovers.join()).toContain(`Ingress ${component}`);
      await until(() => cache.of(namespace).objects.some(({ deleting }) => deleting));
      outcome = await removeSet(set);
      expect(outcome.leftovers.join()).toContain(
        `Ingress ${component}: held by example.com/hold, being`,
      );
      await kubectl('patch', 'ingress', component, '--patch={"metadata":{"finalizers":null}}');

      for (let tries = 0; tries < 400 && !outcome.gone; tries += 1) {
        await sleep(250);
        outcome = await removeSet(set);
      }

      expect(outcome).toEqual({ gone: true, leftovers: [] });
      expect(
        await api.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }),
      ).toBeUndefined();
      await until(() => cache.of(namespace).objects.length === 0);
    });
  },
);

/** An object with one field only, changed; undefined for what is no single value. */
function editOf(
  object: SealedObject,
  path: OwnedPath,
  value: JsonValue | undefined,
): JsonValue | undefined {
  const changed = otherThan(value);
  if (changed === undefined) return undefined;
  let inner: JsonValue = changed;
  for (const element of path.toReversed()) {
    if (typeof element === 'string') inner = { [element]: inner };
    else if ('keys' in element) inner = [{ ...element.keys, ...(inner as object) }];
    else return undefined;
  }
  const { metadata = {}, ...fields } = inner as Record<string, JsonValue>;
  const { name, namespace } = object.metadata;
  return {
    ...fields,
    ...{ apiVersion: object.apiVersion, kind: object.kind },
    metadata: {
      ...(metadata as object),
      ...(namespace === undefined ? { name } : { name, namespace }),
    } as JsonValue,
  };
}

function otherThan(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value === 'string') return otherText(value);
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.length > 1 ? value.slice(1) : undefined;
  return undefined;
}

const otherText = (value: string): string => {
  const quantity = /^([0-9]+)(m|Mi|Gi)$/.exec(value);
  if (quantity !== null) return `${Number(quantity[1]) + 1}${quantity[2]}`;
  return /^[0-9]+$/.test(value) ? String(Number(value) + 1) : `${value}x`;
};
