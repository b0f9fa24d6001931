import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safe, safeJson } from './safe-text.ts';

/** Written down anew, so that a hole in the one pattern is not a hole in the other. */
const obeyed = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return (
    (code < 32 && code !== 9) ||
    (code >= 127 && code < 160) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    code === 0x2028 ||
    code === 0x2029
  );
};

describe('text of the server on a terminal', () => {
  test.each([
    ['\x1b]0;owned\x07', '\\x1b]0;owned\\x07'],
    ['\x1b[2J\x1b[H', '\\x1b[2J\\x1b[H'],
    ['\x9b31m', '\\x9b31m'],
    ['a\rb', 'a\\rb'],
    ['a\nb', 'a\\nb'],
    ['user\u202etxt.exe', 'user\\u{202e}txt.exe'],
    ['tab\tstays', 'tab\tstays'],
    ['ünïcode ✔ 日本', 'ünïcode ✔ 日本'],
  ])('%j becomes harmless', (text, shown) => {
    expect(safe(text)).toBe(shown);
  });

  test('loses the colours that programs write into their logs', () => {
    expect(safe('\x1b[1;31mred\x1b[0m')).toBe('red');
  });

  test('never keeps a character that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect([...safe(text)].filter(obeyed)).toEqual([]);
        expect([...safeJson(text)].filter(obeyed)).toEqual([]);
      }),
    );
  });

  test('stays the same value as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const document = { value, text };

        expect(JSON.parse(safeJson(document, 2))).toEqual(JSON.parse(JSON.stringify(document)));
      }),
    );
  });
});
