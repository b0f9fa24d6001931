import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CelResult, celValue, compileCel, lintCel } from './index.ts';

const list = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const text = 'a'.repeat(40);

function run(source: string, gas?: number): CelResult | string {
  const compiled = compileCel(source);
  if (!compiled.ok) return compiled.problems[0]?.message ?? '';
  return compiled.expression.evaluate({ list, text }, gas === undefined ? {} : { gas });
}

function nested(depth: number, body: string): string {
  return depth === 0 ? body : `list.all(x${depth}, ${nested(depth - 1, body)})`;
}

const doubled = Array.from({ length: 20 }).reduce<string>(
  (inner) => `[${inner}].map(l, l + l)[0]`,
  'list',
);

it.each([
  ['eight nested macros', nested(8, 'true')],
  [
    'eight nested macros whose failure others would hide',
    `list.exists(z, ${nested(8, '1 / 0 > 0')} || true) && ${nested(7, 'true')}`,
  ],
  ['a list doubled twenty times', doubled],
  [
    'text doubled thirty times',
    Array.from({ length: 30 }).reduce<string>((inner) => `[${inner}].map(t, t + t)[0]`, 'text'),
  ],
  [
    'a replacement that grows',
    'text.replace("", text).replace("", text).replace("", text).replace("", text) == ""',
  ],
  ['a long range', 'lists.range(4000000000).size() > 0'],
  [
    'equality of what was made large',
    'lists.range(30000).map(x, list) == lists.range(30000).map(x, list)',
  ],
  [
    'looking for a long text in a longer one',
    `[text].map(t, ${Array.from({ length: 11 }).fill('t').join(' + ')}).map(t, ${Array.from({ length: 200 }).fill('t').join(' + ')}).exists(t, t.contains('b' + t.substring(0, 40000)))`,
  ],
  [
    'macros that end at the first entry of a large map',
    'lists.range(9000).transformMap(i, v, {i: v}).size() > 0 && lists.range(2000).exists(a, lists.range(3000).transformMap(i, v, v).exists(k, v, false))',
  ],
  [
    'time zones without end',
    'lists.range(90000).all(x, timestamp(x).getHours("Europe/Berlin") >= 0)',
  ],
  [
    'a large pattern over a long text',
    `list.exists(a, list.exists(b, list.exists(c, (text + text + text).matches('(a?){200}b'))))`,
  ],
])('stops %s at its limit of steps, soon', (_name, source) => {
  const since = performance.now();

  const result = run(source);

  expect(result).toMatchObject({ ok: false, reason: 'gas', gas: 100_000 });
  // Milliseconds in truth; the bound is for a busy machine.
  expect(performance.now() - since).toBeLessThan(5_000);
});

it.each([
  ['(a+)+$', false],
  ['^(a|a)*b', false],
  ['(a*)*(a*)*c', false],
  ['^(a+)+$', true],
])('matches %s in linear time', (pattern, expected) => {
  const since = performance.now();

  const result = run(
    `(text + ${pattern.endsWith('+$') && !expected ? '"!"' : '""'}).matches('${pattern}')`,
  );

  expect(result).toMatchObject({ ok: true, value: expected });
  expect(performance.now() - since).toBeLessThan(1_000);
});

it.each([
  ['2,000 parentheses', `${'('.repeat(2000)}1${')'.repeat(2000)}`, /nested more than 64 levels/],
  ['2,000 lists', `${'['.repeat(2000)}${']'.repeat(2000)}`, /nested more than 64 levels/],
  ['2,000 alternatives', `${'true ? 1 : '.repeat(1000)}1`, /nested more than 64 levels/],
  ['a sum of 5,000', `1${'+1'.repeat(5000)}`, /more than 250 operations/],
  ['5,000 fields', `list${'.a'.repeat(5000)}`, /more than 250 operations/],
  [
    '5,000 && in more than 16 KiB',
    `true${' && true'.repeat(5000)}`,
    /longer than 16384 characters/,
  ],
])('refuses %s before it is evaluated', (_name, source, problem) => {
  expect(run(source)).toMatch(problem);
});

it.each(['object.blank.trim() == ""', 'double(object.digits) > 0.0 || true'])(
  'takes no square of a long text: %s',
  (source) => {
    const compiled = compileCel(source);
    if (!compiled.ok) throw new Error('no expression');
    const object = { blank: `a${' '.repeat(500_000)}a`, digits: `${'1'.repeat(500_000)}x` };
    const since = performance.now();

    const result = compiled.expression.evaluate({ object });

    expect(result.gas).toBeLessThanOrEqual(100_000);
    expect(performance.now() - since).toBeLessThan(2_000);
  },
);

it('evaluates 1,500 && within the limit of source', () => {
  expect(run(`true${' && true'.repeat(1500)}`)).toMatchObject({ ok: true, value: true });
});

it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
  'knows nothing of the %s of JavaScript',
  (name) => {
    const evaluate = (source: string): unknown => {
      const compiled = compileCel(source);
      return compiled.ok ? compiled.expression.evaluate({ object: { a: 1 } }) : 'no expression';
    };

    expect(evaluate(`object.${name}`)).toMatchObject({ ok: false, reason: 'error' });
    expect(evaluate(`has(object.${name})`)).toMatchObject({ ok: true, value: false });
    expect(evaluate(name)).toMatchObject({ ok: false, reason: 'error' });
    expect(evaluate(`object.${name}()`)).toBe('no expression');
    expect(evaluate(`${name}(1)`)).toBe('no expression');
  },
);

it('gives a key of JavaScript that the object has', () => {
  const object: unknown = JSON.parse('{"__proto__": {"a": 1}}');
  const compiled = compileCel('object.__proto__.a == 1');
  if (!compiled.ok) throw new Error('no expression');

  expect(compiled.expression.evaluate({ object })).toMatchObject({ ok: true, value: true });
});

it('fails, and does not throw, on what is no JSON or nested without end', () => {
  const circle: Record<string, unknown> = {};
  circle.again = circle;
  const compiled = compileCel('object == null');
  if (!compiled.ok) throw new Error('no expression');

  expect(compiled.expression.evaluate({ object: circle })).toMatchObject({
    ok: false,
    reason: 'error',
  });
  expect(compiled.expression.evaluate({ object: celValue(() => 1) })).toMatchObject({ ok: false });
});

const piece = fc.constantFrom(
  ...'object list text 1 2u 1.5 "a" b"x" true null [ ] { } ( ) . , : ? ! - + * / % < <= == && || in has all exists map x .? [? size matches "(a" optional.none() orValue'.split(
    ' ',
  ),
);

it('never throws, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join(' ')),
      ),
      (source) => {
        const compiled = compileCel(source);
        lintCel(source);
        if (!compiled.ok) {
          expect(compiled.problems.length).toBeGreaterThan(0);
          return;
        }
        const result = compiled.expression.evaluate(
          { object: { a: [1] }, list, text },
          { gas: 5000 },
        );
        expect(result.gas).toBeLessThanOrEqual(5000);
      },
    ),
    { numRuns: 2000 },
  );
});

it('never throws, whatever the JSON', () => {
  const compiled = compileCel(
    'object.a.b == object["c"] || object.exists(k, string(object[k]) < "m") || object.?x[?0].hasValue()',
  );
  if (!compiled.ok) throw new Error('no expression');

  fc.assert(
    fc.property(fc.jsonValue(), (object) => {
      expect(compiled.expression.evaluate({ object })).toHaveProperty('gas');
    }),
  );
});

it('takes the same steps each time, and one fewer is too few', () => {
  const compiled = compileCel('object.all(k, object[k] == object[k] && string(k).matches("^a*"))');
  if (!compiled.ok) throw new Error('no expression');
  const { expression } = compiled;

  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const first = expression.evaluate({ object });
      const again = expression.evaluate({ object: celValue(object) });
      expect(again).toEqual(first);
      if (first.ok) {
        expect(expression.evaluate({ object }, { gas: first.gas })).toEqual(first);
        expect(expression.evaluate({ object }, { gas: first.gas - 1 })).toMatchObject({
          reason: 'gas',
        });
      }
    }),
  );
});
