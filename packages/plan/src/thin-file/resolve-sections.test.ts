import { PlatformFile, type Spec } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { type ResolvedSpec, resolveSpec } from './resolve-spec.ts';
import type { GoldenPathDefaults } from './sources.ts';
import { parseThinFile } from './thin-file-parser.ts';

const platform = PlatformFile.parse({
  environments: [
    { name: 'preview', kind: 'preview', ttl: '7d', offers: ['postgres'] },
    { name: 'staging', follows: 'default-branch', sizes: ['small', 'medium'] },
    {
      name: 'prod',
      exposure: 'public',
      quota: { memoryMiB: 4096, instances: 6 },
    },
  ],
  offers: {
    postgres: { plans: { small: {}, large: {} } },
    redis: { plans: { tiny: {} } },
  },
});
const base = 'kind: service\nname: shop\n';

function resolve(text: string, on = platform, goldenPath?: GoldenPathDefaults): ResolvedSpec {
  const parsed = parseThinFile(text);
  if (!parsed.ok) return { ok: false, problems: parsed.problems };
  return resolveSpec(parsed.file, on, { places: parsed.places, goldenPath });
}

function specOf(text: string, on = platform, goldenPath?: GoldenPathDefaults): Spec {
  const resolved = resolve(text, on, goldenPath);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems, undefined, 1));
  return resolved.spec;
}

function problemsOf(text: string, on = platform): readonly string[] {
  const resolved = resolve(text, on);
  if (resolved.ok) return [];
  return resolved.problems.map(({ where, message, fix }) => `${where} ${message} → ${fix ?? ''}`);
}

describe('run', () => {
  test('tells clusters where figures are and how to ask a worker, and one environment may say it otherwise', () => {
    const text = `${base}env: prod
run: {command: node a.js, metrics: /metrics, alive: 'node alive.js --soon'}
envs: {preview: {run: {metrics: /figures}}}`;

    const { run } = specOf(text);

    expect(run['prod']).toMatchObject({
      metrics: '/metrics',
      alive: ['node', 'alive.js', '--soon'],
    });
    expect(run['preview']).toMatchObject({ metrics: '/figures' });
  });

  test('has the same build arguments in every environment: there is one image', () => {
    const args = 'command: node a.js, buildArgs: {NODE: 22, FLAVOUR: slim}';
    const { run } = specOf(`${base}run: {${args}}`);

    expect(Object.values(run).map(({ buildArgs }) => buildArgs)).toEqual(
      Array.from({ length: 3 }, () => ({ NODE: '22', FLAVOUR: 'slim' })),
    );
    expect(problemsOf(`${base}envs: {prod: {run: {${args}}}}`).join()).toContain('buildArgs');
  });
});

describe('needs', () => {
  test('come in each form, with the first plan where none is named', () => {
    const text = `${base}env: prod
needs:
  db: postgres/large
  cache: redis
  payments: {service: payments-api}
  stripe: {secret: stripe-key}
  shared: {resource: main-db}
  old-db: {offer: postgres, plan: small}
envs: {preview: {needs: {db: postgres/small, cache: postgres}}}`;

    const { needs } = specOf(text);

    expect(needs['prod']).toEqual({
      'db': { kind: 'offer', offer: 'postgres', plan: 'large' },
      'cache': { kind: 'offer', offer: 'redis', plan: 'tiny' },
      'payments': { kind: 'service', service: 'payments-api' },
      'stripe': { kind: 'secret', secret: 'stripe-key' },
      'shared': { kind: 'resource', resource: 'main-db' },
      'old-db': { kind: 'offer', offer: 'postgres', plan: 'small' },
    });
    expect(needs['preview']).toMatchObject({
      db: { plan: 'small' },
      cache: { offer: 'postgres', plan: 'small' },
    });
  });

  test.each([
    [
      'needs: {db: postgress/small}',
      'pltf.yaml:3:13 needs.db: the platform has no offer `postgress` → Did you mean `postgres`?',
    ],
    [
      'needs: {db: kafka/small}',
      'pltf.yaml:3:13 needs.db: the platform has no offer `kafka` → The platform has: postgres/small, postgres/large, redis/tiny.',
    ],
    [
      'needs: {db: postgres/smal}',
      'pltf.yaml:3:13 needs.db: the offer `postgres` has no plan `smal` → Did you mean `postgres/small`?',
    ],
    [
      'needs: {db: redis/tiny}',
      'pltf.yaml:3:13 needs.db: the offer `redis` may not be used in preview → Those that may: postgres.',
    ],
    ['needs: {me: {service: shop}}', 'pltf.yaml:3:13 needs.me: it needs itself'],
    [
      'needs: {a-b: postgres/small, a_b: postgres/small}',
      'pltf.yaml:3:35 needs: `a-b` and `a_b` would both be A_B_… in the program',
    ],
    [
      'needs: {db: {servce: x}}',
      'pltf.yaml:3:14 unknown key `needs.db.servce` → Did you mean `service`?',
    ],
    ['needs: {db: {service: X}}', 'pltf.yaml:3:23 needs.db.service: lower-case letters'],
    [
      'needs: {db: {service: x, secret: y}}',
      'pltf.yaml:3:13 needs.db: an offer and plan like `postgres/small`, or one of',
    ],
    ['needs: {db: 5}', 'pltf.yaml:3:13 needs.db: an offer and plan like'],
    ['needs: {DB: postgres}', 'pltf.yaml:3:9 needs.DB: lower-case letters'],
  ])('%s', (line, expected) => {
    expect(problemsOf(base + line)[0]).toContain(expected);
  });

  test('of a platform without offers say so, and who adds them', () => {
    expect(problemsOf(`${base}needs: {db: postgres}`, PlatformFile.parse({}))).toEqual([
      'pltf.yaml:3:13 needs.db: the platform has no offer `postgres` → It has none yet: the platform team adds some under `offers:` in the platform file.',
    ]);
  });
});

describe('sizes', () => {
  test('are those that the environment allows', () => {
    expect(problemsOf(`${base}run: {size: large}`)).toEqual([
      'pltf.yaml:3:13 the size `large` may not be used in staging → staging has: small, medium.',
    ]);
    expect(
      specOf(`${base}run: {size: large}\nenvs: {staging: {run: {size: medium}}}`).run,
    ).toMatchObject({
      staging: { size: 'medium' },
      prod: { size: 'large' },
    });
  });

  test('are raw numbers only where the platform allows them', () => {
    const text = `${base}env: prod\nrun: {size: 1.5Gi/0.5}`;

    expect(problemsOf(text)).toEqual([
      'pltf.yaml:4:13 `1.5Gi/0.5` is not one of the sizes → Use one of: small, medium, large; `large` has 1024 MiB and 1 of a processor.',
    ]);
    const allowed = PlatformFile.parse({ rawSizes: 'allowed' });
    expect(specOf(text, allowed).run['prod']).toMatchObject({
      size: '1.5Gi/0.5',
      memoryMiB: 1536,
      cpu: 0.5,
    });
    expect(problemsOf(`${base}run: {size: 1Mi/0.5}`, allowed)[0]).toContain('too small');
  });

  test('and instances stay below the quota of the environment', () => {
    expect(problemsOf(`${base}env: prod\nrun: {size: large, instances: 1..8}`)).toEqual([
      'pltf.yaml:4:31 instances: 8 are more than the quota of prod → At most 6.',
      'pltf.yaml:4:13 8 times 1024 MiB are more than the quota of prod → Take a smaller size or fewer instances: at most 4096 MiB in all.',
    ]);
  });
});

describe('the tier', () => {
  test('brings an objective and instances to production, and nowhere else', () => {
    const spec = specOf(`${base}tier: 1`);

    expect(spec.objective).toEqual({ prod: { availability: 99.9 } });
    expect(spec.run['prod']?.instances).toEqual({ minimum: 2, maximum: 2 });
    expect(spec.run['staging']?.instances).toEqual({ minimum: 1, maximum: 1 });
  });

  test('gives way to what the file says, and to a volume', () => {
    const spec = specOf(`${base}tier: 1\nrun: {instances: 1}\nslo: {availability: 99.95}`);

    expect(spec.objective).toEqual({
      staging: { availability: 99.95 },
      prod: { availability: 99.95 },
    });
    expect(spec.run['prod']?.instances).toEqual({ minimum: 1, maximum: 1 });
    expect(specOf(`${base}tier: 1\nrun: {volume: /data}`).run['prod']?.instances.maximum).toBe(1);
  });
});

describe('objectives', () => {
  test('have latencies in milliseconds, and others for one environment', () => {
    const text = `${base}slo: {latency: {p99: 1s, p50: 20ms}}\nenvs: {prod: {slo: {latency: {p99: 300ms}}}}`;

    expect(specOf(text).objective).toEqual({
      staging: { latency: { p50: 20, p99: 1000 } },
      prod: { availability: 99, latency: { p50: 20, p99: 300 } },
    });
  });

  test('contradict themselves when a higher quantile is shorter', () => {
    expect(problemsOf(`${base}slo: {latency: {p99: 10ms, p50: 20ms}}`)).toEqual([
      'pltf.yaml:3:22 slo.latency: p99 is shorter than p50 → Of two, the higher takes longer.',
    ]);
  });
});

describe('addresses', () => {
  test('say who gets through', () => {
    const text = `${base}access: {signIn: true}
routes: [a.example.com, {host: B.example.com, public: true, signIn: false}]
envs: {staging: {access: {signIn: false}}}`;

    const spec = specOf(text);

    expect(spec.routes['prod']).toEqual(['a.example.com', 'b.example.com']);
    expect(spec.access).toEqual({
      preview: { signIn: true },
      staging: { signIn: false },
      prod: { signIn: true, routes: { 'b.example.com': { public: true, signIn: false } } },
    });
  });

  test.each([
    [
      'routes: [{host: a.example.com, public: true}]\nenv: staging',
      'pltf.yaml:3:10 staging is private: nothing there can be public',
    ],
    ['envs: {staging: {access: {public: true}}}', 'pltf.yaml:3:35 staging is private'],
    [
      'routes: [a.example.com, {host: a.example.com, signIn: true}]',
      'pltf.yaml:3:25 `a.example.com` is there twice, and differs',
    ],
    [
      'routes: [{hst: a.example.com}]',
      'pltf.yaml:3:11 unknown key `routes.0.hst` → Did you mean `host`?',
    ],
  ])('%s', (line, expected) => {
    expect(problemsOf(base + line)[0]).toContain(expected);
  });
});

describe('jobs', () => {
  const job = 'kind: job\nname: nightly\n';

  test('run by their schedule, or by hand', () => {
    expect(specOf(`${job}schedule: " 0  3 * * MON-FRI "`)).toMatchObject({
      schedule: '0 3 * * MON-FRI',
    });
    expect(specOf(job)).not.toHaveProperty('schedule');
    expect(
      specOf(`${job}schedule: 0 3 * * *\nenvs: {staging: {schedule: 0 5 * * *}}`),
    ).toMatchObject({
      schedule: '0 3 * * *',
      schedules: { staging: '0 5 * * *' },
    });
  });

  test.each([
    ['0 3 * *', '4 fields instead of five'],
    ['0 0 3 * * *', '6 fields instead of five'],
    ['" "', 'no fields instead of five'],
    ['"@daily"', '`@daily` is short for something → Write five fields, like `0 0 * * *`.'],
    ['61 3 * * *', 'invalid value for minute: 61'],
    ['0 3 31 2 *', 'that day never comes'],
    ['0 3 L * *', '`L` is no day of the month'],
    ['0 3 * * 7', '7 is no day of the week → Sunday is 0.'],
    ['0 3 ? * *', '`?` is no day of the month'],
    ['"0 3 * * * ; rm"', '7 fields'],
    ['"0 3 * * SUN#2"', '`SUN#2` is no day of the week'],
    ['"*/0 3 * * *"', 'illegal stepping'],
  ])('schedule %s: %s', (schedule, expected) => {
    const [problem] = problemsOf(`${job}schedule: ${schedule}`);

    expect(problem).toContain('pltf.yaml:3:11 schedule: ');
    expect(problem).toContain(expected);
  });
});

describe('a shared resource', () => {
  const resource = 'kind: resource\nname: main-db\n';

  test('is an offer and a plan, which environments may say otherwise', () => {
    expect(
      specOf(`${resource}offer: postgres/small\nenvs: {prod: {offer: postgres/large}}`),
    ).toMatchObject({
      kind: 'resource',
      offer: { offer: 'postgres', plan: 'large' },
      offers: {
        staging: { offer: 'postgres', plan: 'small' },
        prod: { offer: 'postgres', plan: 'large' },
      },
      run: {},
      routes: {},
    });
  });

  test.each([
    ['', 'pltf.yaml:1:7 a resource says what is shared'],
    ['offer: mysql/small', 'pltf.yaml:3:8 offer: the platform has no offer `mysql`'],
    ['offer: redis\nrun: {port: 1}', 'pltf.yaml:4:6 a resource runs nothing of its own'],
    ['offer: redis\nenvs: {prod: {needs: {a: redis}}}', 'pltf.yaml:4:22 a resource needs nothing'],
  ])('%j', (line, expected) => {
    expect(problemsOf(resource + line)[0]).toContain(expected);
  });

  test('is what only a resource can offer', () => {
    expect(problemsOf(`${base}offer: redis`)[0]).toContain('a service offers nothing to share');
  });
});

test('an override of an environment where it never runs is a mistake', () => {
  expect(problemsOf(`${base}env: prod\nenvs: {staging: {run: {size: small}}}`)).toEqual([
    'pltf.yaml:4:8 envs.staging: it does not run in staging → Add `staging` to `env`, or take this out.',
  ]);
});

test('policy and region may differ by environment', () => {
  const spec = specOf(`${base}policy: pii=true, region=eu\nenvs: {prod: {policy: {region: us}}}`);

  expect(spec.policy).toEqual({ pii: true, region: 'eu' });
  expect(spec.policies).toEqual({ prod: { pii: true, region: 'us' } });
});

describe('why', () => {
  const goldenPath: GoldenPathDefaults = {
    id: 'node-service',
    version: '1.2.0',
    defaults: { tier: 2, run: { port: 8080, health: '/healthz', env: { A: '1' } } },
  };

  test('names the line, the golden path, the platform file or the default behind each value', () => {
    const text = `${base}run: {size: small, env: {B: x}}\nneeds: {db: postgres}\nenvs: {prod: {run: {size: large}}}`;
    const resolved = resolve(text, platform, goldenPath);

    expect(resolved).toMatchObject({
      ok: true,
      spec: { tier: 2, run: { prod: { port: 8080, env: { A: '1', B: 'x' } } } },
      why: {
        'kind': { source: 'thin-file', where: 'pltf.yaml:1:7' },
        'owner': { source: 'platform-file' },
        'tier': { source: 'golden-path', where: 'node-service@1.2.0' },
        'run.size': { source: 'thin-file', where: 'pltf.yaml:3:13' },
        'envs.prod.run.size': {
          source: 'thin-file',
          where: 'pltf.yaml:5:27',
          because: 'The thin file says so for prod.',
        },
        'envs.staging.run.size': { where: 'pltf.yaml:3:13' },
        'run.port': { source: 'golden-path', where: 'node-service@1.2.0' },
        'run.env.A': { source: 'golden-path' },
        'run.env.B': { where: 'pltf.yaml:3:29' },
        'run.drain': { source: 'default' },
        'needs.db': { where: 'pltf.yaml:4:13' },
        'slo.availability': { source: 'default', because: 'What tier 2 promises in production.' },
        'env': { source: 'platform-file' },
      },
    });
  });

  test('has a reason for every value that a placement runs with', () => {
    const resolved = resolve(`${base}run: {command: node a.js, env: {B: x}}`);

    if (!resolved.ok) throw new Error('refused');
    const {
      startTimeoutMs: _,
      memoryMiB: __,
      cpu: ___,
      drainMs: ____,
      env: _____,
      ...run
    } = resolved.spec.run['prod'] ?? ({} as Spec['run'][string]);
    for (const key of [...Object.keys(run), 'drain', 'startTimeout', 'env.B']) {
      expect(resolved.why, key).toHaveProperty([`run.${key}`]);
      expect(resolved.why, key).toHaveProperty([`envs.prod.run.${key}`]);
    }
  });
});
