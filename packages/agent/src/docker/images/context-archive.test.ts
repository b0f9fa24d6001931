import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rootFiles } from './archive-files.ts';
import { contextOf } from './context-archive.ts';
import { ignored } from './ignore-patterns.ts';

test.each([
  ['node_modules', 'node_modules/a/b.js', true],
  ['node_modules', 'packages/a/node_modules/b.js', false],
  ['**/node_modules', 'packages/a/node_modules/b.js', true],
  ['*.md', 'README.md', true],
  ['*.md', 'docs/x.md', false],
  ['**/*.md', 'docs/deep/x.md', true],
  ['*.md\n!README.md', 'README.md', false],
  ['!README.md\n*.md', 'README.md', true],
  ['docs\n!docs/keep', 'docs/keep/x', false],
  ['/src/', 'src/a.js', true],
  ['./src', 'src/a.js', true],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['[a-c].txt', 'b.txt', true],
  ['[^a-c].txt', 'b.txt', false],
  ['# comment\n\n  \n', 'comment', false],
  ['a.b', 'axb', false],
  ['(x|y)+', '(x|y)+', true],
  ['*', 'anything', true],
  ['*', 'Dockerfile', false],
])('%j on %s: ignored is %s', (text, file, expected) => {
  expect(ignored(text)(file)).toBe(expected);
});

test('a pattern made to be slow is not', () => {
  const isIgnored = ignored(`${'*a'.repeat(100)}b\n${'**/'.repeat(100)}x\n`);
  const begin = performance.now();

  expect(isIgnored(`${'a'.repeat(250)}/${'a/'.repeat(500)}y`)).toBe(false);

  expect(performance.now() - begin).toBeLessThan(1000);
});

let folder: string;
const long = `${'long'.repeat(18)}/${'more'.repeat(15)}/${'name'.repeat(20)}`;
/** Too long for the oldest format. */
const deep = `${'deep'.repeat(45)}/${'name'.repeat(30)}`;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pltf-context-'));
  for (const file of [
    'Dockerfile',
    'a.js',
    'secret.env',
    'node_modules/x/y.js',
    `${long}.js`,
    `${long}.md`,
    `${deep}.js`,
    `${deep}.md`,
  ]) {
    const place = path.join(folder, 'in', file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, file.padEnd(file === 'a.js' ? 300_000 : 10, '!'));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['gnu', 'posix', 'ustar'])(
  'an archive in the format of %s passes without what is ignored, and is whole',
  async (format) => {
    const archive = path.join(folder, `${format}.tar`);
    execFileSync('tar', [
      '-c',
      ...(format === 'ustar' ? ['--exclude=deepdeep*'] : []),
      `--format=${format}`,
      '-f',
      archive,
      '-C',
      path.join(folder, 'in'),
      '.',
    ]);
    const pieces: Buffer[] = [];
    for await (const piece of contextOf(archive, 'node_modules\n*.env\n**/*.md'))
      pieces.push(piece);
    const input = Buffer.concat(pieces);

    const names = execFileSync('tar', ['-t'], { input }).toString().trim().split('\n');
    const content = execFileSync('tar', ['-x', '-O', './a.js'], { input });

    expect(names.filter((name) => !name.endsWith('/')).sort()).toEqual(
      [
        './Dockerfile',
        './a.js',
        `./${long}.js`,
        ...(format === 'ustar' ? [] : [`./${deep}.js`]),
      ].sort(),
    );
    expect(content.length).toBe(300_000);
  },
);

test.each(['gnu', 'posix', 'ustar'])(
  'of files of one name, the one at the root of an archive in the format of %s is read',
  async (format) => {
    const source = path.join(folder, `nested-${format}`);
    // So long that the format splits it: the last part stands where the name of a file at the root does.
    const nested = path.join(source, 'a'.repeat(90), 'b'.repeat(40));
    mkdirSync(nested, { recursive: true });
    writeFileSync(path.join(source, '.dockerignore'), 'the root');
    for (const name of ['.dockerignore', 'Dockerfile'])
      writeFileSync(path.join(nested, name), 'nested');
    const archive = path.join(folder, `nested-${format}.tar`);
    execFileSync('tar', [
      '-c',
      '--sort=name',
      `--format=${format}`,
      '-f',
      archive,
      '-C',
      source,
      '.',
    ]);

    const found = await rootFiles(archive, ['Dockerfile', '.dockerignore']);

    expect([...found]).toEqual([['.dockerignore', 'the root']]);
  },
);
