import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shellSyntaxIn, splitCommand } from './command-line.ts';

/** What a real shell makes of the line, each argument ended by a zero byte. */
function bySh(line: string): readonly string[] {
  const out = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { env: { LC_ALL: 'C.UTF-8' } });
  return out.toString('utf8').split('\0').slice(0, -1);
}

describe('splitting', () => {
  test.each([
    ['node server.js', ['node', 'server.js']],
    ['  node\t--title "my app"\n', ['node', '--title', 'my app']],
    [`sh -c 'echo "$PORT" && exit'`, ['sh', '-c', 'echo "$PORT" && exit']],
    ['a\\ b c', ['a b', 'c']],
    ['"a\\nb" "say \\"hi\\""', ['a\\nb', 'say "hi"']],
    [`''`, ['']],
    [`a'b'"c"d`, ['abcd']],
    ['trailing\\', ['trailing\\']],
  ])('%s', (line, words) => {
    expect(splitCommand(line)).toEqual(words);
  });

  test.each(['', '   ', '"open', `it's`, `"a' b`])('nothing comes of %j', (line) => {
    expect(splitCommand(line)).toBeUndefined();
  });

  test('any arguments, quoted, come back as they were', () => {
    const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (words) => {
        expect(splitCommand(words.map(quoted).join(' '))).toEqual(words);
      }),
    );
  });

  test('a line without shell syntax is split as a real shell splits it', () => {
    const piece = fc.constantFrom(
      'a',
      'b/c',
      '--x=1',
      ' ',
      '\t',
      '"',
      "'",
      '\\',
      'é',
      '.',
      '$',
      '{',
      '~x',
      '!',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const line = pieces.join('');
        const words = splitCommand(line);
        fc.pre(words !== undefined && shellSyntaxIn(line) === undefined && !line.includes('~'));

        expect(words).toEqual(bySh(line));
      }),
      { numRuns: 150 },
    );
  });

  test('no line makes it fail', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (line) => {
        splitCommand(line);
        shellSyntaxIn(line);
      }),
    );
  });
});

describe('shell syntax', () => {
  test.each([
    ['npm run build && node server.js', '&&'],
    ['node a.js | tee log', '|'],
    ['node a.js > log', '>'],
    ['python -m http.server $PORT', '$PORT'],
    ['python -m http.server "${PORT}"', '${'],
    ['echo `date`', '`'],
    ['echo "$(date)"', '$('],
    ['NODE_ENV=production node a.js', 'NODE_ENV='],
    ['node --test test/*.js', '*'],
    ['node a.js # starts it', '#'],
    ['node a.js &', '&'],
  ])('%s needs a shell for %s', (line, syntax) => {
    expect(shellSyntaxIn(line)).toBe(syntax);
  });

  test.each([
    'node server.js',
    `sh -c 'a && b > $C *'`,
    'echo a\\&b',
    'psql "a & b; c"',
    'curl http://x/y#z',
    'node a.js --price 5$',
    'gunicorn app:app --bind=0.0.0.0:80',
  ])('%s needs none', (line) => {
    expect(shellSyntaxIn(line)).toBeUndefined();
  });
});
