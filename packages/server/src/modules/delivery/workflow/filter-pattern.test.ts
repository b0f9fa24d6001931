import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filterList, filterPattern } from './filter-pattern.ts';
import { cpuTimeOf } from './testing/cpu-time.ts';

test.each([
  ['feature/*', 'feature/my-branch', true],
  ['feature/*', 'feature/a/b', false],
  ['feature/**', 'feature/a/b', true],
  ['*', 'main', true],
  ['*', 'a/b', false],
  ['**', 'all/the/branches', true],
  ['*feature', 'mona-feature', true],
  ['v2*', 'v2.9', true],
  ['v[12].[0-9]+.[0-9]+', 'v1.10.1', true],
  ['v[12].[0-9]+.[0-9]+', 'v3.10.1', false],
  ['*.jsx?', 'page.js', true],
  ['*.jsx?', 'page.jsx', true],
  ['*.jsx?', 'page.jsxx', false],
  ['**.js', 'src/js/app.js', true],
  ['docs/**', 'docs/a/b.md', true],
  ['docs/**/*.md', 'docs/README.md', false],
  ['docs/**/*.md', 'docs/a/README.md', true],
  ['**/docs/**', 'a/docs/b', true],
  ['ab+c', 'abbbc', true],
  ['ab+c', 'ac', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['a.b', 'axb', false],
  ['[a', '[a', true],
  ['', '', true],
])('the pattern %s fits %s: %s', (pattern, text, fits) => {
  expect(filterPattern(pattern)(text)).toBe(fits);
});

test('the last pattern of a list that fits decides', () => {
  const fits = filterList(['**', '!docs/**', 'docs/keep.md']);

  expect(['a', 'docs/a', 'docs/keep.md'].map(fits)).toEqual([true, false, true]);
});

test('a pattern means the same as the regular expression for it', () => {
  const piece = fc.constantFrom(
    ['a', 'a'],
    ['b', 'b'],
    ['/', '\\/'],
    ['*', '[^/]*'],
    ['**', '.*'],
    ['a?', 'a?'],
    ['b+', 'b+'],
    ['[ab]', '[ab]'],
  );

  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 }),
      (pieces, text) => {
        // Two stars side by side would be read as one `**`.
        const separated = pieces.filter(
          ([glob], index) => !(glob?.startsWith('*') && pieces[index - 1]?.[0]?.startsWith('*')),
        );
        const pattern = separated.map(([glob]) => glob).join('');
        const expression = new RegExp(`^${separated.map(([, part]) => part).join('')}$`);

        expect(filterPattern(pattern)(text)).toBe(expression.test(text));
      },
    ),
    { numRuns: 500 },
  );
});

test('a pattern made to backtrack takes time in proportion only', () => {
  const took = cpuTimeOf(() => {
    expect(filterPattern(`${'**a'.repeat(200)}b`)('a'.repeat(2000))).toBe(false);
  });

  expect(took).toBeLessThan(2000);
});
