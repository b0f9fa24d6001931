import { PlatformFile } from '@pltf/contracts';
import { expect, test } from 'vitest';
import { placementWith, type SpecChange } from '../render/kubernetes/testing/render-inputs.ts';
import { type PlacedIn, renderedChange } from './index.ts';

const environments = [
  { name: 'staging', runtime: 'edge' },
  { name: 'prod', runtime: 'pull' },
  { name: 'local', runtime: 'agent' },
];
const platform = (change: Record<string, unknown> = {}): PlatformFile =>
  PlatformFile.parse({
    environments,
    runtimes: {
      agent: { driver: 'agent' },
      edge: { driver: 'kubernetes', context: 'edge', registry: 'registry.example.com' },
      pull: { driver: 'gitops', repository: '/srv/state.git', registry: 'registry.example.com' },
    },
    rings: [
      { name: 'canary', runtimes: ['edge'] },
      { name: 'all', soak: '1h' },
    ],
    ...change,
  });

const placed = (name: string, environment: string, after: SpecChange = {}): PlacedIn => ({
  id: `${name}.${environment}`,
  environment,
  before: placementWith({ component: name, environment }),
  after: placementWith({ component: name, environment, ...after }),
});

test('what is rendered for clusters is shown as classes, waves and cost; what an agent runs is not rendered', () => {
  const planner = renderedChange(platform(), platform());
  const larger = { run: { memoryMiB: 512 } };

  expect(planner.add(placed('users', 'prod', larger))).toBe(true);
  expect(planner.add(placed('orders', 'prod', larger))).toBe(true);
  expect(planner.add(placed('orders', 'staging', larger))).toBe(true);
  expect(planner.add(placed('billing', 'prod'))).toBe(false);
  expect(planner.add(placed('users', 'local', larger))).toBe(false);
  const plan = planner.finish();

  expect(plan?.placements).toEqual({ total: 4, unchanged: 1, changed: 3 });
  expect(plan?.classes).toMatchObject([
    { risk: 'instances', startsAgain: true, count: 3, environments: ['prod', 'staging'] },
  ]);
  expect(
    plan?.waves.map(({ ring, placements, mandatory }) => [ring, placements, mandatory]),
  ).toEqual([
    ['canary', 1, true],
    ['all', 2, false],
  ]);
  expect(plan?.forecast).toMatchObject({ placements: 3, starting: 3, commits: 1, pushes: 1 });
});

test('what the platform file says of a cluster is a change of everything on it', () => {
  const after = platform({
    runtimes: {
      agent: { driver: 'agent' },
      edge: {
        ...{ driver: 'kubernetes', context: 'edge', registry: 'registry.example.com' },
        gateway: { name: 'public', namespace: 'gateways' },
      },
      pull: { driver: 'gitops', repository: '/srv/state.git', registry: 'registry.example.com' },
    },
  });
  const planner = renderedChange(platform(), after);

  expect(planner.add(placed('users', 'staging'))).toBe(true);
  expect(planner.add(placed('users', 'prod'))).toBe(false);

  expect(planner.finish()?.classes[0]?.changes.map(({ object }) => object)).toContain(
    'HTTPRoute <name>',
  );
});

test('what is taken out is one class, whatever it consists of, and stands before what changes', () => {
  const after = platform({
    environments: environments.filter(({ name }) => name !== 'staging'),
    rings: [
      { name: 'canary', runtimes: ['edge'], deletions: 1 },
      { name: 'all', soak: '1h' },
    ],
  });
  const planner = renderedChange(platform(), after);
  const gone = (name: string, kind: 'service' | 'worker'): PlacedIn => ({
    ...placed(name, 'staging'),
    before: placementWith({ component: name, environment: 'staging', kind }),
    after: undefined,
  });

  planner.add(gone('users', 'service'));
  planner.add(gone('mailer', 'worker'));
  planner.add(placed('orders', 'prod', { run: { memoryMiB: 512 } }));
  const plan = planner.finish();

  expect(plan?.placements).toEqual({ total: 3, unchanged: 0, changed: 1, removed: 2 });
  expect(plan?.classes.map(({ takenOut, count }) => [takenOut, count])).toEqual([
    [true, 2],
    [undefined, 1],
  ]);
  expect(plan?.classes[0]?.changes).toMatchObject([{ object: 'Namespace <namespace>', field: '' }]);
  expect(plan?.waves[0]).toMatchObject({ ring: 'canary', removals: 2, deletions: 1 });
});

test('a platform without clusters has nothing of this in its plan', () => {
  const only = platform({
    environments: [{ name: 'local' }],
    runtimes: { agent: { driver: 'agent' } },
    rings: [],
  });
  const planner = renderedChange(only, only);

  planner.add(placed('users', 'local', { tier: 1 }));

  expect(planner.finish()).toBeUndefined();
});
