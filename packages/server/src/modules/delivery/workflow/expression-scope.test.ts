import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScope } from './expression-scope.ts';
import { splitExpressions } from './expression-text.ts';
import type { Json } from './template.ts';

const contexts: Record<string, Json> = {
  github: {
    ref: 'refs/heads/main',
    event: {
      commits: [
        { id: 'a', n: 1 },
        { id: 'b', n: 2 },
      ],
    },
  },
  env: { Name: 'upper', name: 'lower', constructor: 'own' },
  matrix: { os: 'linux', n: 3, flag: false },
  needs: { build: { result: 'success', outputs: { Version: '1.2' } } },
  secrets: {},
};
const scope = createScope({
  contexts,
  status: { success: false, failure: true, cancelled: false },
});
const value = (expression: string) => scope.value({ expression });

describe('expressions', () => {
  test.each<[string, Json]>([
    ["'text'", 'text'],
    ["'it''s ''twice'''", "it's 'twice'"],
    ['1', 1],
    ['-9.2', -9.2],
    ['0xff', 255],
    ['2.99e-2', 0.0299],
    ['true', true],
    ['null', null],
    ['1 == 1.0', true],
    ["'1' == 1", true],
    ["'a' == 'A'", true],
    ["null == ''", true],
    ['null == 0', true],
    ["'x' == 1", false],
    ['1 < 2 && 2 <= 2 && 3 > 2', true],
    ["!'' || false", true],
    ["'first' || 'second'", 'first'],
    ["'' || 'second'", 'second'],
    ["true && 'yes' || 'no'", 'yes'],
    ['github.ref', 'refs/heads/main'],
    ['GITHUB.REF', 'refs/heads/main'],
    ["github['ref']", 'refs/heads/main'],
    ['github.absent.deeper', null],
    ['github.event.commits[1].id', 'b'],
    ['github.event.commits.*.id', ['a', 'b']],
    ["join(github.event.commits.*.n, '-')", '1-2'],
    ['needs.build.outputs.version', '1.2'],
    ['env.Name', 'upper'],
    ['env.name', 'lower'],
    ['env.constructor', 'own'],
    ['matrix.constructor', null],
    ['matrix.toString', null],
    ['secrets.NOT_SET', null],
    ["contains('Hello', 'ELL')", true],
    ['contains(fromJSON(\'["a","b"]\'), \'B\')', true],
    ["contains(github.event.commits.*.id, 'c')", false],
    ["startsWith('Hello', 'he')", true],
    ["endsWith('Hello', 'LO')", true],
    ["format('{0} {{x}} {1}', 'a', 2)", 'a {x} 2'],
    ["join(fromJSON('[1,2]'))", '1,2'],
    ['fromJSON(\'{"a":[1,null]}\').a[0]', 1],
    ['fromJSON(toJSON(matrix)).os', 'linux'],
    ["case(matrix.n > 2, 'many', 'few')", 'many'],
    ['matrix', { os: 'linux', n: 3, flag: false }],
    ['success()', false],
    ['failure()', true],
    ['always()', true],
    ['cancelled()', false],
    ['FAILURE() && matrix.n == 3', true],
  ])('%s is %j', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  test.each([
    ['toJSON(matrix)', '{\n  "os": "linux",\n  "n": 3,\n  "flag": false\n}'],
    ['matrix.flag', 'false'],
    ['matrix.n', '3'],
    ['matrix', 'Object'],
    ['github.event.commits', 'Array'],
    ['github.absent', ''],
  ])('%s in a text is %j', (expression, expected) => {
    expect(scope.text({ parts: ['[', { expression }, ']'] })).toBe(`[${expected}]`);
  });

  test.each([
    ['unknown.x', 'Unrecognized named-value'],
    ['unknown()', 'Unrecognized function'],
    ["'open", 'Unexpected symbol'],
    ['1 +', 'Unexpected symbol'],
    [' ', 'An expression was expected'],
    ["fromJSON('{')", 'fromJ'],
    ["fromJSON('')", 'empty input'],
    ["format('{1}', 'a')", 'references more arguments'],
    ['contains(1)', 'Too few parameters'],
    ["hashFiles('**')", 'hashFiles has no workspace here'],
    [`${'('.repeat(60)}1${')'.repeat(60)}`, 'depth'],
    [`${'1 == '.repeat(1500)}1`, 'too long'],
    [`${"format('{0}{0}{0}{0}', ".repeat(14)}'xx'${')'.repeat(14)}`, 'more than 1 MiB'],
    [`${'toJSON('.repeat(30)}'""""""""""'${')'.repeat(30)}`, 'more than 1 MiB'],
  ])('%s is refused: %s', (expression, message) => {
    expect(() => value(expression)).toThrow(message);
  });

  test('the files that hashFiles asks for are told, however deep the call stands', () => {
    const asked = (expression: string): unknown => {
      try {
        return value(expression);
      } catch (error) {
        return (error as { files?: unknown }).files;
      }
    };

    expect(asked("hashFiles('a', 'b/**')")).toEqual(['a', 'b/**']);
    expect(asked("matrix[format('x-{0}', hashFiles('c'))]")).toEqual(['c']);
    const known = createScope({ contexts, hashes: (patterns) => `hash of ${patterns.join()}` });
    expect(known.value({ expression: "format('{0}!', hashFiles('a', 'b'))" })).toBe('hash of a,b!');
  });
});

describe('templates', () => {
  test('mappings and lists keep their types, keys may be expressions, insert merges', () => {
    const template = {
      entries: [
        { key: 'list', value: { items: [1, { expression: 'matrix.n' }, null] } },
        {
          key: { parts: ['k-', { expression: 'matrix.os' }] },
          value: { expression: 'matrix.flag' },
        },
        {
          key: { insert: true as const },
          value: { expression: 'fromJSON(\'{"added": {"x": 1}}\')' },
        },
      ],
    };

    expect(scope.value(template)).toEqual({
      list: [1, 3, null],
      'k-linux': false,
      added: { x: 1 },
    });
    expect(scope.texts(template)).toEqual({ list: 'Array', 'k-linux': 'false', added: 'Object' });
  });

  test.each([
    ['10', 10],
    ['', undefined],
    [null, undefined],
    [{ expression: 'matrix.n' }, 3],
  ])('the number of %j is %s', (template, expected) => {
    expect(scope.number(template)).toBe(expected);
  });

  test('what is no number and no truth value is refused', () => {
    expect(() => scope.number('soon')).toThrow("'soon' is not a number");
    expect(() => scope.boolean('maybe')).toThrow("'maybe' is neither true nor false");
    expect(scope.boolean({ expression: "format('{0}', true)" })).toBe(true);
  });

  test.each<[string, unknown]>([
    ['plain', 'plain'],
    ['${{ a }}', { expression: 'a' }],
    ["x ${{ '}}' }} y", { parts: ['x ', { expression: "'}}'" }, ' y'] }],
    ['${{a}}${{b}}', { parts: [{ expression: 'a' }, { expression: 'b' }] }],
    ['${{ open', '${{ open'],
    ['$${{ a }}}', { parts: ['$', { expression: 'a' }, '}'] }],
  ])('%j is split into its expressions', (text, expected) => {
    expect(splitExpressions(text)).toEqual(expected);
  });

  test('text around expressions is never changed', () => {
    const part = fc
      .string({ maxLength: 20 })
      .filter((text) => !text.includes('{') && !text.includes('$') && !text.includes('}'));

    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 6 }), (parts) => {
        const template = splitExpressions(parts.join('${{ matrix.os }}'));

        expect(scope.text(template)).toBe(parts.join('linux'));
      }),
    );
  });
});
