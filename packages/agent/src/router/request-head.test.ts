import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRequestRules } from './header-rules.ts';
import { type RequestHead, readRequestHead } from './request-head.ts';

const reading = {
  rules: createRequestRules(),
  newRequestId: () => 'made',
  peerAddress: '192.0.2.1',
  peerTrusted: false,
  maximumHeaders: 200,
  expectsContinue: false,
  upgrading: false,
};

function read(rawHeaders: readonly string[], settings = {}): RequestHead {
  const message = { method: 'GET', url: '/', httpVersionMinor: 1, rawHeaders, headers: {} };
  const head = readRequestHead(message as unknown as IncomingMessage, { ...reading, ...settings });
  if ('detail' in head) throw new Error(head.detail);
  return head;
}

/** Names in lower case and values, in their order. */
function lines(head: RequestHead): readonly (readonly [string, string])[] {
  const [, ...rest] = head.text.split('\r\n');
  return rest.slice(0, -2).map((line) => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
  });
}

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,15}$/);
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,20}$/);
const special = fc.constantFrom(
  'Connection',
  'keep-alive',
  'TE',
  'Trailer',
  'Upgrade',
  'Proxy-Connection',
  'X-Forwarded-For',
  'x-forwarded-proto',
  'X-Forwarded-Whatever',
  'X_Forwarded_For',
  'x-real_ip',
  'Forwarded',
  'X-Request-Id',
  'X-Pltf-Instance',
  'Expect',
);
const headers = fc.array(fc.tuple(fc.oneof(name, special), value), { maxLength: 30 });

test('whatever a client sends, the application gets one message with one truth about who asked', () => {
  fc.assert(
    fc.property(headers, (sent) => {
      const kept = sent.filter(
        ([header]) => !/^(?:host|content-length|transfer-encoding)$/i.test(header),
      );
      const head = read(['Host', 'app.test', ...kept.flat()]);
      const got = lines(head);
      const count = (wanted: string): number => got.filter(([header]) => header === wanted).length;

      expect(head.text.startsWith('GET / HTTP/1.1\r\nHost: app.test\r\n')).toBe(true);
      expect(head.text.indexOf('\r\n\r\n')).toBe(head.text.length - 4);
      for (const once of [
        'host',
        'x-forwarded-for',
        'x-forwarded-proto',
        'x-forwarded-host',
        'x-request-id',
      ])
        expect(count(once)).toBe(1);
      expect(got).toContainEqual(['x-forwarded-for', '192.0.2.1']);
      for (const never of [
        'connection',
        'keep-alive',
        'te',
        'trailer',
        'upgrade',
        'transfer-encoding',
        'expect',
        'forwarded',
        'x-pltf-instance',
        'proxy-connection',
      ])
        expect(count(never)).toBe(0);
      const disguised = got.filter(([header]) => /^x[-_](?:forwarded|real)[-_]/.test(header));
      expect(disguised.map(([header]) => header).sort()).toEqual([
        'x-forwarded-for',
        'x-forwarded-host',
        'x-forwarded-proto',
      ]);
    }),
  );
});

test('headers that mean nothing to a proxy pass unchanged and in their order', () => {
  const plain = name.filter(
    (header) =>
      !/^(?:host|connection|te|trailer|upgrade|expect|forwarded|keep-alive|content-length|transfer-encoding)$/i.test(
        header,
      ) && !/^(?:x[-_]|proxy)/i.test(header),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(plain, value), { maxLength: 20 }), (sent) => {
      const got = lines(read(['Host', 'app.test', ...sent.flat()]));

      const passed = got.slice(1, 1 + sent.length);
      expect(passed).toEqual(sent.map(([header, text]) => [header.toLowerCase(), text]));
    }),
  );
});

test('a trusted peer adds to the chain of addresses', () => {
  const head = read(['Host', 'a', 'X-Forwarded-For', '1.1.1.1', 'x-forwarded-for', '2.2.2.2'], {
    peerTrusted: true,
  });

  expect(lines(head)).toContainEqual(['x-forwarded-for', '1.1.1.1, 2.2.2.2, 192.0.2.1']);
});

test('a body has exactly one framing', () => {
  expect(lines(read(['Host', 'a', 'Content-Length', '7']))).toContainEqual(['content-length', '7']);
  expect(lines(read(['Host', 'a', 'Transfer-Encoding', 'Chunked']))).toContainEqual([
    'transfer-encoding',
    'chunked',
  ]);
  expect(() =>
    read(['Host', 'a', 'Transfer-Encoding', 'chunked', 'Content-Length', '7']),
  ).toThrow();
  expect(() => read(['Host', 'a', 'Transfer-Encoding', 'gzip, chunked'])).toThrow();
  expect(() =>
    read(['Host', 'a', 'Transfer-Encoding', 'chunked', 'transfer-encoding', 'x']),
  ).toThrow();
});
