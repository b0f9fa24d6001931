import {
  builtinPlatform,
  chartValues,
  type JsonObject,
  type KubernetesObject,
  objectName,
  parseThinFile,
  type RenderInput,
  renderPlacement,
  resolveSpec,
  servedKinds,
  type TemplateResult,
} from '@pltf/plan';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import {
  promtool,
  withoutPromtool,
} from '../packages/plan/src/render/kubernetes/testing/promtool.ts';
import {
  inputWith,
  type SpecChange,
  wholeCluster,
} from '../packages/plan/src/render/kubernetes/testing/render-inputs.ts';
import { renderTemplates } from './go-template.ts';
import { checkValues, render, textIn } from './rendering.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- values of charts, whose shape their schema checks
type Values = any;

const noPromtool = withoutPromtool();

/** What Helm would make of the chart in a created repository. */
function helm(repository: TemplateResult, release: string, values: Values): KubernetesObject[] {
  const files = new Map(
    [...repository.workspace.keys()]
      .filter((path) => path.startsWith('chart/templates/') && !path.endsWith('NOTES.txt'))
      .map((path) => [path, textIn(repository, path)]),
  );
  const chart = parse(textIn(repository, 'chart/Chart.yaml')) as Record<string, unknown>;
  const Chart = { Name: chart['name'], Version: chart['version'], AppVersion: chart['appVersion'] };
  const Release = { Name: release, Namespace: 'default', Service: 'Helm' };
  const own: Values = parse(textIn(repository, 'chart/values.yaml'));
  const dot = { Chart, Release, Values: merged(own, values) };
  return [...renderTemplates(files, dot).values()]
    .flatMap((text) => parseAllDocuments(text))
    .map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as KubernetesObject | null;
    })
    .filter((object) => object !== null);
}

/** As Helm coalesces: maps are merged, everything else replaced. */
function merged(under: Values, over: Values): Values {
  if (typeof under !== 'object' || typeof over !== 'object' || Array.isArray(over)) return over;
  const all = { ...under };
  for (const [key, value] of Object.entries(over))
    all[key] = key in under ? merged(under[key], value) : value;
  return all;
}

/**
 * What the two may differ in: the chart has no namespace of its own in its templates, Helm is who manages, and the
 * digest of the settings is another function of the same settings.
 */
function comparable(objects: readonly KubernetesObject[]): Record<string, unknown> {
  const entries = objects
    .filter(({ kind }) => kind !== 'Namespace')
    .map((object) => {
      const same = JSON.parse(
        JSON.stringify(object, (key, value: unknown) =>
          key === 'pltf.dev/config-hash' ? typeof value : value,
        ),
      ) as { metadata: { namespace?: string } };
      delete same.metadata.namespace;
      const text = JSON.stringify(same).replaceAll(
        /"app\.kubernetes\.io\/managed-by":"(?:pltf|Helm)",("helm\.sh\/chart":"[^"]*",)?/g,
        '',
      );
      return [`${object.kind} ${object.metadata.name}`, JSON.parse(text) as unknown] as const;
    });
  expect(new Set(entries.map(([name]) => name)).size).toBe(entries.length);
  return Object.fromEntries(entries);
}

const { secretStore: _, ...cluster } = {
  ...wholeCluster,
  kinds: new Set([...wholeCluster.kinds].filter((kind) => !/^(?:pltf|external)/.test(kind))),
};
const release = {
  number: 12,
  commit: '4f1d2c3b4a5968778695a4b3c2d1e0f123456789',
  image: `registry.example.com/users-api@sha256:${'ab'.repeat(32)}`,
  user: 1000,
};

const ids = ['job', 'node-service', 'python-service', 'site', 'worker'];

const cases: Readonly<Record<string, [SpecChange, Partial<RenderInput>?]>> = {
  'a service with a range, an address and an objective': [{}],
  'one that others call and that calls others': [
    { needs: { db: { kind: 'offer', offer: 'postgres', plan: 'small' } } },
    {
      callers: [{ component: 'web', label: 'web', environment: 'prod' }],
      callees: {
        payments: { component: 'payments', label: 'payments', environment: 'prod', port: 3000 },
      },
      backing: { db: { port: 5432, cidr: '10.1.2.3/32' } },
    },
  ],
  'one instance': [{ run: { instances: { minimum: 1, maximum: 1 } } }],
  'no instance': [{ run: { instances: { minimum: 0, maximum: 0 } } }],
  'three instances of a large size that start slowly': [
    {
      tier: 1,
      run: {
        instances: { minimum: 3, maximum: 3 },
        memoryMiB: 2048,
        cpu: 2,
        startTimeoutMs: 120_000,
        drainMs: 90_500,
      },
    },
  ],
  'a preview of a branch': [
    {
      label: 'users-api-fix-login',
      environment: 'preview',
      environmentKind: 'preview',
      branch: 'fix/login',
    },
  ],
  'settings that look like something else': [
    { run: { env: { A: 'yes', B: '1e3', C: 'line\nline', D: '{{ .Values.x }}', E: '"quoted"' } } },
  ],
  'no health path, no figures, no command': [
    { run: { health: undefined, command: undefined, metrics: undefined }, objective: {} },
  ],
  'an ingress with certificates': [
    {},
    {
      cluster: {
        ...cluster,
        gateway: undefined,
        ingress: { className: 'nginx', namespace: 'ingress', issuer: 'ca' },
      },
    },
  ],
  'a bare cluster and a registry that asks': [
    {},
    { cluster: { minor: 33, kinds: servedKinds(), pullSecrets: ['registry'] } },
  ],
};

describe('the chart of a created repository', () => {
  const repositories = new Map<string, TemplateResult>();
  beforeAll(async () => {
    for (const id of ids) repositories.set(id, await render(id));
  });
  const repository = (id: string): TemplateResult => {
    const found = repositories.get(id);
    if (found === undefined) throw new Error(id);
    return found;
  };

  it.each(Object.entries(cases))(
    'makes the objects that the platform makes: %s',
    (_name, [spec, change]) => {
      const input = inputWith(spec, { release, cluster, ...change });
      const values = chartValues(input);

      const made = helm(repository('node-service'), input.placement.metadata.name, { ...values });

      expect(comparable(made)).toEqual(comparable(renderPlacement(input)));
      expect(made.length).toBeGreaterThanOrEqual(8);
      expect(objectName(input.placement.metadata.name)).toBe(
        made.find(({ kind }) => kind === 'Deployment')?.metadata.name,
      );
    },
  );

  it.each(['python-service', 'site', 'worker'])('makes them of %s too', (id) => {
    const kind = id === 'python-service' ? 'service' : id;
    const metrics = id === 'python-service' ? '/metrics' : undefined;
    const alive = id === 'worker' ? { alive: ['node', 'src/alive.js'] } : {};
    const env = id === 'worker' ? { HEARTBEAT_FILE: '/tmp/heartbeat' } : {};
    const input = inputWith({ kind, run: { env, metrics, ...alive } }, { release, cluster });

    expect(comparable(helm(repository(id), 'users-api', chartValues(input)))).toEqual(
      comparable(renderPlacement(input)),
    );
  });

  it.each([
    ['at its times', { schedule: '0 3 * * MON-FRI' }],
    ['that is stopped', { schedule: '0 3 * * *', stopped: true }],
    ['that runs when asked only', {}],
  ])('makes them of a job %s', (_name, change) => {
    const input = inputWith(
      {
        kind: 'job',
        routes: [],
        objective: {},
        run: { port: undefined, health: undefined, metrics: undefined },
      },
      { release, cluster, ...change },
    );
    const values = chartValues(input);

    const made = helm(repository('job'), 'users-api', values);

    expect(comparable(made)).toEqual(comparable(renderPlacement(input)));
    expect(made.filter(({ kind }) => kind === 'CronJob')).toHaveLength(
      'schedule' in change ? 1 : 0,
    );
    const schema: JsonObject = JSON.parse(textIn(repository('job'), 'chart/values.schema.json'));
    const own: Values = parse(textIn(repository('job'), 'chart/values.yaml'));
    expect(() => checkValues(schema, merged(own, values))).not.toThrow();
  });

  it.each(ids)(
    'has values that are %s’s own thin file on the platform that a newcomer gets',
    (id) => {
      const parsed = parseThinFile(textIn(repository(id), 'pltf.yaml'));
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const resolved = resolveSpec(parsed.file, builtinPlatform);
      if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
      const { prod: run } = resolved.spec.run;
      if (run === undefined) throw new Error('there is no production');
      const own: Values = parse(textIn(repository(id), 'chart/values.yaml'));
      const input = inputWith(
        {
          kind: resolved.spec.kind,
          owner: resolved.spec.owner,
          tier: resolved.spec.tier,
          run: { metrics: undefined, ...run },
        },
        { release, cluster, schedule: resolved.spec.schedule },
      );
      const values: Values = chartValues(input);

      for (const key of [
        'component',
        'replicas',
        'resources',
        'schedule',
        'suspend',
        'startSeconds',
        'terminationGracePeriodSeconds',
        'tmpSize',
        'zoneSpread',
      ])
        expect([key, own[key]]).toEqual([key, values[key]]);
      expect(own.http?.metricsPath ?? '').toBe(values.http?.metricsPath ?? '');
      expect(own.alive ?? []).toEqual(values.alive ?? []);
      expect(own.autoscaling?.enabled).toBe(values.autoscaling?.enabled);
      expect(own.labels).toMatchObject({ 'pltf.dev/owner': 'everyone', 'pltf.dev/tier': '3' });
      expect(own.http.enabled).toBe(values.http.enabled);
    },
  );

  it('accepts those values by its own schema, and no others', () => {
    const node = repository('node-service');
    const schema: JsonObject = JSON.parse(textIn(node, 'chart/values.schema.json'));
    const own: Values = parse(textIn(node, 'chart/values.yaml'));

    for (const [spec, change] of Object.values(cases)) {
      const values = merged(own, chartValues(inputWith(spec, { release, cluster, ...change })));
      expect(() => checkValues(schema, values)).not.toThrow();
      expect(() => checkValues(schema, { ...values, replicaz: 3 })).toThrow('replicaz');
    }
  });

  it.skipIf(noPromtool !== undefined)(
    `has rules that Prometheus takes, and so has the folder alerts (${noPromtool ?? 'promtool'})`,
    () => {
      const watched = chartValues(inputWith({}, { release, cluster }));
      const job = inputWith({ kind: 'job' }, { release, cluster, schedule: '0 3 * * *' });
      const files = [...repositories].flatMap(([id, made]) => {
        const rules = helm(
          made,
          'users-api',
          id === 'job' ? chartValues(job) : { ...watched },
        ).filter(({ kind }) => kind === 'PrometheusRule');
        return [
          ...rules.map(({ spec }, index) => [`${id}-${index}.yaml`, stringify(spec)] as const),
          [`${id}-alerts.yaml`, textIn(made, 'alerts/rules.yaml')] as const,
        ];
      });

      const { passed, output } = promtool('check', Object.fromEntries(files));

      expect(files).toHaveLength(2 * repositories.size);
      expect(passed, output).toBe(true);
    },
  );

  it('restarts instances when a setting changes, and only then', () => {
    const hash = (env: Record<string, string>): unknown => {
      const input = inputWith({ run: { env } }, { release, cluster });
      const deployment = helm(repository('node-service'), 'users-api', chartValues(input)).find(
        ({ kind }) => kind === 'Deployment',
      ) as Values;
      return deployment.spec.template.metadata.annotations['pltf.dev/config-hash'];
    };

    expect(hash({ A: '1' })).toBe(hash({ A: '1' }));
    expect(hash({ A: '1' })).not.toBe(hash({ A: '2' }));
  });

  it('works with nothing but a name', () => {
    const kinds = helm(repository('node-service'), 'users-api', {}).map(({ kind }) => kind);

    expect(kinds.toSorted()).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'NetworkPolicy',
      'Service',
      'ServiceAccount',
    ]);
  });
});
