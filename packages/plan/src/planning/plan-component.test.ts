import { type Plan, Plan as PlanShape } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain, planComponent } from './index.ts';
import { applied, type FileInput, sampleFacts } from './testing/sample-facts.ts';

const fourLines = 'kind: service\nname: promoapi\nenv: prod\npolicy: pii=false\n';
const now = new Date('2026-11-21T12:00:00Z');

const plan = (text: string, facts = sampleFacts()): Plan =>
  planComponent({ text, fileName: 'pltf.yaml', facts, judge: () => [], now });

describe('a component that is not there yet', () => {
  test('is planned from four lines, with repository, files, placements and addresses', () => {
    const made = plan(fourLines);

    expect(() => PlanShape.parse(made)).not.toThrow();
    expect(made.outcome).toBe('changes');
    expect(made.items.map(({ action, kind, name }) => `${action} ${kind} ${name}`)).toEqual([
      'create repository promoapi',
      'create file pltf.yaml',
      'create pipeline .github/workflows/ci.yml',
      'create alert alerts/rules.yaml',
      'create file package.json',
      'create file src/',
      'create placement promoapi.preview',
      'create route promoapi.preview.localhost',
      'create placement promoapi.prod',
      'create route promoapi.localhost',
      'create objective promoapi.prod',
    ]);
  });

  test('pasted as one line is the same', () => {
    const line = 'kind: service / name: promoapi / env: prod / policy: pii=false';

    expect(plan(line).placements).toEqual(plan(fourLines).placements);
  });

  test('says every problem at its place and plans nothing', () => {
    const made = plan('kind: service\nname: promoapi\nenv: pord\nrun: {size: smal}\n');

    expect(made.outcome).toBe('invalid');
    expect(made.items).toEqual([]);
    expect(made.problems.map(({ where }) => where)).toEqual(['pltf.yaml:3:6', 'pltf.yaml:4:13']);
  });

  test('on a cluster also has namespace, network policy and quota', () => {
    const facts = sampleFacts({
      runtimes: { agent: { driver: 'agent' }, cluster: { driver: 'kubernetes', context: 'eu' } },
      environments: [
        { name: 'preview', kind: 'preview' },
        { name: 'prod', runtime: 'cluster', region: 'eu', quota: { instances: 9 } },
      ],
    });

    const kinds = plan(fourLines, facts).items.map(
      ({ kind, environment }) => `${environment ?? ''} ${kind}`,
    );

    expect(kinds).toEqual(
      expect.arrayContaining(['prod namespace', 'prod network-policy', 'prod quota']),
    );
    expect(kinds).not.toContain('preview namespace');
  });
});

describe('what cannot be given where it would run', () => {
  const score = `apiVersion: score.dev/v1b1
metadata: {name: promoapi}
service: {ports: {web: {port: 80, targetPort: 8080}}}
containers:
  main:
    image: .
    command: [node, server.js]
    variables:
      SELF: "\${resources.site.url}"
      CACHE: "redis://\${resources.cache.host}"
    files:
      /etc/app.conf: {content: "a"}
resources:
  site: {type: service-port, params: {}}
  cache: {type: redis}
`;
  const lacksOn = (agent: FileInput['runtimes'], text = score) =>
    plan(text, sampleFacts({ ...(agent === undefined ? {} : { runtimes: agent }) })).lacks;

  test('is said with its line, for each environment on an agent', () => {
    const made = plan(score);

    expect(made.outcome).toBe('changes');
    expect(made.lacks.filter(({ environment }) => environment === 'prod')).toEqual(
      expect.arrayContaining([
        {
          ...{ environment: 'prod', what: 'variable CACHE', where: 'pltf.yaml:10:14' },
          because: expect.stringMatching(
            /^nothing here gives \$\{needs\.cache\.host\}; /,
          ) as string,
        },
        expect.objectContaining({ what: 'file /etc/app.conf' }),
      ]),
    );
    expect(new Set(made.lacks.map(({ environment }) => environment))).toContain('preview');
  });

  test('is nothing of a thin file, and nothing of a cluster, which says it itself', () => {
    const cluster = { driver: 'kubernetes' as const, context: 'eu' };

    expect(plan(fourLines).lacks).toEqual([]);
    expect(lacksOn({ agent: cluster }).map(({ what }) => what.replace(/^need .*/, 'need'))).toEqual(
      lacksOn({ agent: cluster }).map(() => 'need'),
    );
  });

  test('is refused where it is the image itself', () => {
    const named = score.replace('image: .', 'image: "nginx:1.27"');
    const docker = { agent: { driver: 'agent' as const, isolation: 'docker' as const } };

    const { outcome, problems } = plan(named);

    expect(outcome).toBe('invalid');
    expect(problems).toEqual([
      {
        where: 'pltf.yaml:6:12',
        message: 'preview, staging, prod run plain processes, not the image nginx:1.27',
        fix: expect.stringContaining('`image: .`') as string,
      },
    ]);
    expect(plan(named, sampleFacts({ runtimes: docker })).outcome).toBe('changes');
  });
});

describe('a component that is there', () => {
  const there = sampleFacts({}, { promoapi: applied('promoapi', fourLines) });

  test('is unchanged when its thin file is', () => {
    const made = plan(fourLines, there);

    expect(made.outcome).toBe('unchanged');
    expect(made.items.every(({ action }) => action === 'keep')).toBe(true);
    expect(made.cost?.before).toBe(made.cost?.after);
  });

  test('tells each value that changes, before and after', () => {
    const made = plan(`${fourLines}run: {size: medium}\n`, there);

    expect(made.outcome).toBe('changes');
    const prod = made.items.find(({ name }) => name === 'promoapi.prod');
    expect(prod).toMatchObject({
      action: 'change',
      changes: expect.arrayContaining([
        { path: 'run.size', before: 'small', after: 'medium' },
        { path: 'run.memoryMiB', before: 256, after: 512 },
      ]),
    });
    expect(made.cost).toMatchObject({ before: '6.57', after: '13.14' });
  });

  test('keeps what runs in an environment that is no longer named, and says so', () => {
    const made = plan(fourLines.replace('prod', 'staging'), there);

    const left = made.items.find(({ name }) => name === 'promoapi.prod');
    expect(left?.action).toBe('keep');
    expect(left?.note).toContain('no longer names prod');
  });

  test('cannot be another kind, or of another owner', () => {
    const made = plan(`${fourLines}owner: team-other\n`, there);

    expect(made.problems).toEqual([
      expect.objectContaining({ where: 'pltf.yaml:5:8', message: 'promoapi belongs to everyone' }),
    ]);
  });
});

describe('the digest', () => {
  test('is the same for the same inputs, whenever they are planned', () => {
    const facts = sampleFacts();
    const later = planComponent({
      text: fourLines,
      fileName: 'pltf.yaml',
      facts: { ...facts, asOf: '2027-01-01T00:00:00Z' },
      judge: () => [],
      now: new Date('2027-01-01T00:00:00Z'),
    });

    expect(later.digest).toBe(plan(fourLines, facts).digest);
  });

  test('is the same when somebody else does something with theirs', () => {
    const others = sampleFacts({}, { other: applied('other', 'kind: worker\nname: other\n') });

    expect(plan(fourLines, others).digest).toBe(plan(fourLines).digest);
  });

  test('is another one for each input that changes', () => {
    const thereNow = applied('promoapi', fourLines);
    const digests = [
      plan(fourLines),
      plan(`${fourLines}# a comment\n`),
      plan(fourLines, sampleFacts({ domain: 'example.org' })),
      plan(fourLines, sampleFacts({}, { promoapi: thereNow })),
      plan(fourLines, sampleFacts({}, { promoapi: { ...thereNow, thinFile: 'kind: service' } })),
      plan(fourLines, { ...sampleFacts(), goldenPaths: [] }),
    ].map(({ digest }) => digest);

    expect(new Set(digests).size).toBe(digests.length);
  });
});

test('applying what was planned leaves nothing to do, whatever was planned', () => {
  const size = fc.constantFrom('small', 'medium', 'large');
  const instances = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 5, max: 9 }));
  const environments = fc.constantFrom('', 'env: prod\n', 'env: [staging, prod]\n');
  const policy = fc.constantFrom('', 'policy: pii=true\n', 'policy: {data: contact+health}\n');
  fc.assert(
    fc.property(size, instances, environments, policy, (name, [low, high], env, said) => {
      const text = `kind: service\nname: promoapi\n${env}${said}run: {size: ${name}, instances: ${low}..${high}}\n`;
      const first = plan(text);
      fc.pre(first.outcome !== 'invalid');

      const again = plan(text, sampleFacts({}, { promoapi: applied('promoapi', text) }));

      expect(first.outcome).toBe('changes');
      expect(again.outcome).toBe('unchanged');
      expect(again.placements).toEqual(first.placements);
    }),
    { numRuns: 50 },
  );
});

test('no text makes planning throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(() => PlanShape.parse(plan(text))).not.toThrow();
    }),
    { numRuns: 200 },
  );
});

describe('why', () => {
  const made = plan(
    `${fourLines}envs: {prod: {run: {size: large}}}\n`,
    sampleFacts({ organisation: 'Org' }),
  );

  test('tells the line of the thin file', () => {
    expect(explain(made, 'envs.prod.run.size')).toMatchObject({
      found: true,
      provenance: { source: 'thin-file', where: 'pltf.yaml:5:27' },
      values: [{ environment: 'prod', value: 'large' }],
    });
    expect(explain(made, 'prod.run.size')).toEqual(explain(made, 'envs.prod.run.size'));
  });

  test('tells the golden path', () => {
    expect(explain(made, 'run.health')).toMatchObject({
      provenance: { source: 'golden-path', where: 'node-service@1.0.0' },
    });
  });

  test('tells the line of the platform file', () => {
    const platformText = 'organisation: Org\nsizes:\n  small: {memoryMiB: 256, cpu: 0.25}\n';
    const facts = {
      ...sampleFacts({ sizes: { small: { memoryMiB: 256, cpu: 0.25 } } }),
      platformText,
    };

    expect(explain(plan(fourLines, facts), 'run.size')).toMatchObject({
      provenance: {
        source: 'platform-file',
        where: expect.stringMatching(/^platform.yaml:\d+:\d+$/),
      },
    });
  });

  test('names the nearest path when there is none', () => {
    expect(explain(made, 'run.siez')).toMatchObject({ found: false, nearest: 'run.size' });
    expect(explain(made, 'health')).toMatchObject({ found: false, nearest: 'run.health' });
  });
});
