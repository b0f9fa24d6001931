import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { PlatformFile, type Spec } from '@pltf/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { builtinPlatform } from '../platform-file/platform.ts';
import {
  type ReadComponent,
  readThinFileOrScore,
  resolveComponent,
} from '../thin-file/read-components.ts';
import { provisionOrder } from './index.ts';

const platform = PlatformFile.parse({
  offers: {
    postgres: { plans: { small: {}, large: {} } },
    redis: { plans: { small: {} } },
  },
});

function readOne(text: string): ReadComponent {
  const [first] = readThinFileOrScore(text, 'score.yaml');
  if (first?.ok !== true) throw new Error(JSON.stringify(first));
  return first;
}

function specOf(text: string, on = platform): Spec {
  const resolved = resolveComponent(readOne(text), on);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return resolved.spec;
}

function problemsOf(text: string): readonly string[] {
  return readThinFileOrScore(text, 'score.yaml').flatMap((one) =>
    one.ok ? [] : one.problems.map(({ where, message }) => `${where} ${message}`),
  );
}

const head = 'apiVersion: score.dev/v1b1\nmetadata: {name: shop}\n';
const shop = `apiVersion: score.dev/v1b1
metadata:
  name: shop
  annotations:
    pltf.dev/owner: team-shop
    pltf.dev/tier: "2"
    pltf.dev/policy: pii=true, region=eu
service:
  ports:
    web: {port: 80, targetPort: 8080}
containers:
  migrate:
    image: registry.example.com/shop:1
    command: [node, migrate.js]
    before:
      main: {ready: complete}
  main:
    image: registry.example.com/shop:1
    args: [serve]
    variables:
      GREETING: "hello from \${metadata.name}"
      DB: "postgres://\${resources.db.username}:\${resources.db.password}@\${resources.db.host}/x?cost=$$5"
    files:
      /etc/shop.conf: {content: "host=\${resources.dns.host}", mode: "0600"}
    readinessProbe:
      httpGet: {path: /ready, port: 8080}
    resources:
      limits: {memory: 300Mi, cpu: 250m}
resources:
  db: {type: postgres, class: large}
  queue: {type: amqp}
  payments: {type: service}
  dns: {type: dns}
  route: {type: route, params: {host: "\${resources.dns.host}", path: /, port: 80}}
`;

describe('a Score workload', () => {
  test('becomes a spec with everything that it says', () => {
    const spec = specOf(shop);

    expect(spec).toMatchObject({
      kind: 'service',
      name: 'shop',
      owner: 'team-shop',
      tier: 2,
      policy: { pii: true, region: 'eu' },
      origin: { format: 'score.dev/v1b1', notes: [] },
    });
    expect(spec.run['prod']).toMatchObject({
      image: 'registry.example.com/shop:1',
      args: ['serve'],
      port: 8080,
      health: '/ready',
      size: 'medium',
      env: { GREETING: 'hello from shop' },
      bound: {
        DB: 'postgres://${needs.db.username}:${needs.db.password}@${needs.db.host}/x?cost=$$5',
      },
      files: { '/etc/shop.conf': { content: 'host=${route.host}', mode: '0600', bound: true } },
      ports: { web: { port: 80, targetPort: 8080, protocol: 'TCP' } },
      after: { migrate: 'complete' },
      containers: { migrate: { command: ['node', 'migrate.js'] } },
      startOrder: ['migrate', 'main'],
    });
    expect(spec.needs['prod']).toEqual({
      db: { kind: 'offer', offer: 'postgres', plan: 'large' },
      payments: { kind: 'service', service: 'payments' },
      queue: { kind: 'offer', offer: 'amqp', plan: 'default' },
    });
    expect(spec.unmet?.['prod']).toEqual({
      queue:
        'the platform has no offer `amqp`. The platform has: postgres/small, postgres/large, redis/small.',
    });
  });

  test('says where its values come from', () => {
    const resolved = resolveComponent(readOne(shop), platform);

    expect(resolved).toMatchObject({
      ok: true,
      why: {
        'run.port': { where: 'score.yaml:10:10' },
        'run.health': { where: 'score.yaml:26:23' },
        'run.size': { because: expect.stringContaining('300 MiB and 0.25 of a processor') },
        'run.image': { where: 'score.yaml:18:12' },
        'needs.queue': { because: 'The Score file needs it.' },
        'owner': { where: 'score.yaml:5:21' },
      },
    });
  });

  test('is a worker when nothing leads to it', () => {
    expect(specOf(`${head}containers: {main: {image: busybox}}`)).toMatchObject({
      kind: 'worker',
      run: { prod: { image: 'busybox', size: 'small' } },
    });
  });

  test('keeps one volume that the platform gives', () => {
    const text = `${head}containers: {main: {image: ., volumes: {/data: {source: "\${resources.data}"}}}}
resources: {data: {type: volume}}`;

    expect(specOf(text).run['prod']).toMatchObject({
      volume: '/data',
      volumes: { '/data': { volume: 'data' } },
    });
  });

  test('asks for more than any size has', () => {
    const component = readOne(
      `${head}containers: {main: {image: ., resources: {limits: {memory: 64Gi}}}}`,
    );

    expect(resolveComponent(component, platform)).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([
        expect.objectContaining({
          where: 'score.yaml:3:42',
          message: 'no size of prod has 65536 MiB and 0 of a processor',
        }),
      ]),
    });
    const allowed = PlatformFile.parse({ rawSizes: 'allowed' });
    expect(resolveComponent(component, allowed)).toMatchObject({
      ok: true,
      spec: { run: { prod: { size: '65536Mi/0.05', memoryMiB: 65_536 } } },
    });
  });
});

describe('problems of a Score workload', () => {
  test.each([
    [
      'apiVersion: score.dev/v1b9\nmetadata: {name: shop}\ncontainers: {main: {image: .}}',
      ['score.yaml:1:13 apiVersion: '],
    ],
    [`${head}containers: {}`, ['score.yaml:3:13 containers: at least one container']],
    [
      `${head}containers: {main: {imag: .}}`,
      [
        'score.yaml:3:20 containers.main.image is missing',
        'score.yaml:3:21 unknown key `containers.main.imag`',
      ],
    ],
    [
      `${head}containers: {main: {image: ., variables: {A: "x \${resources.db.host}"}}}`,
      ['score.yaml:3:49 `${resources.db.host}` is no resource of this workload'],
    ],
    [
      `${head}containers: {main: {image: ., variables: {A: "\${HOME}"}}}`,
      ['score.yaml:3:47 `${HOME}` refers to neither `metadata` nor `resources`'],
    ],
    [
      `${head}containers: {main: {image: ., variables: {A: "\${metadata.nothing}"}}}`,
      ['score.yaml:3:47 `${metadata.nothing}` is not in the metadata'],
    ],
    [
      `${head}containers: {aa: {image: ., before: {bb: {ready: started}}}, bb: {image: ., before: {aa: {ready: started}}}}`,
      ['score.yaml:3:29 containers wait for each other in a circle: aa, bb'],
    ],
    [
      `${head}containers: {aa: {image: ., before: {cc: {ready: started}}}}`,
      ['score.yaml:3:38 there is no container `cc`'],
    ],
    [
      `${head}containers: {aa: {image: ., files: [{content: x}]}}`,
      ['score.yaml:3:37 containers.aa.files.0.target is missing'],
    ],
    [
      `${head}containers: {main: {image: .}}\nresources: {aa: {type: s3, params: {x: "\${resources.bb.y}"}}, bb: {type: s3, params: {x: "\${resources.aa.y}"}}}`,
      [
        'score.yaml:4:13 the parameters of resources refer to each other in a circle: s3.default#shop.aa, s3.default#shop.bb',
      ],
    ],
    [
      'apiVersion: score.dev/v1b1\nmetadata: {name: prod}\ncontainers: {main: {image: .}}',
      ['score.yaml:2:18 name: this name is reserved by the platform'],
    ],
  ])('%s', (text, expected) => {
    const found = problemsOf(text);

    expect(found).toHaveLength(expected.length);
    for (const [index, problem] of expected.entries()) expect(found[index]).toContain(problem);
  });
});

describe('several workloads in one file', () => {
  const one = (name: string, params: string) => `apiVersion: score.dev/v1b1
metadata: {name: ${name}}
containers: {main: {image: .}}
resources: {cache: {type: redis, id: main-cache${params}}}
`;

  test('share a resource of the same identity', () => {
    const text = `${one('aa', '')}---\n${one('bb', ', params: {size: 1}')}`;
    const read = readThinFileOrScore(text, 'score.yaml');
    const workloads = read.flatMap((each) =>
      each.ok && each.format === 'score' ? [each.workload] : [],
    );

    expect(problemsOf(text)).toEqual([]);
    for (const document of text.split('---\n')) {
      expect(specOf(document).needs['prod']?.['cache']).toEqual({
        kind: 'offer',
        offer: 'redis',
        plan: 'small',
        shared: 'redis.default#main-cache',
      });
    }
    expect(provisionOrder(workloads)).toEqual({ order: ['redis.default#main-cache'] });
  });

  test('may not describe it differently', () => {
    expect(
      problemsOf(`${one('aa', ', params: {size: 2}')}---\n${one('bb', ', params: {size: 1}')}`),
    ).toEqual([
      'score.yaml:9:13 the resource `redis.default#main-cache` has other params at score.yaml:4:13',
    ]);
  });
});

const corpus = new URL('../../../../../shared/corpora/score/', import.meta.url);

describe.skipIf(!existsSync(corpus))(
  'public workloads (skipped where ../shared/corpora/score is not beside the repository)',
  () => {
    const files = existsSync(corpus)
      ? readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter(
          (name) => /(?:^|\/)score[^/]*\.ya?ml$/.test(name) && !name.includes('.github'),
        )
      : [];
    const validate = existsSync(corpus)
      ? new Ajv2020({ strict: false }).compile(
          JSON.parse(readFileSync(new URL('score-v1b1.schema.json', corpus), 'utf8')),
        )
      : () => false;

    test('are more than a few', () => {
      expect(files.length).toBeGreaterThan(60);
    });

    test.each(files)('%s is accepted or refused as the schema does, and planned', (name) => {
      const text = readFileSync(new URL(name, corpus), 'utf8');
      const expected = parseAllDocuments(text).map((document) => validate(document.toJS()));

      const read = readThinFileOrScore(text, name);

      expect(read.map(({ ok }) => ok)).toEqual(expected);
      for (const component of read) {
        if (component.ok)
          expect(resolveComponent(component, builtinPlatform)).toMatchObject({ ok: true });
      }
    });
  },
);
