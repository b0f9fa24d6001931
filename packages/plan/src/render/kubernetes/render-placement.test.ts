import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { blockYaml } from '../yaml/block-yaml.ts';
import { addedKinds, servedKinds } from './input.ts';
import { leftOut } from './left-out.ts';
import type { KubernetesObject } from './object.ts';
import { renderPlacement, renderTask } from './render-placement.ts';
import { schemaProblems } from './testing/openapi-schemas.ts';
import { type PodSpec, restrictedProblems } from './testing/pod-security.ts';
import { anyInput, inputWith, wholeCluster } from './testing/render-inputs.ts';
import { kindsOf, type Loose, one, podsOf } from './testing/rendered-objects.ts';

const label = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const dnsLabel = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

describe('a placement in a cluster', () => {
  it('is everything that a service with an address, a range and an objective needs', () => {
    const input = inputWith(
      {
        needs: {
          db: { kind: 'offer', offer: 'postgres', plan: 'small' },
          stripe: { kind: 'secret', secret: 'stripe-key' },
        },
      },
      {
        callers: [{ component: 'web', label: 'web', environment: 'prod' }],
        callees: {
          payments: {
            component: 'payments-api',
            label: 'payments-api',
            environment: 'prod',
            port: 3000,
          },
        },
        backing: { db: { port: 5432, cidr: '10.1.2.3/32' } },
      },
    );

    const objects = renderPlacement(input);

    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace users-api--prod',
      'ResourceQuota users-api',
      'LimitRange users-api',
      'ServiceAccount users-api',
      'NetworkPolicy users-api-default-deny',
      'NetworkPolicy users-api-dns',
      'NetworkPolicy users-api-from-gateway',
      'NetworkPolicy users-api-from-monitoring',
      'NetworkPolicy users-api-from-web--prod',
      'NetworkPolicy users-api-to-payments-api--prod',
      'NetworkPolicy users-api-to-need-db',
      'NetworkPolicy users-api-to-outside',
      'ConfigMap users-api',
      'ExternalSecret users-api-db',
      'ExternalSecret users-api-stripe',
      'Service users-api',
      'Deployment users-api',
      'HorizontalPodAutoscaler users-api',
      'PodDisruptionBudget users-api',
      'HTTPRoute users-api',
      'ServiceMonitor users-api',
      'PrometheusRule users-api',
      'ConfigMap users-api-dashboard',
      'Placement users-api',
    ]);
    expect(leftOut(input)).toEqual([]);
    expect(one(objects, 'ConfigMap', 'users-api').data).toEqual({
      PLTF_COMPONENT: 'users-api',
      PLTF_ENVIRONMENT: 'prod',
      PLTF_PLACEMENT: 'users-api.prod',
      PLTF_TEAM: 'team-identity',
      PAYMENTS_URL: 'http://payments-api.payments-api--prod.svc',
      LOG_LEVEL: 'info',
    });
  });

  it('is accepted by Kubernetes’ own definitions, whatever is asked for', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const objects = [
          ...renderPlacement(input),
          renderTask(input, { id: 'release-1', command: ['x'], timeoutSeconds: 60 }),
        ];
        expect(objects.flatMap(schemaProblems)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('runs nothing that Pod Security `restricted` refuses', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const objects = [...renderPlacement(input), renderTask(input, { id: 'shell' })];
        const pods = objects.flatMap((object) => podsOf(object)) as { spec: PodSpec }[];
        expect(pods.length).toBeGreaterThanOrEqual(1);
        expect(pods.flatMap(({ spec }) => restrictedProblems(spec))).toEqual([]);
        expect(objects[0]?.metadata.labels).toMatchObject({
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/enforce-version': `v1.${input.cluster.minor}`,
        });
      }),
      { numRuns: 100 },
    );
  });

  it('has names, labels and selectors that a cluster takes, each object once', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const objects = renderPlacement(input);
        const keys = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
        expect(new Set(keys).size).toBe(keys.length);
        const [namespace] = objects;
        for (const object of objects) {
          const { name, labels, annotations } = object.metadata;
          expect(name).toMatch(dnsLabel);
          if (object !== namespace)
            expect(object.metadata.namespace).toBe(namespace?.metadata.name);
          if (['StatefulSet', 'CronJob'].includes(object.kind))
            expect(name.length).toBeLessThanOrEqual(52);
          for (const value of Object.values(labels)) expect(value).toMatch(label);
          expect(Object.keys(labels)).toEqual(
            expect.arrayContaining(
              ['name', 'instance', 'version', 'component', 'part-of', 'managed-by'].map(
                (key) => `app.kubernetes.io/${key}`,
              ),
            ),
          );
          expect(
            Object.keys(annotations).every((key) => /^(?:pltf\.dev|cert-manager\.io)\//.test(key)),
          ).toBe(true);
          for (const pod of podsOf(object)) {
            const selector = (object as Loose).spec.selector?.matchLabels ?? {};
            expect(pod.metadata.labels).toMatchObject(selector);
            expect(Object.keys(selector)).not.toContain('app.kubernetes.io/version');
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is the same text every time, whatever the order of what was declared, and reads back as the same objects', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const turned = <T>(record: Readonly<Record<string, T>> = {}): Record<string, T> =>
          Object.fromEntries(Object.entries(record).toReversed());
        const { placement } = input;
        const { spec } = placement;
        const other = {
          ...input,
          callees: turned(input.callees),
          backing: turned(input.backing),
          callers: [...(input.callers ?? [])].toReversed(),
          placement: {
            ...placement,
            spec: {
              ...spec,
              needs: turned(spec.needs),
              run: { ...spec.run, env: turned(spec.run.env) },
            },
          },
        };
        const withoutPlacement = (objects: readonly KubernetesObject[]) =>
          objects.filter(({ kind }) => kind !== 'Placement');

        const objects = renderPlacement(input);
        const text = blockYaml(objects);

        expect(
          blockYaml(renderPlacement(structuredClone({ ...input, cluster: input.cluster }))),
        ).toBe(text);
        expect(blockYaml(withoutPlacement(renderPlacement(other)))).toBe(
          blockYaml(withoutPlacement(objects)),
        );
        expect(parseAllDocuments(text).map((document) => document.toJS() as unknown)).toEqual(
          objects,
        );
        const apart = JSON.parse(JSON.stringify(objects)) as KubernetesObject[];
        expect(apart).toEqual(objects);
        expect(blockYaml(apart)).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves out what an older cluster does not know, and nothing that it does', () => {
    const fields = (minor: number) => {
      const objects = renderPlacement(inputWith({}, { cluster: { ...wholeCluster, minor } }));
      const { spec } = one(objects, 'Deployment').spec.template;
      return [
        Object.keys(spec.containers[0].lifecycle.preStop)[0],
        spec.topologySpreadConstraints[0].matchLabelKeys !== undefined,
      ];
    };

    expect([fields(20), fields(27), fields(30)]).toEqual([
      ['exec', false],
      ['exec', true],
      ['sleep', true],
    ]);
  });

  it('says what a bare cluster lacks, with the remedy', () => {
    const bare = inputWith(
      {},
      { cluster: { minor: 33, kinds: servedKinds(), monitoring: wholeCluster.monitoring } },
    );

    expect(leftOut(bare)).toEqual([
      { what: 'route users-api.example.com', because: expect.stringContaining('platform file') },
      { what: 'figures', because: expect.stringContaining('Prometheus operator') },
      { what: 'alerts', because: expect.stringContaining('Prometheus operator') },
    ]);
    expect(kindsOf(renderPlacement(bare))).toEqual(
      expect.not.arrayContaining(Object.values(addedKinds).map((kind) => kind.split('/').at(-1))),
    );
  });
});
