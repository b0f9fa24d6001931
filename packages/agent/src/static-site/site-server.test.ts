import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseRange } from './byte-range.ts';
import { hasContentHash, type Site, serveSite } from './site-server.ts';

let folder: string;
let site: Site;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'pltf-site-'));
  const root = path.join(folder, 'site');
  mkdirSync(path.join(root, 'docs', '.git'), { recursive: true });
  writeFileSync(path.join(root, 'index.html'), '<h1>home</h1>');
  writeFileSync(path.join(root, 'about.html'), 'about');
  writeFileSync(path.join(root, 'docs', 'index.html'), 'docs');
  writeFileSync(path.join(root, 'docs', '.git', 'config'), 'secret');
  writeFileSync(path.join(root, 'numbers.txt'), '0123456789');
  writeFileSync(path.join(root, 'empty.txt'), '');
  writeFileSync(path.join(root, 'with space ä.txt'), 'odd');
  writeFileSync(path.join(folder, 'outside.txt'), 'secret');
  symlinkSync('../outside.txt', path.join(root, 'leak.txt'));
  symlinkSync('..', path.join(root, 'up'));
  symlinkSync('numbers.txt', path.join(root, 'inside.txt'));
  site = await serveSite({ folder: root, host: '127.0.0.1', port: 0, version: 'v1' });
});
afterEach(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Got {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

function get(url: string, headers: Record<string, string> = {}, method = 'GET', agent?: Agent) {
  return new Promise<Got>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: site.port, path: url, method, headers };
    const call = request({ ...options, agent: agent ?? false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          headers: response.headers as Record<string, string | undefined>,
        }),
      );
    });
    call.once('error', reject);
    call.end();
  });
}

test('files, folders and pages are found under their clean names', async () => {
  expect(await get('/')).toMatchObject({ status: 200, text: '<h1>home</h1>' });
  expect(await get('/about')).toMatchObject({ status: 200, text: 'about' });
  expect(await get('/about.html?x=1')).toMatchObject({ status: 200, text: 'about' });
  expect(await get('/docs/')).toMatchObject({ status: 200, text: 'docs' });
  expect(await get('/with%20space%20%C3%A4.txt')).toMatchObject({ status: 200, text: 'odd' });
  expect(await get('/inside.txt')).toMatchObject({ status: 200, text: '0123456789' });
  const moved = await get('/docs?q=1');
  expect(moved.status).toBe(301);
  expect(moved.headers['location']).toBe('/docs/?q=1');
});

test('types are sent and never guessed by the browser', async () => {
  const page = await get('/');
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  });
});

test.each([
  '/../outside.txt',
  '/..%2foutside.txt',
  '/%2e%2e/outside.txt',
  '/docs/../../outside.txt',
  '/..%5coutside.txt',
  '/leak.txt',
  '/up/outside.txt',
  '/docs/.git/config',
  '/docs/%2egit/config',
  '/numbers.txt/x',
  '/numbers.txt%00.html',
  '/%ff',
  '/%',
  `/${'a'.repeat(3000)}`,
])('%s leads nowhere', async (url) => {
  const answer = await get(url);

  expect(answer.status).toBe(404);
  expect(answer.text).not.toContain('secret');
});

test('a missing page is the site’s own 404.html when there is one', async () => {
  expect(await get('/nothing')).toMatchObject({ status: 404, text: 'There is no such page.\n' });
  writeFileSync(path.join(folder, 'site', '404.html'), 'lost?');

  const answer = await get('/nothing');
  expect(answer).toMatchObject({ status: 404, text: 'lost?' });
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
});

test('its health answers, and only reading is allowed', async () => {
  expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
  const answer = await get('/', {}, 'POST');
  expect(answer.status).toBe(405);
  expect(answer.headers['allow']).toBe('GET, HEAD');
});

test('HEAD answers the same headers without the content', async () => {
  const answer = await get('/numbers.txt', {}, 'HEAD');

  expect(answer).toMatchObject({ status: 200, text: '' });
  expect(answer.headers['content-length']).toBe('10');
});

test('a known version is not sent again', async () => {
  const first = await get('/numbers.txt');
  const { etag = '', 'last-modified': modified = '' } = first.headers;

  expect(await get('/numbers.txt', { 'if-none-match': `"x", ${etag}` })).toMatchObject({
    status: 304,
    text: '',
  });
  expect((await get('/numbers.txt', { 'if-none-match': '"x"' })).status).toBe(200);
  expect((await get('/numbers.txt', { 'if-modified-since': modified })).status).toBe(304);
});

test('an older file after a rollback is sent to who has the newer one', async () => {
  const { 'last-modified': newer = '' } = (await get('/numbers.txt')).headers;
  const old = new Date('2020-01-01');
  utimesSync(path.join(folder, 'site', 'numbers.txt'), old, old);

  expect((await get('/numbers.txt', { 'if-modified-since': newer })).status).toBe(200);
});

test('files without times are told apart by the version', async () => {
  const epoch = new Date(0);
  utimesSync(path.join(folder, 'site', 'numbers.txt'), epoch, epoch);
  const first = await get('/numbers.txt');
  expect(first.headers['last-modified']).toBeUndefined();
  const root = path.join(folder, 'site');
  const other = await serveSite({ folder: root, host: '127.0.0.1', port: 0, version: 'v2' });
  await site.close();
  site = other;

  const answer = await get('/numbers.txt', { 'if-none-match': first.headers['etag'] ?? '' });
  expect(answer.status).toBe(200);
});

test('a part of a file is sent on demand', async () => {
  const part = await get('/numbers.txt', { range: 'bytes=2-4' });
  expect(part).toMatchObject({ status: 206, text: '234' });
  expect(part.headers['content-range']).toBe('bytes 2-4/10');
  expect(await get('/numbers.txt', { range: 'bytes=-3' })).toMatchObject({ text: '789' });
  expect(await get('/numbers.txt', { range: 'bytes=8-' })).toMatchObject({ text: '89' });
  const beyond = await get('/numbers.txt', { range: 'bytes=10-' });
  expect(beyond.status).toBe(416);
  expect(beyond.headers['content-range']).toBe('bytes */10');
  expect((await get('/empty.txt', { range: 'bytes=0-' })).status).toBe(416);
  const stale = { range: 'bytes=2-4', 'if-range': '"other"' };
  expect(await get('/numbers.txt', stale)).toMatchObject({ status: 200, text: '0123456789' });
});

test.each([
  ['bytes=0-1,3-4', undefined],
  ['bytes=5-2', undefined],
  ['bytes=-', undefined],
  ['lines=1-2', undefined],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=-99', { start: 0, end: 9 }],
  ['bytes=0-99', { start: 0, end: 9 }],
  ['bytes=9-9', { start: 9, end: 9 }],
])('the range %s of ten bytes is %o', (header, expected) => {
  expect(parseRange(header, 10)).toEqual(expected);
});

test('only names that end in a hash are cached for good', () => {
  expect(
    ['app-4f3a9c21.js', 'app-DiwrgTda.css', 'x.0123456789abcdef.png'].every(hasContentHash),
  ).toBe(true);
  expect(
    ['photo-20240131.jpg', 'logo-holidays.png', 'app.js', 'a-4f3a9c21.html'].some(hasContentHash),
  ).toBe(false);
});

test('closing finishes what is under way and then lets go of idle connections', async () => {
  const agent = new Agent({ keepAlive: true });
  await get('/', {}, 'GET', agent);

  await site.close();

  await expect(get('/')).rejects.toThrow();
  agent.destroy();
});

test('a request that is no HTTP is refused without harm', async () => {
  const socket = connect({ host: '127.0.0.1', port: site.port });
  socket.write('GET http:// HTTP/1.1\r\nhost: x\r\n\r\n');
  const text = await new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString()));
  });
  socket.destroy();

  expect(text).toContain('400');
  expect((await get('/')).status).toBe(200);
});
