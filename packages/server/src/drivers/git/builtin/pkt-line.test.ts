import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClosingFlush, flushPacket, packet, progressPacket } from './pkt-line.ts';

/** Any way to cut the bytes into chunks. */
const cuts = (bytes: Buffer) =>
  fc.array(fc.nat(bytes.length), { maxLength: 12 }).map((places) => {
    const sorted = [0, ...places.toSorted((a, b) => a - b), bytes.length];
    return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
  });

const band = (number: number, text: string): Buffer =>
  packet(Buffer.concat([Buffer.from([number]), Buffer.from(text)]));

const sideBand = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.constantFrom(1, 2), fc.string({ maxLength: 40 }))
        .map(([number, text]) => band(number, text)),
      fc.constant(flushPacket),
    ),
    { maxLength: 8 },
  )
  .map((packets) => Buffer.concat([...packets, flushPacket]));

const plainReport = fc
  .array(
    fc.string({ minLength: 1, maxLength: 30 }).map((text) => packet(Buffer.from(`ok ${text}\n`))),
    { minLength: 1, maxLength: 5 },
  )
  .map((packets) => Buffer.concat([packet(Buffer.from('unpack ok\n')), ...packets, flushPacket]));

const anything = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

function through(chunks: readonly Buffer[]): {
  readonly before: Buffer;
  readonly open: boolean;
  readonly end: Buffer;
} {
  const closing = new ClosingFlush();
  const before = Buffer.concat(chunks.map((chunk) => closing.push(chunk)));
  const { open } = closing;
  return { before, open, end: closing.end() };
}

describe('the closing flush', () => {
  test('any stream in any chunks comes out as the same bytes', () => {
    const stream = fc.oneof(
      sideBand,
      plainReport,
      anything,
      fc.tuple(sideBand, anything).map((parts) => Buffer.concat(parts)),
    );
    fc.assert(
      fc.property(
        stream.chain((bytes) => fc.tuple(fc.constant(bytes), cuts(bytes))),
        ([bytes, chunks]) => {
          const { before, end } = through(chunks);

          expect(Buffer.concat([before, end])).toEqual(bytes);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('of a side-band answer is held back, however it is cut', () => {
    const answer = fc
      .tuple(fc.constantFrom(1, 2), fc.string(), sideBand)
      .map(([number, text, rest]) => Buffer.concat([band(number, text), rest]));
    fc.assert(
      fc.property(
        answer.chain((bytes) => fc.tuple(fc.constant(bytes), cuts(bytes))),
        ([bytes, chunks]) => {
          const { before, open, end } = through(chunks);

          expect(open).toBe(true);
          expect(end).toEqual(flushPacket);
          expect(before).toEqual(bytes.subarray(0, -4));
        },
      ),
    );
  });

  test('of any other answer lets nothing be added', () => {
    fc.assert(
      fc.property(plainReport.chain(cuts), (chunks) => {
        expect(through(chunks).open).toBe(false);
      }),
    );
  });

  test('what is no length is passed on, though a lenient reader would take it for one', () => {
    for (const odd of ['0x1f', ' 000', '-001', '00 0', '+00f', 'zzzz', '0001', '0003', '0004']) {
      const bytes = Buffer.concat([Buffer.from(odd), Buffer.alloc(40, 1)]);

      expect(through([bytes])).toEqual({ before: bytes, open: false, end: Buffer.alloc(0) });
    }
  });

  test('an answer that ends in the middle of a packet is passed on as far as it came', () => {
    const bytes = Buffer.concat([band(1, 'whole'), band(1, 'half').subarray(0, 7)]);

    const { before, open, end } = through([bytes]);

    expect(open).toBe(false);
    expect(Buffer.concat([before, end])).toEqual(bytes);
  });

  test('an error of the other side is passed on, and nothing after it', () => {
    const bytes = Buffer.concat([band(1, 'a'), band(3, 'fatal'), flushPacket]);

    expect(through([bytes])).toEqual({ before: bytes, open: false, end: Buffer.alloc(0) });
  });
});

describe('a line of progress', () => {
  test('is one packet of side band 2 with one line, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (line) => {
        const bytes = progressPacket(line);

        expect(Number.parseInt(bytes.toString('latin1', 0, 4), 16)).toBe(bytes.length);
        expect(bytes.length).toBeLessThanOrEqual(65_520);
        expect(bytes[4]).toBe(2);
        const text = bytes.subarray(5).toString('utf8');
        expect(text.endsWith('\n')).toBe(true);
        expect(text.slice(0, -1)).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
      }),
    );
  });

  test('keeps letters of all alphabets', () => {
    expect(progressPacket('✓ größer\t→').subarray(5).toString('utf8')).toBe('✓ größer\t→\n');
  });
});
