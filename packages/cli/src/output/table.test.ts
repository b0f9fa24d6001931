import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Column, pairs, table } from './table.ts';
import { cutEnd, cutMiddle, padEnd, width } from './width.ts';

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly note: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'NAME', value: ({ name }) => name, cut: 'middle' },
  { title: 'KIND', value: ({ kind }) => kind, cut: 'never' },
  { title: 'NOTE', value: ({ note }) => note },
];
const row = (name: string, note: string): Row => ({ name, kind: 'service', note });

describe('a table', () => {
  test('keeps both ends of a name of 40 characters in 80 columns', () => {
    const name = 'payments-reconciliation-worker-for-emea1';
    const rows = [row(name, 'preview ×2, staging #12, prod #11, and some more text behind it')];

    const lines = table(rows, columns, 80);

    expect(lines.every((line) => width(line) <= 80)).toBe(true);
    expect(lines[1]).toMatch(/^payments-\S*…\S*emea1 {2}service {2}preview/);
  });

  test('cuts nothing when nobody watches', () => {
    const long = 'x'.repeat(300);

    expect(table([row(long, long)], columns, undefined)[1]).toBe(`${long}  service  ${long}`);
  });

  test('leaves out columns that are empty everywhere', () => {
    expect(table([row('a', '')], columns, 80)).toEqual(['NAME  KIND', 'a     service']);
  });

  test('fits whatever it holds', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', '日', '🚀', ' ', '-'),
      maxLength: 90,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (texts) => {
        const lines = table(
          texts.map(([name, note]) => row(name, note)),
          columns,
          80,
        );

        expect(lines.filter((line) => width(line) > 80)).toEqual([]);
      }),
    );
  });

  test('is painted without losing its shape', () => {
    const painted = columns.map((column) => ({
      ...column,
      paint: (text: string) => `\x1b[31m${text}\x1b[39m`,
    }));
    const rows = [row('a', 'b'), row('long-name', 'c')];
    const bare = table(rows, painted, 80).map((line) => line.replace(/\x1b\[\d+m/g, ''));

    expect(bare.map((line) => line.trimEnd())).toEqual(table(rows, columns, 80));
  });
});

describe('text that is cut', () => {
  test('takes exactly the cells it may', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 2, max: 60 }),
        (text, cells) => {
          expect(width(cutEnd(text, cells))).toBeLessThanOrEqual(cells);
          expect(width(cutMiddle(text, cells))).toBeLessThanOrEqual(cells);
          expect(width(padEnd(cutEnd(text, cells), cells))).toBe(cells);
        },
      ),
    );
  });

  test('is left alone when it fits', () => {
    expect(cutMiddle('users-api', 9)).toBe('users-api');
    expect(cutMiddle('users-api-x', 9)).toBe('user…pi-x');
    expect(cutEnd('users-api-x', 9)).toBe('users-ap…');
  });
});

test('pairs stand under each other and empty ones are left out', () => {
  expect(
    pairs([
      ['Clone', 'here'],
      ['No', undefined],
      ['Review app', 'there'],
    ]),
  ).toEqual(['Clone       here', 'Review app  there']);
});

describe('what wraps', () => {
  const addressed = [
    ...columns,
    { title: 'ADDRESS', value: ({ name }: Row) => `http://${name}`, wraps: true as const },
  ];

  test('stays in the line where there is room', () => {
    expect(table([row('a', 'b')], addressed, 80)[1]).toBe('a     service  b     http://a');
  });

  test('goes below the row, whole, where there is not', () => {
    const name = 'n'.repeat(60);

    const lines = table([row(name, 'note')], addressed, 80);

    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe(`  http://${name}`);
  });
});
