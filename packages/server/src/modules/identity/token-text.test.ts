import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf, hintOf, isTokenText, newTokenText } from './token-text.ts';

describe('the text of a token', () => {
  test('has a prefix that scanners know and is different every time', () => {
    const personal = newTokenText('personal');
    const machine = newTokenText('machine');

    expect(personal).toMatch(/^pltf_pat_[0-9A-Za-z]{36}$/);
    expect(machine).toMatch(/^pltf_mat_[0-9A-Za-z]{36}$/);
    expect(new Set(Array.from({ length: 1_000 }, () => newTokenText('personal'))).size).toBe(1_000);
    expect([personal, machine].map(isTokenText)).toEqual([true, true]);
  });

  test('is refused when one character is mistyped', () => {
    const text = newTokenText('personal');

    fc.assert(
      fc.property(
        fc.integer({ min: 9, max: text.length - 1 }),
        fc.constantFrom('0', '9', 'A', 'Z', 'a', 'z'),
        (at, digit) => {
          fc.pre(text[at] !== digit);
          expect(isTokenText(text.slice(0, at) + digit + text.slice(at + 1))).toBe(false);
        },
      ),
    );
  });

  test('is told from anything else without asking the database', () => {
    const text = newTokenText('personal');

    expect(
      [`${text} `, text.toUpperCase(), text.slice(1), '', 'pltf_pat_', `${text}\n`].map(
        isTokenText,
      ),
    ).toEqual(Array(6).fill(false));
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (other) => {
        expect(isTokenText(other)).toBe(false);
      }),
    );
  });

  test('leaves only its hash and a hint behind, which do not give it away', () => {
    const text = newTokenText('personal');

    expect(hintOf(text)).toBe(`pltf_pat_…${text.slice(-4)}`);
    expect(hashOf(text)).toHaveLength(32);
  });
});
