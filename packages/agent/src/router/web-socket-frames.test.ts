import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frame, frames } from './testing/web-socket.ts';
import { closeFrame, FrameTracker } from './web-socket-frames.ts';

const sent = fc.array(
  fc.record({
    opcode: fc.constantFrom(0, 1, 2, 9, 10),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.uint8Array({ minLength: 120, maxLength: 400 }),
    ),
    masked: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

test('boundaries are found where frames end, however the bytes are cut', () => {
  fc.assert(
    fc.property(sent, fc.integer({ min: 1, max: 50 }), (all, step) => {
      const encoded = all.map(({ opcode, payload, masked }) =>
        frame(opcode, Buffer.from(payload), masked),
      );
      const bytes = Buffer.concat(encoded);
      const tracker = new FrameTracker();
      const found: number[] = [];
      for (let at = 0; at < bytes.length; ) {
        at += tracker.read(bytes.subarray(at, Math.min(bytes.length, at + step)), true);
        if (tracker.atBoundary) found.push(at);
      }

      let end = 0;
      expect(found).toEqual(encoded.map(({ length }) => (end += length)));
      expect(tracker.closeSeen).toBe(false);
    }),
  );
});

test('a frame with a length of eight bytes is followed too', () => {
  const head = Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 5]);
  const tracker = new FrameTracker();
  tracker.read(head, false);
  const piece = Buffer.alloc(1024 ** 2);

  for (let count = 0; count < 4_096; count++) tracker.read(piece, false);
  const before = tracker.atBoundary;
  tracker.read(Buffer.from('12345'), false);

  expect([before, tracker.atBoundary]).toEqual([false, true]);
});

test.each([true, false])('a Close frame is one frame with its code (masked: %s)', (masked) => {
  const tracker = new FrameTracker();
  const bytes = closeFrame(1012, masked);

  tracker.read(bytes, false);

  expect(tracker).toMatchObject({ atBoundary: true, closeSeen: true });
  expect(((bytes[1] as number) & 128) !== 0).toBe(masked);
  const [close] = frames(bytes).found;
  expect(close).toMatchObject({ opcode: 8 });
  expect(close?.payload.readUInt16BE()).toBe(1012);
});
