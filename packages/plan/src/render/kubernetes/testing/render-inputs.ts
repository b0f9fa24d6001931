import { PlacementObject } from '@pltf/contracts';
import * as fc from 'fast-check';
import { addedKinds, type ClusterFacts, type RenderInput, servedKinds } from '../input.ts';
import { parts, sideName, turn } from './container-inputs.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const commit = '4f1d2c3b4a5968778695a4b3c2d1e0f123456789';

/** A cluster that serves all that is used. */
export const wholeCluster: ClusterFacts = {
  minor: 33,
  kinds: servedKinds(...Object.values(addedKinds)),
  gateway: { name: 'public', namespace: 'gateways' },
  monitoring: { namespace: 'monitoring', labels: { release: 'prometheus' } },
  outbound: [{ cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] }],
  secretStore: { kind: 'ClusterSecretStore', name: 'vault' },
  zones: 3,
};

export type SpecChange = Partial<Omit<PlacementObject['spec'], 'run'>> & {
  readonly run?: Partial<PlacementObject['spec']['run']>;
  readonly label?: string;
};

/** The placement `users-api.prod`, changed as asked. */
export function placementWith({ label, run, ...change }: SpecChange = {}): PlacementObject {
  const component = change.component ?? 'users-api';
  return PlacementObject.parse({
    apiVersion: 'pltf.dev/v1',
    kind: 'Placement',
    metadata: {
      name: label ?? component,
      namespace: change.environment ?? 'prod',
      labels: {},
      annotations: {},
    },
    spec: {
      component,
      kind: 'service',
      owner: 'team-identity',
      tier: 2,
      environment: 'prod',
      environmentKind: 'stable',
      region: 'eu',
      runtime: 'cluster',
      policy: { pii: true },
      data: { classes: [], encryptedAtRest: false, encryptedInTransit: false, maskedLogs: false },
      routes: [{ host: 'users-api.example.com', public: true, signIn: false }],
      needs: {},
      objective: { availability: 99.9, latency: { p99: 300 } },
      cost: { monthly: 12.5, currency: 'EUR' },
      ...change,
      run: {
        command: ['node', 'src/server.js'],
        port: 8080,
        health: '/healthz',
        metrics: '/metrics',
        size: 'small',
        memoryMiB: 256,
        cpu: 0.25,
        instances: { minimum: 2, maximum: 6 },
        env: { LOG_LEVEL: 'info' },
        drainMs: 30_000,
        startTimeoutMs: 30_000,
        ...run,
      },
    },
  });
}

/** What is rendered for `users-api.prod` on a cluster that serves everything, changed as asked. */
export const inputWith = (
  spec: SpecChange = {},
  change: Partial<Omit<RenderInput, 'placement'>> = {},
): RenderInput => ({
  placement: placementWith(spec),
  release: { number: 12, commit, image: `registry.example.com/users-api@${digest}` },
  cluster: wholeCluster,
  ...change,
});

const dnsName = (most: number) =>
  fc
    .stringMatching(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/)
    .map((text) => text.slice(0, most).replace(/-+$/, ''));
const name = fc.oneof(dnsName(40), fc.constant('a-name-of-forty-characters-with-a-number'));
const environment = fc.constantFrom('prod', 'staging', 'preview', 'a-long-environment-x');
const label = fc.oneof(
  name,
  fc.constant('users-api-fix-'.repeat(5).slice(0, 63).replace(/-$/, '')),
);
const peer = fc.record({
  component: name,
  label,
  environment,
  port: fc.constantFrom(undefined, 3000),
});
const need = fc.oneof(
  fc.record({
    kind: fc.constant('offer' as const),
    offer: fc.constant('postgres'),
    plan: fc.constant('small'),
  }),
  fc.record({ kind: fc.constant('service' as const), service: name }),
  fc.record({ kind: fc.constant('resource' as const), resource: name }),
  fc.record({ kind: fc.constant('secret' as const), secret: fc.constant('stripe-key') }),
);
const needName = dnsName(40);
const instances = fc
  .tuple(fc.nat({ max: 100 }), fc.nat({ max: 100 }))
  .map(([a, b]) => ({ minimum: Math.min(a, b), maximum: Math.max(a, b) }));

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const run = fc.record(
  {
    command: fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 }),
    port: fc.integer({ min: 1, max: 65_535 }),
    health: fc.constantFrom('/', '/healthz', '/a?b=c: d'),
    metrics: optional(fc.constant('/metrics')),
    alive: optional(fc.constant(['node', 'src/alive.js'])),
    memoryMiB: fc.constantFrom(32, 128, 256, 1000, 1024, 4096, 1_048_576),
    cpu: fc.constantFrom(0.05, 0.1, 0.25, 1, 1.5, 128),
    instances,
    env: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/), fc.string()),
    drainMs: fc.constantFrom(0, 1, 500, 30_000, 3_600_000),
    startTimeoutMs: fc.constantFrom(1, 1000, 30_000, 600_000),
    volume: fc.constantFrom('/var/lib/store'),
    image: fc.constantFrom('.', 'example.com/other:1'),
    ...parts,
    ports: fc.dictionary(
      fc.constantFrom('http', 'web', 'metrics', 'A_very_long_name_of_a_port'),
      fc.record({
        port: fc.constantFrom(80, 8080, 9090),
        targetPort: fc.constantFrom(8080, 9090, 53),
        protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
      }),
    ),
    containers: fc.dictionary(
      sideName,
      fc.record(
        {
          image: fc.constantFrom('envoy:v1', `example.com/proxy@${digest}`),
          env: fc.dictionary(fc.constantFrom('A', 'B'), fc.constantFrom('x', '$(A) $$ ${b}')),
          ...parts,
          after: fc.dictionary(fc.oneof(sideName, fc.constant('main')), turn, { maxKeys: 2 }),
          requests: fc.constantFrom({}, { memoryMiB: 16.5, cpu: 0.01 }, { memoryMiB: 700 }),
          limits: fc.constantFrom({}, { memoryMiB: 128, cpu: 0.5 }),
        },
        { requiredKeys: ['image', 'env'] },
      ),
      { maxKeys: 3 },
    ),
    after: fc.dictionary(sideName, turn, { maxKeys: 2 }),
    startOrder: fc.constant<string[]>(['first', 'proxy', 'main', 'users-api']),
  },
  { requiredKeys: ['instances'] },
);

const cluster = fc.record({
  minor: fc.constantFrom(20, 27, 29, 30, 33, 36),
  kinds: fc.oneof(
    fc.constant(wholeCluster.kinds),
    fc.subarray([...wholeCluster.kinds]).map((kinds) => new Set(kinds)),
  ),
  gateway: optional(fc.constant({ name: 'public', namespace: 'gateways' })),
  ingress: optional(
    fc.record({
      className: fc.constant('nginx'),
      namespace: fc.constant('ingress'),
      issuer: optional(fc.constant('ca')),
    }),
  ),
  signIn: optional(fc.constant({ group: 'example.com', kind: 'Login', name: 'staff' })),
  monitoring: optional(fc.constant({ namespace: 'monitoring', labels: { release: 'prometheus' } })),
  outbound: optional(fc.constant([{ cidr: '0.0.0.0/0' }])),
  secretStore: optional(fc.constant({ kind: 'SecretStore' as const, name: 'vault' })),
  storage: optional(fc.constant({ className: 'fast', gibibytes: 10 })),
  zones: optional(fc.integer({ min: 1, max: 3 })),
  pullSecrets: optional(fc.constant(['registry'])),
});

/** Anything that may be rendered: kinds, sizes, ranges, edges, clusters old and new. */
export const anyInput: fc.Arbitrary<RenderInput> = fc
  .record({
    component: name,
    label,
    environment,
    kind: fc.constantFrom('service', 'site', 'worker', 'job', 'resource'),
    tier: fc.constantFrom(1, 2, 3),
    run,
    routes: fc.array(
      fc.record({
        host: fc.nat({ max: 99 }).map((number) => `h${number}.example.com`),
        public: fc.boolean(),
        signIn: fc.boolean(),
      }),
      { maxLength: 40 },
    ),
    needs: fc.dictionary(needName, need, { maxKeys: 4 }),
    objective: fc.constantFrom(
      {},
      { availability: 99.9 },
      { availability: 99.99999, latency: { p50: 10, p99: 1500 } },
    ),
  })
  .chain((spec) =>
    fc.record({
      placement: fc.constant(placementWith(spec as SpecChange)),
      release: fc.record({
        number: fc.integer({ min: 1, max: 99_999 }),
        commit: fc.constant(commit),
        image: fc.constant(`registry.example.com/users-api@${digest}`),
        user: optional(fc.constant(1000)),
      }),
      cluster,
      callers: optional(fc.array(peer, { maxLength: 4 })),
      callees: optional(fc.dictionary(needName, peer, { maxKeys: 4 })),
      backing: optional(
        fc.dictionary(
          needName,
          fc.constantFrom({ port: 5432, cidr: '10.1.2.3/32' }, { port: 6379, namespace: 'redis' }),
          { maxKeys: 3 },
        ),
      ),
      schedule: optional(fc.constant('0 3 * * *')),
      restarts: optional(fc.nat({ max: 3 })),
      stopped: optional(fc.boolean()),
      paused: optional(fc.boolean()),
      stamp: optional(fc.constant({ specHash: digest, platformVersion: '0.1.0' })),
    }),
  );
