import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isReservedVariable, readKeyValues, readPathLines } from './step-files.ts';

test.each([
  ['', {}],
  ['a=1\n', { a: '1' }],
  ['a=b=c\n\nB=', { a: 'b=c', B: '' }],
  ['a=1\r\nb=2\r\n', { a: '1', b: '2' }],
  ['a<<END\none\ntwo=2\nEND\nb=3\n', { a: 'one\ntwo=2', b: '3' }],
  ['a<<END\nEND\n', { a: '' }],
  ['a=x<<y\n', { a: 'x<<y' }],
  ['a<<E\n\n  spaced \nE', { a: '\n  spaced ' }],
  ['a=1\na=2\n', { a: '2' }],
])('%j is read as %j', (text, expected) => {
  const read = readKeyValues('GITHUB_OUTPUT', text);

  expect('values' in read && Object.fromEntries(read.values)).toEqual(expected);
});

test.each([
  ['no equals', "GITHUB_OUTPUT: 'no equals' is neither name=value nor name<<END"],
  ['=1', "GITHUB_OUTPUT: '=1' is neither"],
  ['a<<END\nb\n', "GITHUB_OUTPUT: the end 'END' of a is missing"],
  ['<<END\nx\nEND', 'is neither'],
  ['a<<\nx', 'is neither'],
  ['x'.repeat(1024 * 1024 + 1), 'GITHUB_OUTPUT has more than 1024 KiB'],
])('%.30j is refused: %s', (text, problem) => {
  const read = readKeyValues('GITHUB_OUTPUT', text);

  expect('problem' in read && read.problem).toContain(problem);
});

test('whatever is written in here-documents is read back', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/);
  const value = fc.array(
    fc.string({ maxLength: 20 }).filter((line) => !/[\r\n]/.test(line)),
    { minLength: 1, maxLength: 4 },
  );

  fc.assert(
    fc.property(fc.dictionary(name, value), (values) => {
      const text = Object.entries(values)
        .map(([key, lines]) => `${key}<<ghadelimiter_1\n${lines.join('\n')}\nghadelimiter_1\n`)
        .join('');
      const read = readKeyValues('F', text);

      expect('values' in read && Object.fromEntries(read.values)).toEqual(
        Object.fromEntries(Object.entries(values).map(([key, lines]) => [key, lines.join('\n')])),
      );
    }),
  );
});

test('paths are lines; variables of the platform are not for steps', () => {
  expect(readPathLines('/a/bin\n\n/b c/bin\r\n')).toEqual(['/a/bin', '/b c/bin']);
  expect(
    ['GITHUB_SHA', 'RUNNER_OS', 'NODE_OPTIONS', 'a=b', 'CI', 'PATH_X'].map(isReservedVariable),
  ).toEqual([true, true, true, true, false, false]);
});
