import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGuardrails } from './parse-guardrails.ts';

const sound = `apiVersion: pltf.dev/v1
kind: Guardrail
metadata: {name: own}
spec:
  title: Own
  why: Because.
  severity: high
  owner: platform
  mode: warn
  match:
    resources: [{group: pltf.dev, resource: placements}]
    conditions:
      - {name: service, expression: object.spec.kind == 'service'}
  variables:
    - {name: first, expression: object.spec.tier}
    - name: second
      expression: variables.first + 1
  validations:
    - expression: >-
        variables.second > 1
        && object.spec.routes.all(r, r.public)
      message: not so
  remedy: {text: Mend it.}
  example: placement
  cases:
    - {name: one, object: {}, verdict: pass}
    - {name: two, object: {}, verdict: fail}
`;

const problemsOf = (text: string) => {
  const parsed = parseGuardrails(text, 'own.yaml');
  return parsed.ok ? [] : parsed.problems;
};

test('several documents are read in their order', () => {
  const parsed = parseGuardrails(
    `${sound}---\n${sound.replace('{name: own}', '{name: other}')}`,
    'a.yaml',
  );

  expect(parsed.ok && parsed.guardrails.map(({ metadata }) => metadata.name)).toEqual([
    'own',
    'other',
  ]);
});

test.each([
  ['a mistake inside an expression of several lines', 'r.public)', 'r.public', 'own.yaml:21:46'],
  ['an unknown name', 'object.spec.routes', 'objct.spec.routes', 'own.yaml:21:12'],
  ['a variable that is not there', 'variables.second > 1', 'variables.secnd > 1', 'own.yaml:20:19'],
  [
    'a variable that comes later',
    'expression: object.spec.tier}',
    'expression: variables.second}',
    'own.yaml:15:43',
  ],
  [
    'a variable in a condition',
    "object.spec.kind == 'service'",
    "variables.first == 'service'",
    'own.yaml:13:47',
  ],
  ['what only a cluster has', 'variables.first + 1', "request.name == ''", 'own.yaml:17:19'],
  ['an unknown key', '  severity: high', '  severety: high\n  severity: high', 'own.yaml:7:3'],
  ['a wrong word', 'mode: warn', 'mode: block', 'own.yaml:9:9'],
  [
    'a day that says nothing',
    'mode: warn',
    "mode: warn\n  enforceFrom: '2027-01-01'",
    'own.yaml:10:16',
  ],
  ['no failing case', 'verdict: fail', 'verdict: pass', 'own.yaml:26:5'],
  ['two variables of one name', 'name: second', 'name: first', 'own.yaml:16:13'],
  ['an object that is none', '{name: one, object: {}', '{name: one, object: 7', 'own.yaml:26:27'],
])('%s is a problem with its place', (_, old, changed, where) => {
  expect(sound).toContain(old);

  const places = problemsOf(sound.replace(old, changed)).map((problem) => problem.where);

  expect(places.join('\n')).toContain(where);
});

test('what was meant is said', () => {
  expect(problemsOf(sound.replace('object.spec.routes', 'objct.spec.routes'))[0]).toMatchObject({
    message: 'nothing is called `objct` here',
    fix: expect.stringContaining('Did you mean `object`?'),
  });
  expect(problemsOf(sound.replace('  severity:', '  severety:'))).toEqual(
    expect.arrayContaining([expect.objectContaining({ fix: 'Did you mean `severity`?' })]),
  );
});

test('all problems of all documents come at once, and two of one id are one', () => {
  const broken = sound.replace('mode: warn', 'mode: block');
  expect(problemsOf(`${broken}---\n${broken}`).length).toBe(2);
  expect(problemsOf(`${sound}---\n${sound}`)).toMatchObject([
    { where: 'own.yaml:31:18', message: 'there are two guardrails `own`' },
  ]);
});

test.each([
  ['brackets without end', '['.repeat(100_000)],
  [
    'aliases that explode',
    `a: &a [x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]`,
  ],
  ['a key twice', `${sound}kind: Guardrail\n`],
  ['a prototype', `__proto__: {a: 1}\n${sound}`],
  ['more documents than anybody reads', `${sound}---\n`.repeat(300)],
  ['two megabytes', `# ${'x'.repeat(2_000_000)}\n${sound}`],
  [
    'an expression that is too long',
    sound.replace('variables.first + 1', `1${' + 1'.repeat(6000)}`),
  ],
  [
    'an expression that is too deep',
    sound.replace('variables.first + 1', `${'('.repeat(2000)}1${')'.repeat(2000)}`),
  ],
  ['nothing', ''],
  ['no mapping', '- a\n- b\n'],
])('a hostile file is refused in good time: %s', (_, text) => {
  const since = performance.now();

  const parsed = parseGuardrails(text, 'own.yaml');

  expect(parsed.ok).toBe(false);
  expect(performance.now() - since).toBeLessThan(3000);
});

test('no text makes the parser throw', () => {
  const lines = sound.split('\n');
  const cut = fc
    .tuple(fc.nat(lines.length - 1), fc.string())
    .map(([at, text]) => lines.with(at, text).join('\n'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), cut), (text) => {
      const parsed = parseGuardrails(text, 'own.yaml');

      if (!parsed.ok)
        for (const { where } of parsed.problems) expect(where).toMatch(/^own\.yaml:\d+:\d+$/);
    }),
  );
});
