import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter, longestLine } from './line-splitter.ts';

const split = (chunks: readonly Buffer[]) => {
  const splitter = createLineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.flush()];
};

test('however the bytes arrive, the lines are those of the text', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/[\r\n]/.test(text)),
      ),
      fc.array(fc.nat(40), { maxLength: 20 }),
      (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const places = [...new Set(cuts.map((cut) => Math.min(cut, bytes.length)))].sort(
          (a, b) => a - b,
        );
        const chunks = [0, ...places].map((from, index) =>
          bytes.subarray(from, places[index] ?? bytes.length),
        );

        expect(split(chunks)).toEqual(lines);
      },
    ),
  );
});

test('a line of any length is cut into bounded ones, never inside a character', () => {
  const text = 'é€😀'.repeat(longestLine);

  const lines = split([Buffer.from(`${text}\nshort\n`)]);

  expect(lines.slice(0, -1).join('')).toBe(text);
  expect(lines.at(-1)).toBe('short');
  expect(lines.every((line) => Buffer.byteLength(line) <= longestLine)).toBe(true);
});

test('a carriage return before the end is not part of the line', () => {
  expect(split([Buffer.from('a\r\nb\r'), Buffer.from('\nc')])).toEqual(['a', 'b', 'c']);
});

test('bytes that are no text are shown as such', () => {
  expect(split([Buffer.from([0xff, 0xfe, 10])])).toEqual(['\ufffd\ufffd']);
});
