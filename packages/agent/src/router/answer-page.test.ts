import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml, renderAnswer, wantsHtml } from './answer-page.ts';
import { placementAnswer, unknownHostAnswer } from './fallback.ts';
import { anyText } from './testing/any-text.ts';
import { ask, exchangeRaw, statusOf } from './testing/client.ts';
import { route, runningRouter } from './testing/router.ts';

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

test('escaped text has nothing that HTML would read as markup', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"'\0-\x08]|&(?!(?:amp|lt|gt|quot|#39);)/);
    }),
  );
});

test('browsers are known by what they accept', () => {
  expect(wantsHtml(browser)).toBe(true);
  expect(wantsHtml('*/*')).toBe(false);
  expect(wantsHtml('application/json')).toBe(false);
  expect(wantsHtml(undefined)).toBe(false);
});

test('a page shows what it was told only as text', () => {
  const answer = unknownHostAnswer('<img src=x onerror=alert(1)>');

  const { headers, body } = renderAnswer(answer, browser, '"><script>');

  expect(body).not.toMatch(/<img|<script/);
  expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;');
  const policy = headers[headers.indexOf('Content-Security-Policy') + 1];
  expect(policy).toContain("default-src 'none'");
});

test('the length in the head is that of the body in bytes', () => {
  const answer = { ...unknownHostAnswer('x'), detail: 'gr\u00fc\u00df dich \u2603' };

  const { headers, body } = renderAnswer(answer, browser, 'id');

  expect(headers[headers.indexOf('Content-Length') + 1]).toBe(String(Buffer.byteLength(body)));
});

test('an unknown host gets a page or a problem document, and its name is never taken for markup', async () => {
  const { port } = await runningRouter();

  const page = await ask(port, { host: 'nobody.test', headers: { accept: browser } });
  const problem = await ask(port, { host: 'nobody.test' });
  const hostile = await exchangeRaw(
    port,
    `GET /<script> HTTP/1.1\r\nHost: <script>alert(1)</script>\r\nAccept: text/html\r\n\r\n`,
  );

  expect(page.status).toBe(404);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.body).toContain('nobody.test');
  expect(problem.headers['content-type']).toBe('application/problem+json');
  expect(JSON.parse(problem.body)).toMatchObject({
    status: 404,
    code: 'host-unknown',
    requestId: problem.headers['x-request-id'],
  });
  expect(statusOf(hostile)).toBe(400);
  expect(hostile).not.toContain('<script>');
});

test('a placement without instances says what is known about it, with Retry-After', async () => {
  const { router, port } = await runningRouter();
  route(router, []);
  router.setFallback((host) =>
    host === 'app.test'
      ? { state: 'stopped', name: 'app' }
      : host === 'bad.test'
        ? { state: 'failed', name: 'bad', detail: 'Exit 1.', retryAfterSeconds: 7 }
        : undefined,
  );

  const stopped = await ask(port, { headers: { accept: browser } });
  const failed = await ask(port, { host: 'BAD.test:7080' });
  const unknown = await ask(port, { host: 'nobody.test' });
  const head = await ask(port, { method: 'HEAD' });

  expect(stopped.status).toBe(503);
  expect(stopped.body).toContain('app was stopped by the team that runs it.');
  expect(stopped.headers['retry-after']).toBe('60');
  expect(failed.status).toBe(503);
  expect(failed.headers['retry-after']).toBe('7');
  expect(JSON.parse(failed.body)).toMatchObject({ code: 'application-failed', detail: 'Exit 1.' });
  expect(unknown.status).toBe(404);
  expect(head).toMatchObject({ status: 503, body: '' });
  expect(router.counters('app.prod')).toMatchObject({ requests: 2, unavailable: 2, failures: 2 });
});

test('the page of a starting application asks again by itself', () => {
  const answer = placementAnswer({ state: 'starting', name: 'app' });

  const { body } = renderAnswer(answer, browser, 'id');

  expect(answer).toMatchObject({ status: 503, retryAfterSeconds: 2 });
  expect(body).toContain('<meta http-equiv="refresh" content="2">');
});
