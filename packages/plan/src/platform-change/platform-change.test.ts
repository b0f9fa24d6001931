import {
  type ContainerEngine,
  type Guardrail,
  PlatformFile,
  type PlatformPlan,
  Spec,
} from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGuardrails } from '../guardrails/index.ts';
import { type OccupiedRuntime, platformChange, type RunningPlacement } from './index.ts';

const offers = { postgres: { plans: { small: { monthly: '10' }, large: { monthly: '40' } } } };
const start = PlatformFile.parse({ offers, rates: { memoryGiBHour: '0.01', cpuHour: '0.02' } });

const needs = (plan: string | undefined) =>
  plan === undefined ? {} : { db: { kind: 'offer' as const, offer: 'postgres', plan } };

/** A component with every environment, as a release keeps it. */
function spec(name: string, size: string, plan?: string): Spec {
  const environments = ['preview', 'staging', 'prod'];
  const each = <T>(value: T): Record<string, T> =>
    Object.fromEntries(environments.map((environment) => [environment, value]));
  return Spec.parse({
    kind: 'service',
    name,
    description: '',
    owner: 'everyone',
    tier: 3,
    environments: ['staging', 'prod'],
    policy: {},
    run: each({
      size,
      ...{ memoryMiB: start.sizes[size]?.memoryMiB ?? 64, cpu: start.sizes[size]?.cpu ?? 0.1 },
      instances: { minimum: 2, maximum: 2 },
      ...{ env: {}, drainMs: 1, startTimeoutMs: 1 },
    }),
    routes: each([]),
    needs: each(needs(plan)),
  });
}

const placed = (name: string, environment: string, size: string, plan?: string) => ({
  id: `${name}.${environment}`,
  environment,
  branch: undefined,
  spec: spec(name, size, plan),
});

interface Options {
  readonly before?: PlatformFile;
  readonly guardrails?: readonly [readonly Guardrail[], readonly Guardrail[]];
  readonly docker?: ContainerEngine;
  readonly drivers?: readonly string[];
  readonly occupied?: readonly OccupiedRuntime[];
  readonly letGo?: readonly string[];
  readonly takeOut?: readonly string[];
}

function plan(
  after: Partial<PlatformFile>,
  running: readonly RunningPlacement[],
  { before = start, guardrails = [[], []], docker, ...options }: Options = {},
) {
  const planner = platformChange({
    before: { file: before, guardrails: guardrails[0] },
    after: { file: PlatformFile.parse({ ...start, ...after }), guardrails: guardrails[1] },
    drivers: options.drivers ?? ['agent'],
    docker,
    occupied: options.occupied ?? [],
    letGo: options.letGo ?? [],
    takeOut: options.takeOut ?? [],
    now: new Date('2026-11-21T00:00:00Z'),
  });
  planner.add(running);
  return planner.finish();
}

const small = { memoryMiB: 384, cpu: 0.25 };

describe('an environment that goes', () => {
  const { environments } = start;
  const clusters = (runtime: string) =>
    PlatformFile.parse({
      ...start,
      environments: environments.map((one) => (one.name === 'staging' ? { ...one, runtime } : one)),
      runtimes: { agent: { driver: 'agent' }, edge: { driver: 'kubernetes', context: 'edge' } },
    });
  const drivers = ['agent', 'kubernetes'];
  const without = environments.filter(({ name }) => name !== 'staging');
  const running = [placed('users', 'staging', 'small'), placed('orders', 'prod', 'small')];
  const gone = (runtime: string, takeOut: readonly string[]) => {
    const before = clusters(runtime);
    return plan({ ...before, environments: without }, running, { before, drivers, takeOut });
  };

  test('is refused while something runs there, and says how it is taken out of clusters', () => {
    const { breaks } = gone('edge', []);

    expect(breaks).toMatchObject([{ kind: 'environment', examples: ['users.staging'] }]);
    expect(breaks[0]?.fix).toContain('`--take-out staging` of `pltf platform apply`');
  });

  test('takes out what runs there once that is said, as a class and a wave of its own', () => {
    const { breaks, rendered } = gone('edge', ['staging']);

    expect(breaks).toEqual([]);
    expect(rendered?.placements).toMatchObject({ changed: 0, removed: 1 });
    expect(rendered?.classes).toMatchObject([
      { risk: 'removal', takenOut: true, count: 1, examples: ['users.staging'] },
    ]);
    expect(rendered?.waves).toMatchObject([{ placements: 1, removals: 1, deletions: 5 }]);
  });

  test('of an agent keeps what runs there, whatever is said', () => {
    expect(gone('agent', ['staging']).breaks).toMatchObject([{ kind: 'environment' }]);
  });

  test('is not asked for again by the next change', () => {
    const before = { ...clusters('edge'), environments: without };

    const next = plan({ ...before, sizes: { ...before.sizes, small } }, running, {
      before,
      drivers,
    });

    expect(next.breaks).toEqual([]);
  });
});

describe('a change of the platform', () => {
  test.each([
    ['an engine', { available: true, version: '28.0' }, []],
    ['nobody to ask', undefined, []],
    [
      'no engine',
      { available: false, detail: 'its socket is not there' },
      ['its socket is not there'],
    ],
  ])('to containers, with %s on the machine of the agent', (_, docker, reasons) => {
    const containers = { agent: { driver: 'agent' as const, isolation: 'docker' as const } };
    const options = docker === undefined ? {} : { docker };

    const { breaks } = plan({ runtimes: containers }, [], options);

    expect(breaks.map(({ message }) => message.split(': ').at(-1))).toEqual(reasons);
    expect(breaks.every(({ fix }) => fix.includes('Start a Docker Engine'))).toBe(true);
  });

  test('tells what it touches as classes of equal difference, with what each costs', () => {
    const running = [
      ...['a', 'b', 'c'].map((name) => placed(name, 'prod', 'small')),
      placed('a', 'staging', 'small'),
      placed('d', 'prod', 'medium'),
      placed('e', 'prod', 'large'),
    ];

    const { placements, classes, cost } = plan({ sizes: { ...start.sizes, small } }, running);

    expect(placements).toEqual({ total: 6, unchanged: 2, changed: 4 });
    expect(classes).toMatchObject([
      {
        count: 4,
        environments: ['prod', 'staging'],
        examples: ['a.prod', 'b.prod', 'c.prod', 'a.staging'],
        changes: [{ path: 'run.memoryMiB', before: 256, after: 384 }],
        // 2 instances × 730 h × 0.125 GiB × 0.01 for each of 4.
        cost: { currency: 'EUR', before: '43.80', after: '51.10' },
      },
    ]);
    expect(Number(cost.after) - Number(cost.before)).toBeCloseTo(7.3, 6);
  });

  test('of prices alone is a class too', () => {
    const dearer = { postgres: { broker: 'builtin', plans: { small: { monthly: '12' } } } };
    const changed = plan({ offers: PlatformFile.parse({ offers: dearer }).offers }, [
      placed('a', 'prod', 'small', 'small'),
      placed('b', 'prod', 'small'),
    ]);

    expect(changed.breaks).toEqual([]);
    expect(changed.classes).toMatchObject([
      { count: 1, changes: [{ path: 'cost' }], examples: ['a.prod'] },
    ]);
  });

  test.each<[string, Partial<PlatformFile>, string, number]>([
    ['a size', { sizes: { medium: { memoryMiB: 512, cpu: 0.5 } } }, 'the size `small` is gone', 2],
    ['an offer', { offers: {} }, 'the offer `postgres` is gone', 1],
    [
      'a plan',
      { offers: { postgres: { broker: 'builtin', plans: {} } } },
      'the plan `postgres/small` is gone',
      1,
    ],
    [
      'an environment',
      { environments: start.environments.filter(({ name }) => name !== 'staging') },
      'the environment `staging` is gone',
      1,
    ],
    ['the domain', { domain: 'example.com' }, 'from NAME.localhost to NAME.example.com', 1],
    [
      'the end of the line',
      {
        environments: [
          ...start.environments,
          ...PlatformFile.parse({ environments: [{ name: 'live' }] }).environments,
        ],
      },
      'from NAME.localhost to NAME.prod.localhost',
      1,
    ],
    [
      'the kind of an environment',
      {
        environments: start.environments.map((one) =>
          one.name === 'staging' ? { ...one, kind: 'preview' as const } : one,
        ),
      },
      '`staging` was stable and becomes preview',
      1,
    ],
    [
      'a size from one environment',
      {
        environments: start.environments.map((one) =>
          one.name === 'prod' ? { ...one, sizes: ['large'] } : one,
        ),
      },
      'the size `small` is no longer allowed in `prod`',
      1,
    ],
  ])('that takes away %s is refused with the list of what has it', (_, after, message, count) => {
    const running = [placed('a', 'prod', 'small', 'small'), placed('b', 'staging', 'small')];

    const { breaks } = plan(after, running);

    const found = breaks.find((one) => one.message.includes(message));
    expect(found).toMatchObject({ count });
    expect(found?.examples.every((id) => ['a.prod', 'b.staging'].includes(id))).toBe(true);
    expect(plan(after, []).breaks).toEqual([]);
  });

  test('to a driver that the server lacks is refused with those that it has', () => {
    const runtimes = { ...start.runtimes, far: { driver: 'kubernetes' as const, context: 'x' } };

    expect(plan({ runtimes }, []).breaks).toMatchObject([
      { kind: 'runtime', message: expect.stringContaining('`kubernetes`'), fix: 'It has: agent.' },
    ]);
  });
});

function smallOnly(mode: string, more = ''): readonly Guardrail[] {
  const read = parseGuardrails(
    `
apiVersion: pltf.dev/v1
kind: Guardrail
metadata: {name: small-only}
spec:
  title: Small only
  why: Memory is short.
  severity: low
  owner: everyone
  mode: ${mode}
  ${more}
  match: {resources: [{group: pltf.dev, resource: placements}]}
  validations:
    - {expression: 'object.spec.run.memoryMiB <= 300', message: it is too large, path: spec.run.size}
  remedy: {text: Take a smaller size.}
  cases:
    - {name: small, object: {spec: {run: {memoryMiB: 256}}}, verdict: pass}
    - {name: large, object: {spec: {run: {memoryMiB: 512}}}, verdict: fail}
`,
    'guardrails/small-only.yaml',
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.guardrails;
}

describe('a guardrail that is new or sharper', () => {
  const list = [
    placed('a', 'prod', 'small'),
    placed('b', 'prod', 'medium'),
    placed('c', 'prod', 'large'),
  ];

  test('tells who would be hit', () => {
    const { guardrails, breaks } = plan({}, list, { guardrails: [[], smallOnly('warn')] });

    expect(breaks).toEqual([]);
    expect(guardrails).toMatchObject([
      {
        id: 'small-only',
        change: 'added',
        mode: 'warn',
        fails: 2,
        newlyFails: 2,
        examples: ['b.prod', 'c.prod'],
      },
    ]);
  });

  test('that denies what runs is refused until it gives notice', () => {
    const atOnce = plan({}, list, { guardrails: [smallOnly('warn'), smallOnly('enforce')] });
    const later = plan({}, list, {
      guardrails: [smallOnly('warn'), smallOnly('enforce', 'enforceFrom: 2026-12-21')],
    });

    expect(atOnce.breaks).toMatchObject([
      { kind: 'guardrail', count: 2, fix: expect.stringContaining('`enforceFrom: 2026-12-21`') },
    ]);
    expect(later.breaks).toEqual([]);
    expect(later.guardrails).toMatchObject([{ change: 'changed', fails: 2, newlyFails: 0 }]);
  });

  test('that hits nothing enforces at once; one that goes is told', () => {
    const none = plan({}, list.slice(0, 1), { guardrails: [[], smallOnly('enforce')] });
    const gone = plan({}, list, { guardrails: [smallOnly('enforce'), []] });

    expect(none).toMatchObject({ breaks: [], guardrails: [{ fails: 0 }] });
    expect(gone).toMatchObject({ breaks: [], guardrails: [{ change: 'removed', mode: 'off' }] });
  });

  test('that says the same in other words is no change', () => {
    const same = plan({}, list, {
      guardrails: [smallOnly('warn'), smallOnly('warn', 'controls: [ISO 1]')],
    });

    expect(same.guardrails).toEqual([]);
  });
});

const platforms = fc
  .record({
    small: fc.constantFrom(256, 384),
    medium: fc.constantFrom(512, 768),
    region: fc.constantFrom('local', 'eu'),
    price: fc.constantFrom('10', '12'),
    prodOffers: fc.boolean(),
  })
  .map(({ small, medium, region, price, prodOffers }) =>
    PlatformFile.parse({
      ...start,
      sizes: {
        ...start.sizes,
        small: { memoryMiB: small, cpu: 0.25 },
        medium: { memoryMiB: medium, cpu: 0.5 },
      },
      environments: start.environments.map((one) =>
        one.name === 'prod' ? { ...one, region, ...(prodOffers ? { offers: [] } : {}) } : one,
      ),
      offers: { postgres: { plans: { small: { monthly: price }, large: { monthly: '40' } } } },
    }),
  );
const running = fc
  .array(
    fc.tuple(
      fc.constantFrom('preview', 'staging', 'prod'),
      fc.constantFrom('small', 'medium', 'large'),
      fc.constantFrom(undefined, 'small', 'large'),
    ),
    { maxLength: 12 },
  )
  .map((list) => list.map(([env, size, plan], index) => placed(`s${index}`, env, size, plan)));

const withoutOrder = ({ settings, classes, cost, placements }: ReturnType<typeof plan>) =>
  ({ settings, classes, cost, placements }) satisfies Partial<PlatformPlan>;

describe('for any two platforms and whatever runs', () => {
  test('classes and the unchanged are all of it, each once', () => {
    fc.assert(
      fc.property(platforms, platforms, running, (before, after, list) => {
        const { placements, classes } = plan(after, list, { before });

        const sum = classes.reduce((total, { count }) => total + count, 0);
        expect(placements.total).toBe(list.length);
        expect(placements.unchanged + sum).toBe(list.length);
        expect(new Set(classes.map(({ changes }) => JSON.stringify(changes))).size).toBe(
          classes.length,
        );
      }),
      { numRuns: 60 },
    );
  });

  test('going back is the same change the other way round, and the same platform is no change', () => {
    fc.assert(
      fc.property(platforms, platforms, running, (one, other, list) => {
        const there = withoutOrder(plan(other, list, { before: one }));
        const back = withoutOrder(plan(one, list, { before: other }));

        expect(back.placements).toEqual(there.placements);
        expect([back.cost.before, back.cost.after]).toEqual([there.cost.after, there.cost.before]);
        const turned = back.settings.map(({ path, before, after }) => ({
          path,
          before: after,
          after: before,
        }));
        expect(turned).toEqual(
          there.settings.map(({ path, before, after }) => ({ path, before, after })),
        );
        expect(plan(one, list, { before: one })).toMatchObject({
          settings: [],
          classes: [],
          breaks: [],
        });
      }),
      { numRuns: 60 },
    );
  });
});

test('10,000 placements are planned in seconds', () => {
  const list = Array.from({ length: 10_000 }, (_, index) =>
    placed(
      `s${index}`,
      ['staging', 'prod'][index % 2] ?? 'prod',
      index % 50 === 0 ? 'small' : 'large',
    ),
  );
  const began = performance.now();

  const { placements, classes } = plan({ sizes: { ...start.sizes, small } }, list);

  expect(performance.now() - began).toBeLessThan(8_000);
  expect(placements).toEqual({ total: 10_000, unchanged: 9_800, changed: 200 });
  expect(classes).toHaveLength(1);
});
