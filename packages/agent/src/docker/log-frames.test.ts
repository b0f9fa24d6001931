import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameReader, type LogFrame, sinceOf } from './log-frames.ts';

const frame = (stream: number, message: string): Buffer => {
  const content = Buffer.from(message);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, content]);
};
const at = '2026-11-21T13:20:17.000000001Z';
const stream = Buffer.concat([
  frame(1, `${at} hello\n`),
  frame(2, `${at} oops: a b\r\n`),
  frame(1, `${at} the first half, `),
  frame(1, `${at} and the second\n`),
  frame(1, `${at} \n`),
]);
const frames: readonly LogFrame[] = [
  { stream: 'out', at, text: 'hello', partial: false },
  { stream: 'err', at, text: 'oops: a b', partial: false },
  { stream: 'out', at, text: 'the first half, ', partial: true },
  { stream: 'out', at, text: 'and the second', partial: false },
  { stream: 'out', at, text: '', partial: false },
];

test('messages are whole, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
      const places = [...new Set([0, ...cuts, stream.length])].sort((left, right) => left - right);
      const reader = createFrameReader();
      const read = places
        .slice(1)
        .flatMap((to, index) => reader.push(stream.subarray(places[index] ?? 0, to)));

      expect(read).toEqual(frames);
    }),
  );
});

test('what is no log is refused rather than kept in memory', () => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(0xffff_ffff, 4);

  expect(() => createFrameReader().push(head)).toThrow('cannot be read');
});

test('a time stamp keeps its nanoseconds', () => {
  expect(sinceOf('1970-01-01T00:01:40.5Z')).toBe('100.500000000');
  expect(sinceOf('1970-01-01T00:01:40.000000001Z')).toBe('100.000000001');
  expect(sinceOf('1970-01-01T00:01:40Z')).toBe('100.000000000');
});
