import { PlatformFile, Spec, type ThinFile } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printThinFile } from './print-thin-file.ts';
import { readThinFileOrScore, resolveComponent } from './read-components.ts';
import { resolveSpec } from './resolve-spec.ts';
import { parseThinFile, parseThinFiles } from './thin-file-parser.ts';

const platform = PlatformFile.parse({
  rawSizes: 'allowed',
  offers: { postgres: { plans: { small: {}, large: {} } }, redis: { plans: { small: {} } } },
});

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?$/).map((text) => `x${text}`);
const words = fc.stringMatching(/^[a-z]{1,9}( [a-z.]{1,9}){0,3}$/);
const run = fc.record(
  {
    build: words,
    command: words,
    port: fc.integer({ min: 1, max: 65_535 }),
    health: fc.stringMatching(/^\/[a-z"'#:{}]{0,9}$/),
    size: fc.constantFrom('small', 'medium', 'large', '512Mi/0.5'),
    instances: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('1..3', '2..6')),
    env: fc.dictionary(
      fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,9}$/),
      fc.oneof(fc.string({ maxLength: 30 }), fc.integer(), fc.boolean()),
      { noNullPrototype: true },
    ),
    drain: fc.constantFrom('30s', '5m'),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const needs = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/),
  fc.oneof(
    fc.constantFrom('postgres/small', 'postgres', 'redis/small'),
    name.map((service) => ({ service })),
    name.map((secret) => ({ secret })),
    name.map((resource) => ({ resource })),
    fc.constant({ offer: 'postgres', plan: 'large' }),
  ),
  { noNullPrototype: true, maxKeys: 4 },
);
const policy = fc.oneof(
  fc.constantFrom('pii=true', 'pii=false, region=eu'),
  fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(fc.boolean(), fc.integer(), words), {
    noNullPrototype: true,
  }),
);
const part = {
  run,
  needs,
  policy,
  slo: fc.record(
    { availability: fc.double({ min: 1, max: 99.999, noNaN: true }) },
    { noNullPrototype: true },
  ),
};
const file: fc.Arbitrary<ThinFile> = fc.record(
  {
    kind: fc.constantFrom('service', 'worker', 'job'),
    name,
    description: fc.string({ maxLength: 60 }),
    owner: name,
    tier: fc.integer({ min: 1, max: 3 }),
    env: fc.constantFrom<ThinFile['env']>('prod', ['staging'], ['prod', 'staging']),
    budget: fc.constantFrom('40/month', '0.50/month'),
    envs: fc.record(
      { preview: fc.record(part, { requiredKeys: [], noNullPrototype: true }) },
      { noNullPrototype: true },
    ),
    ...part,
  },
  { requiredKeys: ['kind', 'name'], noNullPrototype: true },
);

describe('every file', () => {
  test('comes back from its text as it was, and resolves to the same spec', () => {
    fc.assert(
      fc.property(file, (value) => {
        const parsed = parseThinFile(printThinFile(value));

        expect(parsed).toMatchObject({ ok: true });
        if (!parsed.ok) return;
        expect(parsed.file).toEqual(value);
        expect(printThinFile(parsed.file)).toBe(printThinFile(value));
        expect(resolveSpec(parsed.file, platform)).toEqual(resolveSpec(value, platform));
      }),
      { numRuns: 150 },
    );
  });

  test('resolves to a spec with a run for each environment, or to problems with a remedy', () => {
    fc.assert(
      fc.property(file, (value) => {
        const resolved = resolveSpec(value, platform);

        if (resolved.ok) {
          const { run: runs, environments } = resolved.spec;
          expect(Object.keys(runs)).toEqual(['preview', ...environments]);
          expect(Spec.parse(resolved.spec)).toEqual(resolved.spec);
        } else {
          expect(resolved.problems.length).toBeGreaterThan(0);
          for (const { where, fix } of resolved.problems) expect(where && fix).toBeTruthy();
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('several documents', () => {
  test('are each a result of their own, in their order', () => {
    const results = parseThinFiles(
      'kind: service\nname: one\n---\nkind: servise\nname: two\n---\n---\n# nothing\n---\n{kind: job, name: three}\n',
      'all.yaml',
    );

    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ problems: [{ where: 'all.yaml:4:7' }] });
    expect(results[2]).toMatchObject({ file: { kind: 'job', name: 'three' } });
  });

  test('have names of their own', () => {
    expect(parseThinFiles('kind: service\nname: one\n---\nkind: job\nname: one')).toMatchObject([
      { ok: true },
      {
        ok: false,
        problems: [{ where: 'pltf.yaml:5:7', fix: 'It is at pltf.yaml:2:7; rename one of them.' }],
      },
    ]);
  });

  test('cannot use the anchors of each other, nor be without end', () => {
    expect(parseThinFiles('kind: &a service\nname: one\n---\nkind: *a\nname: two')).toMatchObject([
      { ok: false, problems: [{ where: 'pltf.yaml:4:7' }] },
    ]);
    expect(parseThinFiles('kind: job\nname: one\n---\n'.repeat(51))).toMatchObject([
      { ok: false, problems: [{ message: '51 documents in one file' }] },
    ]);
  });
});

describe('keys that belong elsewhere', () => {
  const base = 'kind: service\nname: shop\n';
  test.each([
    ['size: small', 'run.size'],
    ['port: 80', 'run.port'],
    ['commnad: x', 'run.command'],
    ['replicas: 3', 'run.instances'],
    ['team: x', 'owner'],
    ['environments: [prod]', 'env'],
    ['cron: x', 'schedule'],
    ['p99: 1s', 'slo.latency.p99'],
    ['run: {owner: x}', 'owner'],
    ['run: {routes: []}', 'routes'],
    ['envs: {prod: {size: small}}', 'envs.prod.run.size'],
    ['envs: {prod: {owner: x}}', 'owner'],
    ['envs: {prod: {run: {needs: {}}}}', 'envs.prod.needs'],
    ['run: {sise: small}', 'size'],
  ])('%s is pointed to %s', (line, meant) => {
    expect(parseThinFile(base + line)).toMatchObject({
      ok: false,
      problems: [{ fix: `Did you mean \`${meant}\`?` }],
    });
  });

  test('that resemble nothing are shown what there is', () => {
    expect(parseThinFile(`${base}xyzzyplugh: 1`)).toMatchObject({
      ok: false,
      problems: [{ fix: expect.stringMatching(/^Keys here: kind, name, .*envs\.$/) }],
    });
  });
});

describe('hostile text', () => {
  const base = 'kind: service\nname: shop\n';
  test.each([
    ['a NUL in a value', `${base}description: "a\0b"`],
    ['a lone surrogate', `${base}description: \ud800`],
    ['a function', `${base}description: !!js/function "function(){}"`],
    ['a tag of its own', `${base}description: !x y`],
    ['a binary tag', `${base}description: !!binary aGk=`],
    ['a set', `${base}policy: !!set {a, b}`],
    ['an integer beyond all', `${base}run: {port: 99999999999999999999999}`],
    ['infinity', `${base}run: {port: .inf}`],
    ['not a number', `${base}slo: {availability: .nan}`],
    ['a negative count', `${base}run: {instances: -1}`],
    ['octal', `${base}run: {port: 0o10000000}`],
    ['a date for a name', 'kind: service\nname: 2024-01-01'],
    ['yes for a flag', `${base}access: {signIn: yes}`],
    ['null for a section', `${base}run:`],
    ['a list for a section', `${base}run: []`],
    ['a text for a section', `${base}needs: postgres`],
    ['deep flow', `${base}policy: ${'{a: '.repeat(99)}1${'}'.repeat(99)}`],
    ['deeper flow', `${base}policy: ${'['.repeat(20_000)}`],
    ['an alias of itself', `${base}policy: &a {b: *a}`],
    ['a merge of a list', `${base}run: {<<: [{port: 1}, {port: 2}]}`],
    ['a complex key', `${base}? {a: b}\n: c`],
    ['a null key', `${base}? \n: c`],
    ['a true key', `${base}true: c`],
    ['two of a key, one in quotes', `${base}"name": other`],
    ['constructor', `${base}constructor: {prototype: {}}`],
    ['proto', `${base}__proto__: {tier: 1}`],
    ['proto in needs', `${base}needs: {__proto__: {service: a}}`],
    [
      'many needs',
      `${base}needs: {${Array.from({ length: 60 }, (_, index) => `a${index}: postgres`).join(', ')}}`,
    ],
    ['half a document end', `${base}...\nkind: job`],
    ['a directive after the start', `${base}---\n%YAML 1.1\n---\nkind: job`],
  ])('%s is refused with its place', (_, text) => {
    const parsed = parseThinFile(text);

    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    for (const { where, message, fix } of parsed.problems) {
      expect(where).toMatch(/^pltf\.yaml:\d+:\d+$/);
      expect(message.length).toBeLessThan(1_000);
      expect(fix).toBeTruthy();
    }
  });

  test('no text crashes reading or resolving, and every problem has a place and a remedy', () => {
    const token = fc.constantFrom(
      ...['kind: ', 'service', 'name: ', 'shop', 'needs: ', '{', '}', '[', ']', ', ', '\n', '\n  '],
      ...['db: ', 'postgres/small', 'service: ', 'envs: ', 'prod: ', 'run: ', 'size: ', 'slo: '],
      ...[
        '---\n',
        '&a ',
        '*a',
        '<<: ',
        '!!js ',
        '"',
        "'",
        '\t',
        '\r\n',
        '\uFEFF',
        '\0',
        '# ',
        '| ',
      ],
      ...['apiVersion: score.dev/v1b1', 'metadata: ', 'containers: ', 'image: ', '${resources.a}'],
      ...['1e999', '0x10', '~', '.nan', '__proto__: ', '\ud83d', 'schedule: ', '* * * * *'],
    );
    const text = fc.oneof(
      fc.array(token, { maxLength: 50 }).map((tokens) => tokens.join('')),
      fc
        .array(token, { maxLength: 20 })
        .map((tokens) => `kind: job\nname: shop\n${tokens.join('')}`),
      fc.string({ unit: 'binary', maxLength: 300 }),
    );
    fc.assert(
      fc.property(text, (input) => {
        for (const component of readThinFileOrScore(input)) {
          const result = component.ok ? resolveComponent(component, platform) : component;
          if (result.ok) continue;
          for (const { where, message, fix } of result.problems) {
            expect(where).toMatch(/^pltf\.yaml:\d+:\d+$/);
            expect(message).not.toBe('');
            expect(fix).toBeTruthy();
          }
        }
      }),
      { numRuns: 600 },
    );
  });

  test('a megabyte of anything is answered at once', () => {
    for (const piece of ['[', '{', '- ', '? ', '&a ', 'a: ', '---\n', '\0', '"', '%', '\t']) {
      const began = performance.now();
      const text = `# score.dev/\n${piece.repeat(1024 * 1024)}`;

      expect(readThinFileOrScore(text)).toMatchObject([{ ok: false }]);
      expect(performance.now() - began).toBeLessThan(2_000);
    }
  });
});
