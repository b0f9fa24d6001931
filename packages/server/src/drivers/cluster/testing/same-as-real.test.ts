import { randomBytes } from 'node:crypto';
import type { JsonValue, KubernetesObject } from '@pltf/plan/render';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplyResult, ClusterApi, LiveObject, ObjectKey } from '../cluster-api.ts';
import { memoryCluster } from './memory-cluster.ts';
import { openRealCluster, withoutCluster } from './real-cluster.ts';

const missing = withoutCluster();
const namespace = `pltf-same-${randomBytes(4).toString('hex')}`;

interface Wanted {
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly labels: Readonly<Record<string, string>>;
  readonly replicas: number | undefined;
  readonly image: string;
}
type Step =
  | { readonly does: 'apply'; readonly wanted: Wanted; readonly force: boolean }
  | { readonly does: 'patch'; readonly patch: JsonValue };

const small = fc.constantFrom('1', '2');
const labels = fc.dictionary(fc.constantFrom('x', 'y.example.com/z'), small, { minKeys: 1 });
const wanted: fc.Arbitrary<Wanted> = fc.record({
  env: fc.dictionary(fc.constantFrom('A', 'B', 'C'), small, { minKeys: 1 }),
  ports: fc.uniqueArray(fc.constantFrom(80, 81), { minLength: 1 }),
  labels,
  replicas: fc.option(fc.constant(0), { nil: undefined }),
  image: fc.constantFrom('web:1', 'web:2'),
});
const patch: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.record({
    metadata: fc.record({
      labels: fc.dictionary(fc.constantFrom('x', 'w'), small, { minKeys: 1 }),
    }),
  }),
  fc.record({ metadata: fc.record({ labels: fc.record({ x: fc.constant(null) }) }) }),
  fc.record({ metadata: fc.record({ finalizers: fc.constantFrom(['a.example.com/b'], []) }) }),
  fc.record({ spec: fc.record({ minReadySeconds: fc.constantFrom(1, 2) }) }),
  fc.record({ spec: fc.record({ revisionHistoryLimit: fc.constantFrom(3, 4) }) }),
);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ does: fc.constant('apply' as const), wanted, force: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('patch' as const), patch }) },
  ),
  { minLength: 3, maxLength: 7 },
);

const objectOf = (name: string, { env, ports, image, ...more }: Wanted): KubernetesObject =>
  JSON.parse(
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels: more.labels },
      spec: {
        replicas: more.replicas,
        paused: true,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            containers: [
              {
                name: 'main',
                image,
                // In what order items of such a list end up has changed from version to version.
                env: Object.entries(env)
                  .sort(([a], [b]) => (a < b ? -1 : 1))
                  .map(([key, value]) => ({ name: key, value })),
                ports: [...ports]
                  .sort((a, b) => a - b)
                  .map((port) => ({ containerPort: port, name: `p${port}` })),
              },
            ],
          },
        },
      },
    }),
  ) as KubernetesObject;

/** What both have to agree on: what we asked for, who owns what of it, and the count of generations. */
function told(object: LiveObject): unknown {
  const spec = object['spec'] as { readonly [field: string]: unknown };
  const template = spec['template'] as {
    readonly spec: { readonly containers: readonly object[] };
  };
  const { env, image, ports } = template.spec.containers[0] as Record<
    string,
    readonly { name: string }[]
  >;
  const byName = (list: readonly { name: string }[] = []): unknown =>
    Object.fromEntries(list.map((item) => [item.name, item]));
  return {
    labels: object.metadata.labels ?? {},
    finalizers: object.metadata.finalizers ?? [],
    generation: object.metadata.generation,
    replicas: spec['replicas'],
    minReadySeconds: spec['minReadySeconds'] ?? 0,
    revisionHistoryLimit: spec['revisionHistoryLimit'],
    image,
    env: byName(env),
    ports: byName(ports),
    owned: object.metadata.managedFields?.find(
      ({ manager, operation }) => manager === 'pltf' && operation === 'Apply',
    )?.fieldsV1,
  };
}

const answerOf = (answer: ApplyResult): unknown =>
  answer.ok
    ? told(answer.object)
    : answer.conflicts.map(({ field, manager }) => `${manager} ${field}`).sort();

describe.skipIf(missing !== undefined)(
  `the cluster in memory (${missing ?? 'beside the one of KUBECONFIG'})`,
  () => {
    let real: ClusterApi;
    const memory = memoryCluster();
    let count = 0;

    beforeAll(async () => {
      real = openRealCluster();
      const made = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace, labels: {}, annotations: {} },
      };
      for (const cluster of [real, memory]) await cluster.apply(made);
    });
    afterAll(async () => {
      const { items } = await real.list(
        { apiVersion: 'apps/v1', kind: 'Deployment' },
        { namespace },
      );
      for (const { apiVersion, kind, metadata } of items) {
        await real.patch(
          { apiVersion, kind, namespace, name: metadata.name },
          { metadata: { finalizers: [] } },
        );
      }
      await real.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      await real[Symbol.asyncDispose]();
    });

    async function take(cluster: ClusterApi, name: string, step: Step): Promise<unknown> {
      if (step.does === 'apply') {
        return answerOf(await cluster.apply(objectOf(name, step.wanted), { force: step.force }));
      }
      const key: ObjectKey = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
      return told(await cluster.patch(key, step.patch));
    }

    it('answers every sequence of applies and patches as the real one does', async () => {
      await fc.assert(
        fc.asyncProperty(wanted, steps, async (first, more) => {
          count += 1;
          const name = `web-${count}`;
          for (const step of [{ does: 'apply' as const, wanted: first, force: false }, ...more]) {
            const [theirs, ours] = [await take(real, name, step), await take(memory, name, step)];
            expect(ours).toEqual(theirs);
          }
        }),
        { numRuns: 20 },
      );
    }, 120_000);
  },
);
