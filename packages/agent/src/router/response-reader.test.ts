import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createResponseRules } from './header-rules.ts';
import { createResponseHeadParser, type ResponseHead } from './response-head.ts';
import { ResponseReader } from './response-reader.ts';

const parse = createResponseHeadParser(createResponseRules());

/** Everything that a reader tells, as one text: independent of how the bytes were cut. */
function readIn(pieces: readonly Buffer[], headOnly = false) {
  const reader = new ResponseReader(parse);
  const told = {
    status: 0,
    headers: [] as string[],
    body: '',
    interim: 0,
    ended: false,
    valid: true,
  };
  const begun = (head: ResponseHead): void => {
    told.status = head.status;
    told.headers = head.headers;
  };
  reader.expect(
    {
      onInterim: () => {
        told.interim += 1;
      },
      onWhole: (head, body) => {
        begun(head);
        told.body = body;
        told.ended = true;
      },
      onHead: begun,
      onBody: (bytes) => {
        told.body += bytes.toString('latin1');
      },
      onEnd: () => {
        told.ended = true;
      },
      onSwitch: begun,
    },
    headOnly,
  );
  for (const piece of pieces) if (told.valid) told.valid = reader.feed(piece, piece.length);
  return { told, reader };
}

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  at.sort((one, other) => one - other);
  return at
    .slice(1)
    .map((end, index) => bytes.subarray(at[index], end))
    .filter(({ length }) => length > 0);
}

const content = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const places = fc.array(fc.nat(2_000), { maxLength: 12 });

function chunked(parts: readonly Buffer[]): Buffer {
  const chunks = parts
    .filter(({ length }) => length > 0)
    .flatMap((part) => [
      Buffer.from(`${part.length.toString(16)};x=1\r\n`),
      part,
      Buffer.from('\r\n'),
    ]);
  return Buffer.concat([...chunks, Buffer.from('0\r\nX-Trailer: 1\r\n\r\n')]);
}

test('an answer of known length reads the same however it is cut', () => {
  fc.assert(
    fc.property(content, places, fc.boolean(), (body, at, interim) => {
      const hint = interim ? 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n' : '';
      const head = `${hint}HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: ${body.length}\r\n\r\n`;
      const { told, reader } = readIn(cut(Buffer.concat([Buffer.from(head), body]), at));

      expect(told).toEqual({
        status: 200,
        headers: ['X-A', '1', 'Content-Length', String(body.length)],
        body: body.toString('latin1'),
        interim: interim ? 1 : 0,
        ended: true,
        valid: true,
      });
      expect(reader.reusable).toBe(true);
    }),
  );
});

test('an answer in chunks reads the same however it is cut', () => {
  fc.assert(
    fc.property(fc.array(content, { maxLength: 5 }), places, (parts, at) => {
      const head = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const { told, reader } = readIn(cut(Buffer.concat([head, chunked(parts)]), at));

      expect(told).toMatchObject({ ended: true, valid: true });
      expect(told.body).toBe(Buffer.concat(parts).toString('latin1'));
      expect(reader.reusable).toBe(true);
    }),
  );
});

test('an answer without length ends with the connection, and only then', () => {
  fc.assert(
    fc.property(content, places, (body, at) => {
      const head = Buffer.from('HTTP/1.1 200 OK\r\n\r\n');
      const { told, reader } = readIn(cut(Buffer.concat([head, body]), at));

      const before = told.ended;
      expect(reader.end()).toBe(true);
      expect([before, told.ended]).toEqual([false, true]);
      expect(told.body).toBe(body.toString('latin1'));
      expect(reader.reusable).toBe(false);
    }),
  );
});

test('whatever bytes come, the reader neither throws nor tells more than one end', () => {
  const line = fc.constantFrom(
    'HTTP/1.1 200 OK',
    'HTTP/1.0 200',
    'HTTP/1.1 100 Continue',
    'HTTP/1.1 204 No',
    'X: y',
    '',
    ' fold',
    'Content-Length: 5',
    'Content-Length: -1',
    'Transfer-Encoding: chunked',
    '5',
    'hello',
    '0',
    'ffffffffff',
  );
  const bytes = fc.oneof(
    fc.array(line, { maxLength: 12 }).map((lines) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)),
    fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array)),
  );
  fc.assert(
    fc.property(bytes, places, fc.boolean(), (text, at, headOnly) => {
      const whole = readIn([text], headOnly);
      const pieces = readIn(cut(text, at), headOnly);

      expect(pieces.told.status).toBe(whole.told.status);
      // Cut or not, what counts as the answer is the same; bytes after it may only be seen in the pieces.
      expect(pieces.told.body).toBe(whole.told.body);
      expect(pieces.told.ended).toBe(whole.told.ended);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['5\r\nhello', 'more'],
  ['5\r\nhellox\r\n', 'invalid'],
  ['5\nhello\r\n', 'invalid'],
  ['\r\n', 'invalid'],
  ['-5\r\n', 'invalid'],
  ['0x5\r\n', 'invalid'],
  ['123456789\r\n', 'invalid'],
  [`5;${'x'.repeat(5_000)}\r\n`, 'invalid'],
  [`0\r\n${'X-Trailer: 1\r\n'.repeat(2_000)}\r\n`, 'invalid'],
])('chunks like %j are taken as %s', (text, expected) => {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

  const { told } = readIn([Buffer.from(head + text)]);

  expect(told.valid).toBe(expected === 'more');
  expect(told.ended).toBe(false);
});

test.each([
  ['HTTP/1.1', undefined, true],
  ['HTTP/1.0', undefined, false],
  ['HTTP/1.0', 'Keep-Alive', true],
  ['HTTP/1.1', 'close', false],
  ['HTTP/1.1', 'Close, x', false],
  ['HTTP/1.1', 'keep-alive', true],
])('%s with Connection %s may be used again: %s', (version, connection, expected) => {
  const line = connection === undefined ? '' : `Connection: ${connection}\r\n`;

  expect(parse(`${version} 200 OK\r\n${line}Content-Length: 0`)?.keepAlive).toBe(expected);
});

test('what an application says about its idle connections is understood', () => {
  const hint = (text: string) => parse(`HTTP/1.1 200 OK\r\nKeep-Alive: ${text}`)?.keepAliveMs;

  expect(hint('timeout=5, max=100')).toBe(5_000);
  expect(hint('max=100,timeout=1')).toBe(1_000);
  expect(hint('max=3')).toBeUndefined();
});

test('a head full of spaces takes no time', () => {
  const begun = performance.now();

  expect(parse(`HTTP/1.1 200 OK\r\nX:${' '.repeat(60_000)}\x01`)).toBeUndefined();
  expect(
    parse(
      `HTTP/1.1 200 OK\r\nConnection: ${' ,'.repeat(30_000)}\r\nKeep-Alive: ${' timeout='.repeat(6_000)}`,
    ),
  ).toBeDefined();

  expect(performance.now() - begun).toBeLessThan(200);
});
