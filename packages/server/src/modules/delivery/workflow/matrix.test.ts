import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandMatrix, legLabel } from './matrix.ts';
import type { Json } from './template.ts';

test.each<[string, Json, Json]>([
  ['one vector', { n: [1, 2] }, [{ n: 1 }, { n: 2 }]],
  [
    'two vectors, the first varying slowest',
    { a: [1, 2], b: ['x', 'y'] },
    [
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ],
  ],
  [
    'exclude of a part',
    { a: [1, 2], b: [3, 4], exclude: [{ a: 1 }, { a: 2, b: 4 }] },
    [{ a: 2, b: 3 }],
  ],
  [
    'exclude of a mapping’s part',
    {
      a: [
        { x: 1, y: 2 },
        { x: 2, y: 2 },
      ],
      exclude: [{ a: { x: 1 } }],
    },
    [{ a: { x: 2, y: 2 } }],
  ],
  ['include alone', { include: [{ a: 1 }, { a: 1, b: 2 }] }, [{ a: 1 }, { a: 1, b: 2 }]],
  [
    'the example of GitHub’s documentation',
    {
      fruit: ['apple', 'pear'],
      animal: ['cat', 'dog'],
      include: [
        { color: 'green' },
        { color: 'pink', animal: 'cat' },
        { fruit: 'apple', shape: 'circle' },
        { fruit: 'banana' },
        { fruit: 'banana', animal: 'cat' },
      ],
    },
    [
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ],
  ],
])('%s', (_name, matrix, legs) => {
  expect(expandMatrix(matrix)).toEqual(legs);
});

test.each<[Json, string]>([
  ['text', 'The matrix is no mapping'],
  [{ n: 'x' }, 'matrix.n is no list'],
  [{ n: [] }, 'The matrix has no combination'],
  [{ n: [1], include: 'x' }, 'matrix.include is no list'],
  [{ n: [1], exclude: [1] }, 'matrix.exclude holds something else than mappings'],
  [
    { a: Array.from({ length: 20 }, (_, n) => n), b: Array.from({ length: 20 }, (_, n) => n) },
    'more than 256 combinations',
  ],
])('%j is refused: %s', (matrix, message) => {
  expect(() => expandMatrix(matrix)).toThrow(message);
});

test('every combination of the vectors comes once, and included values never replace theirs', () => {
  const vector = fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 });
  const include = fc.array(
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(9), { minKeys: 1 }),
    { maxLength: 4 },
  );

  fc.assert(
    fc.property(vector, vector, include, (a, b, extra) => {
      const legs = expandMatrix({ a, b, include: extra });
      const original = legs.slice(0, a.length * b.length);

      expect(
        original.map((leg) => `${JSON.stringify(leg['a'])} ${JSON.stringify(leg['b'])}`),
      ).toEqual(a.flatMap((x) => b.map((y) => `${x} ${y}`)));
      for (const added of legs.slice(original.length)) expect(extra).toContainEqual(added);
    }),
  );
});

test('a leg is named by its values', () => {
  expect(legLabel({ os: 'linux', n: 20, deep: { x: 1, y: 'z' }, list: [1, 2], no: false })).toBe(
    'linux, 20, 1, z, 1, 2, false',
  );
});
