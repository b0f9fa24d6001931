import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHost, parseTarget } from './host-name.ts';
import { anyText } from './testing/any-text.ts';

describe('parseHost', () => {
  test.each([
    ['app.localhost', 'app.localhost'],
    ['App.LOCALHOST:7080', 'app.localhost'],
    ['app.localhost.', 'app.localhost'],
    ['my_app.test:80', 'my_app.test'],
    ['127.0.0.1:7080', '127.0.0.1'],
    ['[::1]:7080', '[::1]'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ])('%s is %s', (header, host) => {
    expect(parseHost(header)).toBe(host);
  });

  test.each([
    '',
    ' ',
    '.',
    'a..b',
    '-a.test',
    'a-.test',
    'user@app.test',
    'app.test/path',
    'app.test:',
    'app.test:x',
    'app.test:70000',
    'a,b',
    'a b',
    'b\u00fccher.example',
    '[::1',
    `${'a'.repeat(64)}.test`,
    'a.'.repeat(200),
    '<script>',
  ])('%j is no host', (header) => {
    expect(parseHost(header)).toBeUndefined();
  });

  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
  const host = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));

  test('what it finds is itself a host, the same for any spelling', () => {
    fc.assert(
      fc.property(host, fc.option(fc.integer({ min: 0, max: 65_535 })), (name, port) => {
        const header = port === null ? name : `${name}:${port}`;
        expect(parseHost(header.toUpperCase())).toBe(name);
        expect(parseHost(parseHost(header) ?? '')).toBe(name);
      }),
    );
  });

  test('nothing it accepts holds a character that means something elsewhere', () => {
    fc.assert(
      fc.property(anyText, (header) => {
        const found = parseHost(header);
        if (found !== undefined) expect(found).toMatch(/^[a-z0-9._-]+$|^\[[0-9a-f:.]+\]$/);
      }),
    );
  });
});

describe('parseTarget', () => {
  test.each([
    ['/', 'GET', { path: '/' }],
    ['/a?b=http://c', 'GET', { path: '/a?b=http://c' }],
    ['//other.test/x', 'GET', { path: '//other.test/x' }],
    ['*', 'OPTIONS', { path: '*' }],
    ['http://app.test', 'GET', { path: '/', authority: 'app.test' }],
    ['http://app.test', 'OPTIONS', { path: '*', authority: 'app.test' }],
    ['HTTPS://app.test:8080/a?b', 'GET', { path: '/a?b', authority: 'app.test:8080' }],
    ['http://app.test?b', 'GET', { path: '/?b', authority: 'app.test' }],
  ])('%s of %s', (target, method, expected) => {
    expect(parseTarget(target, method)).toEqual(expected);
  });

  test.each(['', '*', 'a', 'app.test:443', 'ftp://a/', 'http:/a', 'http://a#b'])(
    '%j is refused',
    (target) => {
      expect(parseTarget(target, 'GET')).toBeUndefined();
    },
  );
});
