import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RepositoryRoot, startCommand } from './start-command.ts';

const root = (
  names: readonly string[],
  texts: Readonly<Record<string, string>> = {},
): RepositoryRoot => ({
  names: [...names, ...Object.keys(texts)],
  texts: new Map(Object.entries(texts)),
});
const manifest = (value: unknown): Record<string, string> => ({
  'package.json': JSON.stringify(value),
});

describe('a program without a command', () => {
  test.each([
    [
      'the line web of a Procfile',
      root(['server.js'], { Procfile: 'worker: node w.js\nweb: node web.js --port 80\n' }),
      ['node', 'web.js', '--port', '80'],
    ],
    [
      'a line that needs a shell',
      root([], { Procfile: 'web: gunicorn app:app -b 0.0.0.0:$PORT' }),
      ['sh', '-c', 'gunicorn app:app -b 0.0.0.0:$PORT'],
    ],
    [
      'the script start, without npm in between',
      root(['a.js'], manifest({ scripts: { start: 'node a.js' } })),
      ['node', 'a.js'],
    ],
    [
      'a script start of a tool',
      root([], manifest({ scripts: { start: 'next start' } })),
      ['npm', 'start'],
    ],
    [
      'a script start that needs a shell',
      root([], manifest({ scripts: { start: 'node a.js && node b.js' } })),
      ['npm', 'start'],
    ],
    ['the file main', root(['run.mjs'], manifest({ main: './run.mjs' })), ['node', 'run.mjs']],
    [
      'a file main in a folder',
      root(['dist/'], manifest({ main: 'dist/server.js' })),
      ['node', 'dist/server.js'],
    ],
    [
      'a file main that is not there',
      root(['server.js'], manifest({ main: 'index.js' })),
      ['node', 'server.js'],
    ],
    [
      'a file main outside',
      root(['app.js', '../'], manifest({ main: '../x.js' })),
      ['node', 'app.js'],
    ],
    ['server.js before index.js', root(['index.js', 'server.js']), ['node', 'server.js']],
    ['main.mjs', root(['main.mjs']), ['node', 'main.mjs']],
    ['Python', root(['main.py', 'README.md']), ['python3', 'main.py']],
    [
      'a broken package.json is none',
      root(['main.py'], { 'package.json': '{' }),
      ['python3', 'main.py'],
    ],
  ])('%s', (_, offered, command) => {
    expect(startCommand('service', offered)).toEqual(command);
  });

  test('a worker takes its own line of the Procfile', () => {
    const offered = root([], { Procfile: 'web: node web.js\r\nworker: node w.js\r\n' });

    expect(startCommand('worker', offered)).toEqual(['node', 'w.js']);
    expect(startCommand('job', offered)).toBeUndefined();
  });

  test.each([
    ['nothing', root([])],
    ['a page', root(['index.html'])],
    ['a folder of that name', root(['server.js/'])],
    ['no start among the scripts', root([], manifest({ scripts: { test: 'x' }, main: 5 }))],
    ['an empty start', root([], manifest({ scripts: { start: '  ' } }))],
    ['odd JSON', root([], { 'package.json': '[null]' })],
  ])('nothing comes of %s', (_, offered) => {
    expect(startCommand('service', offered)).toBeUndefined();
  });

  test('no text makes it fail', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), fc.array(fc.string()), (json, procfile, names) => {
        startCommand('service', root(names, { 'package.json': json, Procfile: procfile }));
      }),
    );
  });
});
