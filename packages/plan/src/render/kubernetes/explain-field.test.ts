import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainField, type FieldPath } from './explain-field.ts';
import { addedKinds, type RenderInput, servedKinds } from './input.ts';
import type { KubernetesObject } from './object.ts';
import { renderPlacement } from './render-placement.ts';
import { anyInput, inputWith, type SpecChange, wholeCluster } from './testing/render-inputs.ts';

/** Every value in an object that is no list or map, and every empty one, with its path. */
function leavesOf(value: unknown, path: FieldPath = []): [FieldPath, unknown][] {
  const members: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  return members.length === 0
    ? [[path, typeof value === 'object' ? JSON.stringify(value) : value]]
    : members.flatMap(([key, member]) => leavesOf(member, [...path, key]));
}

const byName = (objects: readonly KubernetesObject[]) =>
  new Map(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));

/** Fields and objects that differ between two renderings, with what is said about each. */
function moved(
  before: RenderInput,
  after: RenderInput,
): { what: string; from: readonly string[] | undefined }[] {
  const [old, fresh] = [byName(renderPlacement(before)), byName(renderPlacement(after))];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((name) => !name.startsWith('Placement '))
    .flatMap((name) => {
      const [kind = ''] = name.split(' ');
      const [a, b] = [old.get(name), fresh.get(name)];
      if (a === undefined || b === undefined)
        return [{ what: name, from: explainField(kind, [])?.from }];
      const [was, is] = [a, b].map(
        (object) => new Map(leavesOf(object).map(([path, leaf]) => [JSON.stringify(path), leaf])),
      );
      const paths = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])];
      return paths
        .filter((path) => was?.get(path) !== is?.get(path))
        .map((path) => ({
          what: `${name} ${path}`,
          from: explainField(kind, JSON.parse(path) as FieldPath)?.from,
        }));
    });
}

const specChanges: Readonly<Record<string, SpecChange>> = {
  'spec.run.memoryMiB': { run: { memoryMiB: 2048 } },
  'spec.run.cpu': { run: { cpu: 2 } },
  'spec.run.instances': { run: { instances: { minimum: 1, maximum: 1 } } },
  'spec.run.command': { run: { command: ['python3', '-m', 'service'] } },
  'spec.run.port': { run: { port: 9000 } },
  'spec.run.port below 1024': { run: { port: 80 } },
  'spec.run.health': { run: { health: '/ready' } },
  'spec.run.env': { run: { env: { LOG_LEVEL: 'debug', MORE: 'yes' } } },
  'spec.run.drainMs': { run: { drainMs: 90_000 } },
  'spec.run.startTimeoutMs': { run: { startTimeoutMs: 90_000 } },
  'spec.run.volume': { run: { volume: '/var/lib/store' } },
  'spec.run.metrics': { run: { metrics: '/figures' } },
  'spec.run.args': { run: { args: ['--verbose'] } },
  'spec.run.bound': { run: { bound: { URL: 'https://${route.host}' } } },
  'spec.run.files': {
    run: { files: { '/etc/a': { content: 'a' }, '/etc/b': { base64: 'AA==' } } },
  },
  'spec.run.volumes': { run: { volumes: { '/data': { volume: 'data' } } } },
  'spec.run.probes': { run: { probes: { liveness: { exec: ['true'] } } } },
  'spec.run.ports': { run: { ports: { admin: { port: 90, targetPort: 90, protocol: 'TCP' } } } },
  'spec.run.containers': {
    run: {
      containers: {
        proxy: { image: 'envoy:v1', env: {}, volumes: { '/data': { volume: 'data' } } },
        first: { image: 'tool:v1', env: {} },
      },
    },
  },
  'spec.needs': { needs: { db: { kind: 'offer', offer: 'postgres', plan: 'small' } } },
  'spec.routes': { routes: [{ host: 'other.example.com', public: true, signIn: false }] },
  'spec.objective': { objective: { availability: 99 } },
  'spec.owner': { owner: 'team-other' },
  'spec.tier': { tier: 1 },
  'spec.kind': { kind: 'worker' },
};
const inputChanges: Readonly<Record<string, Partial<RenderInput>>> = {
  'release.image': {
    release: {
      ...inputWith().release,
      image: `registry.example.com/other@sha256:${'f'.repeat(64)}`,
    },
  },
  'release.commit': { release: { ...inputWith().release, commit: 'f'.repeat(40) } },
  'release.number': { release: { ...inputWith().release, number: 99 } },
  'release.user': { release: { ...inputWith().release, user: 101 } },
  'cluster.minor': { cluster: { ...wholeCluster, minor: 26 } },
  'cluster.kinds': { cluster: { ...wholeCluster, kinds: servedKinds(addedKinds.placement) } },
  'cluster.gateway': {
    cluster: { ...wholeCluster, gateway: { name: 'other', namespace: 'others' } },
  },
  'cluster.monitoring': {
    cluster: { ...wholeCluster, monitoring: { namespace: 'watch', labels: { release: 'x' } } },
  },
  'cluster.dns': {
    cluster: { ...wholeCluster, dns: { namespace: 'dns', labels: { app: 'dns' } } },
  },
  'cluster.outbound': { cluster: { ...wholeCluster, outbound: [{ cidr: '192.0.2.0/24' }] } },
  'cluster.zones': { cluster: { ...wholeCluster, zones: 1 } },
  'cluster.pullSecrets': { cluster: { ...wholeCluster, pullSecrets: ['registry'] } },
  'cluster.storage': { cluster: { ...wholeCluster, storage: { gibibytes: 7 } } },
  callers: { callers: [{ component: 'web', label: 'web', environment: 'prod' }] },
  callees: {
    callees: { payments: { component: 'payments', label: 'payments', environment: 'prod' } },
  },
  backing: { backing: { db: { port: 5432, cidr: '10.0.0.1/32' } } },
  stamp: { stamp: { specHash: 'sha256:1', platformVersion: '2' } },
  restarts: { restarts: 3 },
  stopped: { stopped: true },
  paused: { paused: true },
  runbook: { runbook: 'https://runbooks.example.com/users-api' },
};

describe('why a field is what it is', () => {
  it('is known for every field of every object, and for why the object is there', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const unexplained = renderPlacement(input).flatMap((object) =>
          [[] as FieldPath, ...leavesOf(object).map(([path]) => path)]
            .filter((path) => explainField(object.kind, path) === undefined)
            .map((path) => `${object.kind} ${path.join(' ')}`),
        );
        expect(unexplained).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(Object.entries(specChanges))('names %s wherever it counts', (changed, change) => {
    const [path = ''] = changed.split(' ');
    const tiers: SpecChange = path === 'spec.tier' ? {} : { tier: 2 };
    const differences = moved(inputWith(tiers), inputWith({ ...tiers, ...change }));

    expect(differences.length).toBeGreaterThan(0);
    expect(differences.filter(({ from }) => from?.includes(path) !== true)).toEqual([]);
  });

  it.each(Object.entries(inputChanges))('names %s wherever it counts', (path, change) => {
    const base: SpecChange = {
      tier: 1,
      run: path === 'cluster.storage' ? { volume: '/data' } : {},
    };
    const differences = moved(inputWith(base), inputWith(base, change));

    expect(differences.length).toBeGreaterThan(0);
    expect(differences.filter(({ from }) => from?.includes(path) !== true)).toEqual([]);
  });

  it('leads to the line of the thin file, or to the default that counted', () => {
    const memory: FieldPath = [
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'resources',
      'limits',
      'memory',
    ];

    const explained = explainField('Deployment', memory, (key) =>
      key === 'run.size'
        ? { source: 'thin-file', where: 'pltf.yaml:7:9', because: 'the size is small' }
        : undefined,
    );

    expect(explained).toEqual({
      because: expect.stringContaining('the size'),
      from: expect.arrayContaining(['spec.run.memoryMiB']),
      provenance: [{ source: 'thin-file', where: 'pltf.yaml:7:9', because: 'the size is small' }],
    });
    expect(explainField('Deployment', ['spec', 'revisionHistoryLimit'])).toMatchObject({
      from: [],
    });
    expect(
      explainField('Deployment', ['metadata', 'labels', 'app.kubernetes.io/name'])?.from,
    ).toEqual(['spec.component']);
    expect(explainField('Widget', [])).toBeUndefined();
  });
});
