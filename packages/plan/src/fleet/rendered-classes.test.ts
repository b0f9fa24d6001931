import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RenderInput, renderPlacement } from '../render/index.ts';
import { inputWith, type SpecChange } from '../render/kubernetes/testing/render-inputs.ts';
import {
  changeLine,
  forecast,
  type RenderedPair,
  readableChanges,
  renderedClasses,
  riskOf,
  risks,
} from './index.ts';

/** A service under its own names, as a fleet has them. */
function serviceInput(name: string, change: SpecChange = {}): RenderInput {
  return {
    ...inputWith({
      component: name,
      owner: `team-of-${name}`,
      routes: [{ host: `${name}.example.com`, public: true, signIn: false }],
      ...change,
    }),
    release: {
      number: name.length,
      commit: name.length.toString(16).padStart(40, 'a'),
      image: `registry.example.com/${name}@sha256:${name.length.toString(16).padStart(64, '0')}`,
    },
    callers: [{ component: `${name}-web`, label: `${name}-web`, environment: 'prod' }],
  };
}

const pair = (before: RenderInput, after: RenderInput | undefined): RenderedPair => ({
  id: `${before.placement.metadata.name}.prod`,
  environment: 'prod',
  input: before,
  before: { objects: () => renderPlacement(before) },
  after: after && { objects: () => renderPlacement(after) },
});

const names = ['users-api', 'orders', 'a', 'billing-worker-2', 'search'];

test('services that change in the same way are one class, whatever their names', () => {
  const classes = renderedClasses();

  for (const name of names) {
    const memory = { run: { memoryMiB: 512 } };
    classes.add(pair(serviceInput(name), serviceInput(name, memory)));
  }
  for (const name of ['same-1', 'same-2']) {
    classes.add(pair(serviceInput(name), serviceInput(name)));
  }
  classes.add(pair(serviceInput('other'), serviceInput('other', { tier: 1 })));

  const [first, second, ...more] = classes.finish();
  expect(more).toEqual([]);
  expect(classes.unchanged).toBe(2);
  expect([first?.count, second?.count]).toEqual([5, 1]);
  expect(first?.examples).toEqual([
    'a.prod',
    'billing-worker-2.prod',
    'orders.prod',
    'search.prod',
    'users-api.prod',
  ]);
  expect(first?.startsAgain).toBe(true);
});

test('an example is a difference that a person can read, with the origin of each field', () => {
  const classes = renderedClasses();
  classes.add(
    pair(serviceInput('users-api'), serviceInput('users-api', { run: { memoryMiB: 512 } })),
  );

  const changes = readableChanges(classes.finish()[0]?.changes ?? [], (key) =>
    key === 'run.size'
      ? { source: 'platform-file', where: 'platform.yaml:12:3', because: 'small' }
      : undefined,
  );

  const memory = changes.find(({ field }) => field.endsWith('requests.memory'));
  expect(memory).toMatchObject({
    object: 'Deployment <name>',
    field: 'spec.template.spec.containers[<name>].resources.requests.memory',
    before: '256Mi',
    after: '512Mi',
  });
  expect(memory?.because).toContain('platform.yaml:12:3');
  expect(changeLine(memory ?? { object: '', field: '' })).toBe(
    'Deployment <name> spec.template.spec.containers[<name>].resources.requests.memory: 256Mi → 512Mi',
  );
});

test('a stamp of the platform version alone is no change', () => {
  const classes = renderedClasses();
  const input = serviceInput('users-api');
  const stamped = (platformVersion: string): RenderInput => ({
    ...input,
    stamp: { specHash: `sha256:${platformVersion}`, platformVersion },
  });

  expect(classes.add(pair(stamped('1'), stamped('2')))).toBeUndefined();

  expect(classes.unchanged).toBe(1);
});

test('equal hashes are unchanged without a rendering', () => {
  const classes = renderedClasses();
  const never = { hash: 'same', objects: () => expect.fail('it was rendered') };

  classes.add({ ...pair(serviceInput('a'), undefined), before: never, after: never });

  expect(classes.unchanged).toBe(1);
});

test('what is most at stake comes first: removal, then what holds state, then the rest', () => {
  const classes = renderedClasses();
  const volume = { run: { volume: '/var/lib/store' } };
  const one = serviceInput('holds-state', volume);
  const larger = serviceInput('holds-state', {
    run: { ...volume.run, memoryMiB: 512 },
  });

  for (const name of names) {
    classes.add(pair(serviceInput(name), serviceInput(name, { run: { memoryMiB: 512 } })));
  }
  classes.add(pair(serviceInput('labelled'), serviceInput('labelled', { owner: 'team-else' })));
  classes.add(pair(one, larger));
  classes.add(pair(serviceInput('leaves'), undefined));

  const found = classes.finish();
  expect(found.map(({ risk }) => risk).slice(0, 3)).toEqual(['removal', 'stateful', 'instances']);
  expect(found[0]?.examples).toEqual(['leaves.prod']);
});

test('the worst of a difference decides its class, and every risk has a rank of its own', () => {
  expect(new Set(risks).size).toBe(risks.length);
  const change = { name: '<name>', shown: '', path: ['spec', 'replicas'] } as const;
  expect(riskOf({ ...change, kind: 'Deployment', before: 1, after: 2 })).toBe('instances');
  expect(riskOf({ ...change, kind: 'StatefulSet', before: 1, after: 2 })).toBe('stateful');
  expect(riskOf({ ...change, kind: 'ConfigMap', path: [], before: {} })).toBe('removal');
  expect(riskOf({ ...change, kind: 'Deployment', path: ['metadata', 'labels', 'a'] })).toBe(
    'labels',
  );
});

const specChange = fc.record(
  {
    tier: fc.constantFrom(1 as const, 2 as const, 3 as const),
    run: fc.record(
      {
        memoryMiB: fc.constantFrom(128, 256, 512),
        cpu: fc.constantFrom(0.25, 0.5),
        drainMs: fc.constantFrom(10_000, 30_000),
        env: fc.dictionary(fc.constantFrom('A', 'B', 'LOG_LEVEL'), fc.constantFrom('x', 'y')),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const serviceName = fc.stringMatching(/^svc[a-z0-9]{0,8}(?:-[a-z0-9]{1,6})?$/);

test('every placement is unchanged or in exactly one class, in whatever order they come', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(serviceName, { minLength: 1, maxLength: 5 }),
      specChange,
      specChange,
      (services, one, other) => {
        const sorted = (order: readonly string[]) => {
          const classes = renderedClasses();
          for (const name of order) {
            classes.add(pair(serviceInput(name, one), serviceInput(name, other)));
          }
          return { classes: classes.finish(), unchanged: classes.unchanged };
        };
        const found = sorted(services);
        const counted = found.classes.reduce((total, { count }) => total + count, 0);

        expect(counted + found.unchanged).toBe(services.length);
        expect(found.classes.length).toBeLessThanOrEqual(1);
        const again = sorted(services.toReversed());
        expect(again.classes.map(({ key, count, examples }) => [key, count, examples])).toEqual(
          found.classes.map(({ key, count, examples }) => [key, count, examples]),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('what it costs is counted from classes and waves', () => {
  const classes = renderedClasses();
  for (const name of names) {
    classes.add(pair(serviceInput(name), serviceInput(name, { run: { memoryMiB: 512 } })));
  }
  const found = classes.finish();
  const each = found[0]?.objects ?? 0;

  const cost = forecast(found, {
    wavesOfRepositories: [[1, 4], [0]],
    batch: 3,
    requestsPerSecond: 1,
    clusters: 1,
  });

  expect(cost).toEqual({
    placements: 5,
    starting: 5,
    objects: 5 * each,
    commits: 3,
    pushes: 3,
    applySeconds: 5 * each,
  });
});
