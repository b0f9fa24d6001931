import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseThinFile } from './thin-file-parser.ts';

function problemsOf(text: string): readonly string[] {
  const parsed = parseThinFile(text);
  return parsed.ok
    ? []
    : parsed.problems.map(({ where, message, fix }) => `${where} ${message} → ${fix ?? ''}`);
}

function fileOf(text: string): unknown {
  const parsed = parseThinFile(text);
  return parsed.ok ? parsed.file : parsed.problems;
}

const smallest = { kind: 'service', name: 'promoapi', env: 'prod', policy: 'pii=false' };

describe('the smallest file', () => {
  test.each([
    ['four lines', 'kind: service\nname: promoapi\nenv: prod\npolicy: pii=false\n'],
    [
      'with the line ends of Windows and a byte order mark',
      '\uFEFFkind: service\r\nname: promoapi\r\nenv: prod\r\npolicy: pii=false\r\n',
    ],
    ['one line with braces', '{kind: service, name: promoapi, env: prod, policy: pii=false}'],
    ['one line with slashes', 'kind: service / name: promoapi / env: prod / policy: pii=false'],
    [
      'one line with slashes and space around it',
      '  kind: service / name: promoapi / env: prod / policy: pii=false \n',
    ],
    ['JSON', '{"kind": "service", "name": "promoapi", "env": "prod", "policy": "pii=false"}'],
    [
      'JSON indented by tabs',
      '{\n\t"kind": "service",\n\t"name": "promoapi",\n\t"env": "prod",\n\t"policy": "pii=false"\n}\n',
    ],
    [
      'a document with its marks',
      '---\nkind: service\nname: promoapi\nenv: prod\npolicy: pii=false\n...\n',
    ],
    [
      'comments and anchors',
      '# mine\nkind: &k service # a service\nname: promoapi\nenv: prod\npolicy: pii=false\n',
    ],
  ])('%s', (_, text) => {
    expect(fileOf(text)).toEqual(smallest);
  });

  test('a slash in a value of a page stays where it is', () => {
    expect(fileOf('kind: service\nname: shop\ndescription: this / name: that\n')).toEqual([
      expect.objectContaining({ where: 'pltf.yaml:3:14' }),
    ]);
    expect(fileOf('kind: service\nname: shop\ndescription: "this / name: that"\n')).toMatchObject({
      description: 'this / name: that',
    });
  });

  test('the grown example of the contract', () => {
    const text = `kind: service
name: users-api
owner: team-identity
tier: 2
path: node-service@1
env: [staging, prod]
policy: {pii: true, region: eu}
run:
  build: npm ci --omit=dev
  command: node server.js
  port: 8080
  health: /healthz
  size: small
  instances: 2..6
  env: {LOG_LEVEL: info}
  release: node migrate.js
  drain: 30s
needs:
  db: postgres/small
  cache: redis/small
  payments: {service: payments-api}
  stripe: {secret: stripe-key}
routes: [users.example.com]
slo: {availability: 99.9, latency: {p99: 300ms}}
budget: 40/month
envs:
  prod: {run: {size: medium, instances: 3..10}}
`;

    expect(problemsOf(text)).toEqual([]);
  });
});

describe('problems', () => {
  test('come all at once, each with its place and its remedy', () => {
    const text = `kind: servise
name: Shop!
tier: 7
runn: {}
run:
  comand: node a.js
  instances: two
  env:
    1UP: x
envs:
  prod:
    run: {sise: big}
    rutes: []
routes: [a, 5]
`;

    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^pltf.yaml:1:7 kind: .*→ Use one of service, worker, job, site/),
      expect.stringMatching(/^pltf.yaml:2:7 name: lower-case letters.*→ Lower-case/),
      expect.stringMatching(/^pltf.yaml:3:7 tier: /),
      expect.stringMatching(/^pltf.yaml:4:1 unknown key `runn` → Did you mean `run`/),
      expect.stringMatching(/^pltf.yaml:6:3 unknown key `run.comand` → Did you mean `command`/),
      expect.stringMatching(/^pltf.yaml:7:14 run.instances: .*a range like 2..6/),
      expect.stringMatching(/^pltf.yaml:9:5 run.env.1UP: letters, digits and _/),
      expect.stringMatching(
        /^pltf.yaml:12:11 unknown key `envs.prod.run.sise` → Did you mean `size`/,
      ),
      expect.stringMatching(
        /^pltf.yaml:13:5 unknown key `envs.prod.rutes` → Did you mean `routes`/,
      ),
      expect.stringMatching(/^pltf.yaml:14:13 routes.1: /),
    ]);
  });

  test.each([
    ['', 'pltf.yaml:1:1 the file is empty'],
    ['# nothing but this\n', 'pltf.yaml:1:1 the file is empty'],
    ['just words', 'pltf.yaml:1:1 keys and values were expected'],
    ['- kind: service', 'pltf.yaml:1:1 keys and values were expected'],
    ['kind: service', 'pltf.yaml:1:1 name is missing'],
    ['name: shop', 'pltf.yaml:1:1 kind is missing → Use one of'],
    ['kind: service\nname:', 'pltf.yaml:2:1 name: '],
    ['kind: service\nname: 123', 'pltf.yaml:2:7 name: '],
    ['kind: service\nname: 1e3', 'pltf.yaml:2:7 name: '],
    ['kind: service\nname: ../shop', 'pltf.yaml:2:7 name: '],
    ['kind: service\nname: [shop]', 'pltf.yaml:2:7 name: '],
    [
      'kind: service\nname: shop\nname: shop',
      'pltf.yaml:3:1 `name` is there twice → It is at pltf.yaml:2:1 too',
    ],
    ['{"kind": "service", "name": "a", "name": "b"}', 'pltf.yaml:1:34 `name` is there twice'],
    ['kind: service\n\tname: shop', 'pltf.yaml:2:1 a tab in the indentation → Use spaces'],
    ['kind: service\nname: shop\n1: x', 'pltf.yaml:3:1 unknown key `1`'],
    ['kind: service\nname: shop\n? [a]\n: b', 'pltf.yaml:3:3 a key that is no text'],
    [
      'kind: service\nname: shop\nenvs: {staging: &a {run: {}}, prod: {<<: *a}}',
      'pltf.yaml:3:38 a merge key',
    ],
    ['kind: service\nname: !secret shop', 'pltf.yaml:2:7 '],
    ['%YAML 1.1\n---\nkind: service\nname: shop', 'pltf.yaml:1:1 a `%` directive'],
    ['%TAG ! tag:x:\n---\nkind: service\nname: shop', 'pltf.yaml:1:1 a `%` directive'],
    [
      'kind: service\nname: shop\nrun: {env: {__proto__: x}}',
      'pltf.yaml:3:13 `__proto__` cannot be a key',
    ],
    [
      'kind: service name: shop',
      'pltf.yaml:1:7 several keys on one line → Put each on a line of its own',
    ],
    [
      'kind: service\nname: shop\n---\nkind: site\nname: b',
      'pltf.yaml:3:1 2 documents in one file',
    ],
    ['kind: service\nname: *other', 'pltf.yaml:2:7 `*other` is the alias of nothing'],
    ['kind: "service', 'pltf.yaml:1:'],
    ['kind: service\nname: shop\nslo: {latency: {p42: 1s}}', 'pltf.yaml:3:17 '],
  ])('%j', (text, expected) => {
    const found = problemsOf(text);

    expect(found[0]).toContain(expected);
    expect(found.every((problem) => / → ./.test(problem))).toBe(true);
  });

  test('on one line keep the columns of that line', () => {
    expect(problemsOf('  kind: service / name: shop / teir: 1')).toEqual([
      expect.stringContaining('pltf.yaml:1:32 unknown key `teir` → Did you mean `tier`'),
    ]);
  });
});

describe('attacks', () => {
  const aliases = `a: &a [x, x, x, x, x, x, x, x, x]
${'bcdefghi'
  .split('')
  .map(
    (name, index) =>
      `${name}: &${name} [${Array(9)
        .fill(`*${'abcdefghi'.charAt(index)}`)
        .join(', ')}]`,
  )
  .join('\n')}
`;
  test.each([
    ['aliases that explode', aliases, 'too many aliases'],
    ['a megabyte of brackets', '['.repeat(1024 * 1024), 'larger than 64 KiB'],
    ['brackets that never end', '['.repeat(60_000), 'nested too deeply'],
    ['brackets that do', '['.repeat(5_000) + ']'.repeat(5_000), 'nested too deeply'],
    ['lists in lists by dashes', '- '.repeat(30_000), ''],
    ['keys that are maps', '? '.repeat(30_000), ''],
    [
      'many keys',
      Array.from({ length: 9_000 }, (_, index) => `k${index}:\n`).join(''),
      'kind is missing',
    ],
    [
      'many keys in braces',
      `{${Array.from({ length: 15_000 }, (_, index) => index.toString(36)).join(',')}}`,
      '',
    ],
    ['many anchors', '&a '.repeat(20_000), ''],
    ['many quotes', '"'.repeat(60_000), ''],
    ['many documents', '---\n'.repeat(16_000), 'empty'],
    ['many documents with something', '---\na\n'.repeat(10_000), 'documents in one file'],
    ['many directives', '%a\n'.repeat(20_000), ''],
    [
      'a deep stair',
      Array.from({ length: 340 }, (_, index) => `${' '.repeat(index)}a:\n`).join(''),
      '',
    ],
    ['zero bytes', 'kind: \0\0', ''],
    ['half a character', 'kind: \ud800', 'U+D800'],
    ['colons', 'a: '.repeat(20_000), ''],
  ])('%s', (_, text, message) => {
    const began = performance.now();

    const parsed = parseThinFile(text);

    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.problems.length).toBeGreaterThan(0);
    expect(parsed.problems.length).toBeLessThanOrEqual(100);
    expect(parsed.problems[0]?.message).toContain(message);
    expect(JSON.stringify(parsed.problems).length).toBeLessThan(200_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('no text crashes it or comes through as anything but a whole file', () => {
    const word = fc.constantFrom(
      'kind',
      'name',
      'service',
      'shop',
      'run',
      'env',
      'policy',
      'pii=true',
      ': ',
      ':',
      '- ',
      '? ',
      '\n',
      '\n  ',
      '\t',
      ' ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&a',
      '*a',
      '<<',
      '|',
      '>',
      '"',
      "'",
      '#',
      '---\n',
      '!x',
      '%',
      '@',
      '`',
      '~',
      'null',
      '1',
      ' / ',
      '\r',
      '\u0000',
      'ü',
      '__proto__',
    );
    const text = fc.oneof(
      fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
      fc.string({ unit: 'binary', maxLength: 200 }),
    );
    fc.assert(
      fc.property(text, (input) => {
        const parsed = parseThinFile(input);

        if (parsed.ok) {
          expect(Object.keys(parsed.file).toSorted().slice(0, 1)).not.toEqual([]);
          expect(parsed.file).toHaveProperty('kind');
          return;
        }
        for (const { where, message, fix } of parsed.problems) {
          expect(where).toMatch(/^pltf\.yaml:\d+:\d+$/);
          expect(message).not.toBe('');
          expect(fix).toBeTruthy();
        }
      }),
      { numRuns: 500 },
    );
  });

  test('every file that is whole comes back as what it says, as JSON too', () => {
    const file = fc.record(
      {
        kind: fc.constantFrom('service', 'worker', 'job', 'site'),
        name: fc.stringMatching(/^[a-z][a-z0-9]{1,20}$/).map((name) => `x${name}`),
        description: fc.string({ maxLength: 100 }),
        tier: fc.integer({ min: 1, max: 3 }),
        policy: fc.dictionary(
          fc.stringMatching(/^[a-z]{1,10}$/),
          fc.oneof(fc.boolean(), fc.integer(), fc.string({ maxLength: 20 })),
        ),
        run: fc.record({
          command: fc.stringMatching(/^[a-z]{1,9}( [a-z.]{1,9}){0,3}$/),
          instances: fc.integer({ min: 1, max: 9 }),
        }),
      },
      { requiredKeys: ['kind', 'name'] },
    );
    fc.assert(
      fc.property(file, (value) => {
        expect(fileOf(JSON.stringify(value))).toEqual(value);
        expect(fileOf(JSON.stringify(value, undefined, 2))).toEqual(value);
      }),
    );
  });
});
