import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { blockYaml } from '../yaml/block-yaml.ts';
import { allowance } from './alerts.ts';
import { addedKinds, servedKinds } from './input.ts';
import { leftOut } from './left-out.ts';
import { fingerprint, labelValue, namespaceOf, objectName, shortened } from './names.ts';
import type { KubernetesObject } from './object.ts';
import { cpuQuantity, memoryQuantity } from './quantity.ts';
import { renderPlacement, renderTask } from './render-placement.ts';
import { schemaProblems } from './testing/openapi-schemas.ts';
import { type PodSpec, restrictedProblems } from './testing/pod-security.ts';
import { anyInput, inputWith, type SpecChange, wholeCluster } from './testing/render-inputs.ts';
import { morePortsOf } from './traffic.ts';

/** An object of which the test knows what is in it. */
// oxlint-disable-next-line typescript/no-explicit-any -- reading deep into rendered JSON, whose shape the oracles check
type Loose = any;

const kindsOf = (objects: readonly KubernetesObject[]): string[] => objects.map(({ kind }) => kind);
const one = (objects: readonly KubernetesObject[], kind: string, name?: string): Loose => {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  expect(found.map((object) => object.metadata.name)).toHaveLength(1);
  return found[0];
};
const policyNames = (objects: readonly KubernetesObject[]): string[] =>
  objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata }) => metadata.name);

/** Pod templates wherever they are. */
function podsOf(object: Loose): Loose[] {
  if (object.kind === 'CronJob') return [object.spec.jobTemplate.spec.template];
  return object.spec?.template === undefined ? [] : [object.spec.template];
}

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

  it('leaves the number of instances to the autoscaler, and writes it where there is none', () => {
    const scaled = renderPlacement(inputWith({ run: { instances: { minimum: 0, maximum: 4 } } }));
    const fixed = renderPlacement(inputWith({ run: { instances: { minimum: 0, maximum: 0 } } }));
    const old = inputWith(
      { run: { instances: { minimum: 2, maximum: 4 } } },
      { cluster: { minor: 20, kinds: new Set(['apps/v1/Deployment', 'v1/Service']) } },
    );

    expect(one(scaled, 'Deployment').spec).not.toHaveProperty('replicas');
    expect(one(scaled, 'HorizontalPodAutoscaler').spec).toMatchObject({
      minReplicas: 1,
      maxReplicas: 4,
    });
    expect(one(fixed, 'Deployment').spec.replicas).toBe(0);
    expect(kindsOf(fixed)).not.toContain('HorizontalPodAutoscaler');
    expect(one(renderPlacement(old), 'Deployment').spec.replicas).toBe(2);
    expect(leftOut(old).map(({ what }) => what)).toEqual([
      'route users-api.example.com',
      'scaling to 4',
      'disruption budget',
    ]);
  });

  it('budgets disruption from two instances on, and never so that a node cannot be emptied', () => {
    const of = (minimum: number, maximum = minimum) =>
      renderPlacement(inputWith({ run: { instances: { minimum, maximum } } }));

    expect(kindsOf(of(1))).not.toContain('PodDisruptionBudget');
    expect(kindsOf(of(1, 5))).not.toContain('PodDisruptionBudget');
    expect(one(of(2), 'PodDisruptionBudget').spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  it('denies both ways first, and opens each edge at both of its ends to the same pods and port', () => {
    const web = inputWith(
      { component: 'web' },
      {
        callees: {
          users: { component: 'users-api', label: 'users-api', environment: 'prod', port: 8080 },
        },
      },
    );
    const users = inputWith(
      {},
      { callers: [{ component: 'web', label: 'web', environment: 'prod' }] },
    );

    const out = one(renderPlacement(web), 'NetworkPolicy', 'web-to-users-api--prod').spec;
    const into = one(renderPlacement(users), 'NetworkPolicy', 'users-api-from-web--prod').spec;
    const denied = one(renderPlacement(users), 'NetworkPolicy', 'users-api-default-deny').spec;

    expect(denied).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    expect(out.egress).toEqual([
      {
        to: [
          {
            namespaceSelector: {
              matchLabels: { 'kubernetes.io/metadata.name': 'users-api--prod' },
            },
          },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ]);
    expect(into.ingress).toEqual([
      {
        from: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'web--prod' } } },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ]);
    expect(into.policyTypes).toEqual(['Ingress']);
  });

  it('lets nobody in to a worker, and only names and the outside out of it', () => {
    const objects = renderPlacement(
      inputWith({
        ...{ kind: 'worker', component: 'mailer', routes: [] },
        run: { alive: ['node', 'src/alive.js'] },
      }),
    );

    expect(policyNames(objects)).toEqual([
      'mailer-default-deny',
      'mailer-dns',
      'mailer-to-outside',
    ]);
    expect(kindsOf(objects)).not.toContain('Service');
    const [container] = one(objects, 'Deployment').spec.template.spec.containers;
    expect(container).not.toHaveProperty('ports');
    expect(container.livenessProbe.exec).toEqual({ command: ['node', 'src/alive.js'] });
    expect(kindsOf(renderPlacement(inputWith({ kind: 'worker' })))).not.toContain('ServiceMonitor');
  });

  it('publishes no host that asks for sign-in where nothing can ask', () => {
    const routes = [
      { host: 'a.example.com', public: true, signIn: false },
      { host: 'b.example.com', public: true, signIn: true },
    ];
    const plain = inputWith({ routes });
    const asking = inputWith(
      { routes },
      { cluster: { ...wholeCluster, signIn: { group: 'x.io', kind: 'Login', name: 'staff' } } },
    );

    expect(one(renderPlacement(plain), 'HTTPRoute').spec.hostnames).toEqual(['a.example.com']);
    expect(leftOut(plain)).toEqual([
      expect.objectContaining({
        what: 'route b.example.com',
        because: expect.stringContaining('sign-in'),
      }),
    ]);
    const route = one(renderPlacement(asking), 'HTTPRoute', 'users-api-sign-in').spec;
    expect(route).toMatchObject({
      hostnames: ['b.example.com'],
      rules: [
        {
          filters: [
            { type: 'ExtensionRef', extensionRef: { group: 'x.io', kind: 'Login', name: 'staff' } },
          ],
        },
      ],
    });
    expect(leftOut(asking)).toEqual([]);
  });

  it('spreads many hosts over routes of sixteen, and takes an ingress where there is no gateway', () => {
    const routes = Array.from({ length: 33 }, (_, index) => ({
      host: `h${index}.example.com`,
      public: true,
      signIn: false,
    }));
    const many = renderPlacement(inputWith({ routes })).filter(
      ({ kind }) => kind === 'HTTPRoute',
    ) as Loose[];
    const { gateway: _, ...without } = wholeCluster;
    const ingress = one(
      renderPlacement(
        inputWith(
          {},
          {
            cluster: {
              ...without,
              ingress: { className: 'nginx', namespace: 'ingress', issuer: 'ca' },
            },
          },
        ),
      ),
      'Ingress',
    );

    expect(many.map(({ metadata, spec }) => [metadata.name, spec.hostnames.length])).toEqual([
      ['users-api', 16],
      ['users-api-2', 16],
      ['users-api-3', 1],
    ]);
    expect(ingress.metadata.annotations).toMatchObject({ 'cert-manager.io/cluster-issuer': 'ca' });
    expect(ingress.spec.tls).toEqual([
      { hosts: ['users-api.example.com'], secretName: 'users-api-tls' },
    ]);
  });

  it('keeps the certificate of an ingress apart from a need that is called like it', () => {
    const { gateway: _, ...without } = wholeCluster;
    const proxied = { className: 'nginx', namespace: 'ingress', issuer: 'ca' };
    const objects = renderPlacement(
      inputWith(
        { needs: { tls: { kind: 'secret', secret: 'mutual-tls' } } },
        { cluster: { ...without, ingress: proxied } },
      ),
    );

    const [tls] = one(objects, 'Ingress').spec.tls;
    const { target } = one(objects, 'ExternalSecret').spec;
    expect(tls.secretName).not.toBe(target.name);
  });

  it('gives as much room for temporary files as a container of a machine has', () => {
    const room = (memoryMiB: number): string =>
      one(renderPlacement(inputWith({ run: { memoryMiB } })), 'Deployment').spec.template.spec
        .volumes[0].emptyDir.sizeLimit;

    expect([32, 256, 2048].map(room)).toEqual(['64Mi', '128Mi', '1Gi']);
  });

  it('tells a program where it may write, as every other runtime does', () => {
    const env = (spec: SpecChange): Loose[] =>
      one(renderPlacement(inputWith(spec)), spec.run?.volume ? 'StatefulSet' : 'Deployment').spec
        .template.spec.containers[0].env;

    expect(env({})).toContainEqual({ name: 'HOME', value: '/tmp' });
    expect(env({ run: { volume: '/data' } })).toContainEqual({
      name: 'PLTF_VOLUME',
      value: '/data',
    });
  });

  it('gives a program with a volume a set of pods, each with a claim of its own that nothing changes later', () => {
    const objects = renderPlacement(
      inputWith(
        { run: { volume: '/var/lib/users' } },
        { cluster: { ...wholeCluster, storage: { className: 'fast', gibibytes: 5 } } },
      ),
    );

    const set = one(objects, 'StatefulSet');
    expect(set.spec.serviceName).toBe('users-api-pods');
    expect(one(objects, 'Service', 'users-api-pods').spec).toMatchObject({ clusterIP: 'None' });
    expect(set.spec.volumeClaimTemplates[0]).toMatchObject({
      metadata: { labels: set.spec.selector.matchLabels },
      spec: { storageClassName: 'fast', resources: { requests: { storage: '5Gi' } } },
    });
    expect(set.spec.template.spec.containers[0].volumeMounts).toContainEqual({
      name: 'volume',
      mountPath: '/var/lib/users',
    });
    expect(one(objects, 'HorizontalPodAutoscaler').spec.scaleTargetRef.kind).toBe('StatefulSet');
  });

  it('runs a job at its times, never twice at once, and one without times only when asked', () => {
    const objects = renderPlacement(
      inputWith({ kind: 'job', component: 'report', routes: [] }, { schedule: '0 3 * * *' }),
    );
    const asked = renderPlacement(inputWith({ kind: 'job', routes: [] }));

    expect(one(objects, 'CronJob').spec).toMatchObject({
      schedule: '0 3 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      jobTemplate: { spec: { backoffLimit: 0, podReplacementPolicy: 'Failed' } },
    });
    expect(kindsOf(asked)).toEqual(expect.not.arrayContaining(['CronJob', 'Deployment', 'Job']));
  });

  it('runs a task as the release would run, without being taken for an instance', () => {
    const input = inputWith();
    const objects = renderPlacement(input);
    const task = renderTask(input, {
      id: 'release-12',
      command: ['node', 'migrate.js'],
      timeoutSeconds: 300,
    }) as Loose;

    const { selector } = one(objects, 'Service').spec;
    const instance = one(objects, 'Deployment').spec.template;
    expect(instance.metadata.labels).toMatchObject(selector);
    expect(task.spec.template.metadata.labels).not.toMatchObject(selector);
    expect(task.metadata.name).toBe('users-api-release-12');
    expect(task.spec).toMatchObject({
      backoffLimit: 0,
      activeDeadlineSeconds: 300 + 60 + 40,
      template: { spec: { activeDeadlineSeconds: 300 } },
      ttlSecondsAfterFinished: 86_400,
    });
    const [container] = task.spec.template.spec.containers;
    expect(container).toMatchObject({
      image: input.release.image,
      command: ['node', 'migrate.js'],
    });
    expect(container.envFrom).toEqual(instance.spec.containers[0].envFrom);
    expect(renderTask(input, { id: 'task_01K_9Z' }).metadata.name).toBe('users-api-task-01k-9z');
    expect(renderTask(input, { id: 'x'.repeat(80) }).metadata.name.length).toBeLessThanOrEqual(63);
  });

  it('gives every instance time: to start, to be taken out, to finish, and its whole room during a rollout', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const objects = renderPlacement(input);
        const { run } = input.placement.spec;
        const quota = one(objects, 'ResourceQuota').spec.hard;
        for (const object of objects.filter(
          ({ kind }) => kind === 'Deployment' || kind === 'StatefulSet',
        ) as Loose[]) {
          const { spec } = object.spec.template;
          const [container] = spec.containers;
          const { sleep, exec } = container.lifecycle?.preStop ?? {};
          const pause = Number(sleep?.seconds ?? exec?.command[1] ?? 0);
          if (container.ports !== undefined) expect(pause).toBe(5);
          expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(
            pause * 1000 + run.drainMs,
          );
          if (container.startupProbe !== undefined)
            expect(
              container.startupProbe.periodSeconds * container.startupProbe.failureThreshold * 1000,
            ).toBeGreaterThanOrEqual(run.startTimeoutMs);
          const instances = object.spec.replicas ?? run.instances.maximum;
          expect(Number(quota.pods)).toBeGreaterThanOrEqual(
            2 * instances + Math.ceil(instances / 4),
          );
          expect(container.resources.limits).toEqual({
            memory: container.resources.requests.memory,
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('lets an ordinary user listen on a port of root’s, and lets the gateway in only where there is an address', () => {
    const security = (port: number, minor: number): Loose =>
      one(
        renderPlacement(inputWith({ run: { port } }, { cluster: { ...wholeCluster, minor } })),
        'Deployment',
      ).spec.template.spec.securityContext;

    expect(security(80, 33).sysctls).toEqual([
      { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
    ]);
    expect(security(80, 21)).not.toHaveProperty('sysctls');
    expect(security(8080, 33)).not.toHaveProperty('sysctls');
    expect(policyNames(renderPlacement(inputWith({ routes: [] })))).not.toContain(
      'users-api-from-gateway',
    );
  });

  it('starts instances again when a setting changes, and changes nothing else of them', () => {
    const template = (env: Record<string, string>): Loose =>
      one(renderPlacement(inputWith({ run: { env } })), 'Deployment').spec.template;
    const before = template({ LOG_LEVEL: 'info' });
    const after = template({ LOG_LEVEL: 'debug' });

    expect(after.metadata.annotations['pltf.dev/config-hash']).not.toBe(
      before.metadata.annotations['pltf.dev/config-hash'],
    );
    expect(after.spec).toEqual(before.spec);
  });

  it('insists on zones for what everything depends on, where there are zones', () => {
    const zones = (tier: number, number: number): string =>
      one(
        renderPlacement(inputWith({ tier }, { cluster: { ...wholeCluster, zones: number } })),
        'Deployment',
      ).spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable;

    expect([zones(1, 3), zones(1, 1), zones(2, 3)]).toEqual([
      'DoNotSchedule',
      'ScheduleAnyway',
      'ScheduleAnyway',
    ]);
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

  it('alerts by how fast the allowance burns, in two windows each, with an owner and a way out', () => {
    const groups = one(renderPlacement(inputWith()), 'PrometheusRule').spec.groups as Loose[];
    const alerts = groups[1].rules as Loose[];

    expect(groups[0].rules.map(({ record }: Loose) => record)).toHaveLength(5);
    expect(alerts.map(({ alert }) => alert)).toEqual([
      'ErrorBudgetBurnsFast',
      'ErrorBudgetBurns',
      'ErrorBudgetBurnsSlowly',
      'SlowAnswers',
      'RestartsAgainAndAgain',
      'NotRunning',
    ]);
    expect(alerts[0].expr).toContain(
      'ratio_rate1h{job="users-api", namespace="users-api--prod"} > 14.4 * 0.001 and ',
    );
    for (const { labels, annotations } of alerts) {
      expect(labels).toMatchObject({
        severity: expect.stringMatching(/^(?:page|ticket|summary)$/),
        owner: 'team-identity',
      });
      expect(annotations.runbook_url).toMatch(/^docs\/runbook\.md#/);
    }
    expect(
      one(renderPlacement(inputWith({ objective: {} })), 'PrometheusRule').spec.groups,
    ).toHaveLength(1);
    expect([99.9, 99.99999, 50, 99.95].map(allowance)).toEqual([
      '0.001',
      '0.0000001',
      '0.5',
      '0.0005',
    ]);
  });

  it('writes a dashboard that Grafana finds, with panels in places of their own', () => {
    const map = one(renderPlacement(inputWith()), 'ConfigMap', 'users-api-dashboard');
    const dashboard: Loose = JSON.parse(map.data['users-api.json']);

    expect(map.metadata.labels.grafana_dashboard).toBe('1');
    expect(dashboard.uid.length).toBeLessThanOrEqual(40);
    expect(
      new Set(dashboard.panels.map(({ gridPos }: Loose) => JSON.stringify(gridPos))).size,
    ).toBe(dashboard.panels.length);
    expect(dashboard.panels).toHaveLength(6);
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

describe('a workload of several containers', () => {
  const workload = (minor = 33) =>
    inputWith(
      {
        needs: { cache: { kind: 'offer', offer: 'redis', plan: 'small' } },
        run: {
          image: '.',
          memoryMiB: 512,
          cpu: 1,
          args: ['--price', '$5'],
          env: { MODE: 'fast' },
          bound: {
            REDIS: 'redis://${needs.cache.username}@${needs.cache.host}/$$1',
            AT: '${route.host}',
          },
          files: {
            '/etc/app.conf': { content: 'mode=${environment.MODE}', mode: '0400', bound: true },
            '/etc/key': { content: '${needs.cache.password}', bound: true },
            '/etc/logo': { source: 'logo.png' },
          },
          volumes: { '/var/store': { volume: 'store', subPath: 'a' } },
          ports: {
            web: { port: 80, targetPort: 8080, protocol: 'TCP' },
            admin: { port: 9090, targetPort: 9090, protocol: 'TCP' },
          },
          startOrder: ['migrate', 'proxy', 'main', 'tail'],
          after: { migrate: 'complete', proxy: 'healthy' },
          containers: {
            migrate: { image: 'migrate:v1', env: { COST: '$(X)' } },
            proxy: {
              image: `envoy@sha256:${'a'.repeat(64)}`,
              env: {},
              probes: { readiness: { httpGet: { path: '/', port: 9901, host: 'envoy' } } },
              limits: { memoryMiB: 128, cpu: 0.25 },
            },
            tail: { image: 'tail:v1', env: {}, after: { main: 'started' } },
          },
        },
      },
      { cluster: { ...wholeCluster, minor } },
    );

  it('starts what others wait for first: to its end, or from before them on', () => {
    const { spec } = one(renderPlacement(workload()), 'StatefulSet').spec.template;

    expect(
      spec.initContainers.map(({ name, restartPolicy }: Loose) => [name, restartPolicy]),
    ).toEqual([
      ['migrate', undefined],
      ['proxy', 'Always'],
    ]);
    expect(spec.containers.map(({ name }: Loose) => name)).toEqual(['users-api', 'tail']);
    expect(spec.initContainers[1].startupProbe.httpGet).toEqual({
      path: '/',
      port: 9901,
      scheme: 'HTTP',
      httpHeaders: [{ name: 'Host', value: 'envoy' }],
    });
    const old = one(renderPlacement(workload(28)), 'StatefulSet').spec.template.spec;
    expect(old.containers.map(({ name }: Loose) => name)).toEqual(['users-api', 'proxy', 'tail']);
    expect(leftOut(workload(28)).map(({ what }) => what)).toContain('start of proxy before others');
  });

  it('fills places with what is known, and leaves the rest to the secrets of the needs', () => {
    const { spec } = one(renderPlacement(workload()), 'StatefulSet').spec.template;
    const [main] = spec.containers;

    expect(main.args).toEqual(['--price', '$$5']);
    expect(main.env).toEqual(
      expect.arrayContaining([
        { name: 'REDIS', value: 'redis://$(CACHE_USER)@$(CACHE_HOST)/$$1' },
        { name: 'AT', value: 'users-api.example.com' },
      ]),
    );
    expect(spec.initContainers[0].env).toEqual([{ name: 'COST', value: '$$(X)' }]);
    expect(spec.initContainers[0]).not.toHaveProperty('envFrom');
  });

  it('lays files into containers, and says of those that it cannot render why', () => {
    const objects = renderPlacement(workload());
    const files = one(objects, 'ConfigMap', 'users-api-files');
    const { spec } = one(objects, 'StatefulSet').spec.template;

    const [key = ''] = Object.keys(files.data);
    expect(Object.values(files.data)).toEqual(['mode=fast']);
    expect(spec.volumes.at(-1).configMap).toEqual({
      name: 'users-api-files',
      items: [{ key, path: key, mode: 0o400 }],
    });
    expect(spec.containers[0].volumeMounts).toEqual([
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'files', mountPath: '/etc/app.conf', subPath: key, readOnly: true },
      { name: 'volume-store', mountPath: '/var/store', subPath: 'a' },
    ]);
    expect(leftOut(workload()).map(({ what }) => what)).toEqual([
      'file /etc/key of users-api',
      'file /etc/logo of users-api',
    ]);
  });

  it('divides the size among its containers, with room in the quota for all of them', () => {
    const objects = renderPlacement(workload());
    const { spec } = one(objects, 'StatefulSet').spec.template;
    const memory = (container: Loose): string => container.resources.limits.memory;

    expect([...spec.initContainers, ...spec.containers].map(memory)).toEqual([
      '64Mi',
      '128Mi',
      '320Mi',
      '64Mi',
    ]);
    const { hard } = one(objects, 'ResourceQuota').spec;
    expect(Number(hard.pods) * 512).toBe(
      hard['limits.memory'].endsWith('Gi')
        ? Number.parseInt(hard['limits.memory'], 10) * 1024
        : Number.parseInt(hard['limits.memory'], 10),
    );
  });

  it('lets a side container be larger than all else', () => {
    const index = { image: 'index:v1', env: {}, limits: { memoryMiB: 3072 } };
    const objects = renderPlacement(inputWith({ run: { containers: { index } } }));

    const { containers } = one(objects, 'Deployment').spec.template.spec;
    expect(containers[1].resources.limits.memory).toBe('3Gi');
    expect(one(objects, 'LimitRange').spec.limits[0].max).toEqual({ memory: '3Gi' });
  });

  it('offers its further ports by their names, to those that may call it', () => {
    const objects = renderPlacement({
      ...workload(),
      callers: [{ component: 'web', label: 'web', environment: 'prod' }],
    });

    expect(one(objects, 'Service', 'users-api').spec.ports).toEqual([
      { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' },
      { name: 'admin', port: 9090, protocol: 'TCP', targetPort: 9090 },
    ]);
    expect(one(objects, 'NetworkPolicy', 'users-api-from-web--prod').spec.ingress[0].ports).toEqual(
      [
        { protocol: 'TCP', port: 8080 },
        { protocol: 'TCP', port: 9090 },
      ],
    );
  });

  it('lets a caller out to every port that it is let in to at the other end, and to no other', () => {
    const ports = {
      web: { port: 80, targetPort: 8080, protocol: 'TCP' as const },
      admin: { port: 9090, targetPort: 9000, protocol: 'TCP' as const },
      again: { port: 9091, targetPort: 9000, protocol: 'TCP' as const },
      events: { port: 514, targetPort: 5140, protocol: 'UDP' as const },
    };
    const users = inputWith(
      { run: { ports } },
      { callers: [{ component: 'web', label: 'web', environment: 'prod' }] },
    );
    const { run } = users.placement.spec;
    const peer = { component: 'users-api', label: 'users-api', environment: 'prod', port: 8080 };
    // Two needs that are the same service are one edge.
    const callees = { users: { ...peer, morePorts: morePortsOf(run) }, people: peer };

    const into = one(renderPlacement(users), 'NetworkPolicy', 'users-api-from-web--prod').spec;
    const web = renderPlacement(inputWith({ component: 'web' }, { callees }));
    const out = one(web, 'NetworkPolicy', 'web-to-users-api--prod').spec;

    const byNumber = (a: { port: number }, b: { port: number }) => a.port - b.port;
    const all = [
      { protocol: 'UDP', port: 5140 },
      { protocol: 'TCP', port: 8080 },
      { protocol: 'TCP', port: 9000 },
    ];
    expect(out.egress[0].ports).toEqual(all);
    expect(into.ingress[0].ports.toSorted(byNumber)).toEqual(all);
  });
});

describe('names', () => {
  it('never meet: labels and environments have no two dashes in a row, and what is cut ends with a fingerprint', () => {
    expect(namespaceOf('users-api', 'prod')).toBe('users-api--prod');
    expect(namespaceOf('a-b', 'c')).not.toBe(namespaceOf('a', 'b-c'));
    const long = 'x'.repeat(62);
    expect(namespaceOf(`${long}a`, 'prod')).not.toBe(namespaceOf(`${long}b`, 'prod'));
    expect(objectName('y'.repeat(63)).length).toBe(52);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 20, max: 63 }), (a, b, limit) => {
        expect(shortened(a, limit).length).toBeLessThanOrEqual(limit);
        expect(shortened(a, limit) === shortened(b, limit)).toBe(a === b);
        expect(fingerprint(a)).toMatch(/^[0-9a-z]{10}$/);
        expect(labelValue(a)).toMatch(label);
      }),
    );
  });

  it('write quantities as Kubernetes writes them back', () => {
    expect([32, 256, 1024, 1536, 2048, 1_048_576].map(memoryQuantity)).toEqual([
      '32Mi',
      '256Mi',
      '1Gi',
      '1536Mi',
      '2Gi',
      '1Ti',
    ]);
    expect([0.05, 0.25, 1, 1.5, 128, 0.0001].map(cpuQuantity)).toEqual([
      '50m',
      '250m',
      '1',
      '1500m',
      '128',
      '1m',
    ]);
  });
});
