import type { LogLine } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from './ansi.ts';
import { append, asText, emptyBuffer, instancesOf, matching } from './log-lines.ts';

const line = (
  second: number,
  text: string,
  instance = 'a-1',
  stream: LogLine['stream'] = 'out',
) => ({
  at: new Date(Date.UTC(2026, 10, 21, 14, 0, second)).toISOString(),
  instance,
  stream,
  text,
});
const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

describe('appending', () => {
  it('sorts a late line of another instance in', () => {
    const first = append(emptyBuffer, [line(1, 'one'), line(3, 'three')], 100);

    const both = append(first, [line(2, 'two', 'b-1'), line(4, 'four')], 100);

    expect(texts(both.lines)).toEqual(['one', 'two', 'three', 'four']);
    expect(new Set(both.lines.map(({ id }) => id)).size).toBe(4);
  });

  it('leaves out what a reconnection sends again, and keeps the same buffer when nothing is new', () => {
    const first = append(emptyBuffer, [line(1, 'one'), line(2, 'two')], 100);
    const newest = line(2, '').at;

    expect(append(first, [line(1, 'one'), line(2, 'two')], 100, newest)).toBe(first);
    expect(texts(append(first, [line(2, 'two'), line(3, 'three')], 100, newest).lines)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  it('keeps honest repetitions', () => {
    const twice = append(emptyBuffer, [line(1, 'tick'), line(1, 'tick')], 100);

    expect(texts(twice.lines)).toEqual(['tick', 'tick']);
    expect(append(twice, [line(1, 'tick'), line(1, 'tick')], 100, line(1, '').at)).toBe(twice);
    const third = append(twice, [line(1, 'tick')], 100);
    expect(third.lines).toHaveLength(3);
  });

  it('drops the oldest beyond its limit and says how many', () => {
    const many = Array.from({ length: 50 }, (_, index) => line(index, `line ${index}`));

    const buffer = append(append(emptyBuffer, many.slice(0, 30), 20), many.slice(30), 20);

    expect(texts(buffer.lines)[0]).toBe('line 30');
    expect(buffer).toMatchObject({ dropped: 30, nextId: 50 });
  });

  it('ends in the same order however the lines were cut into batches', () => {
    const seconds = fc.array(fc.integer({ min: 0, max: 59 }), { maxLength: 40 });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 1, max: 10 }), (times, size) => {
        const all = times.map((second, index) => line(second, `${index}`));
        let buffer = emptyBuffer;
        for (let at = 0; at < all.length; at += size) {
          buffer = append(buffer, all.slice(at, at + size), 1000);
        }
        const instants = buffer.lines.map(({ at }) => at);
        expect(instants).toEqual(instants.toSorted());
        expect(texts(buffer.lines).toSorted()).toEqual(texts(all).toSorted());
      }),
    );
  });
});

describe('filtering', () => {
  const { lines } = append(
    emptyBuffer,
    [
      line(1, 'GET /users 200'),
      line(2, 'Refused: no Database', 'b-1', 'err'),
      line(3, 'GET /', 'b-1'),
    ],
    100,
  );
  const all = { text: '', instances: new Set<string>(), onlyErrors: false };

  it('gives the very same list when nothing is asked', () => {
    expect(matching(lines, all)).toBe(lines);
  });

  it('wants every word, in any case, in text or instance', () => {
    expect(texts(matching(lines, { ...all, text: 'get USERS' }))).toEqual(['GET /users 200']);
    expect(texts(matching(lines, { ...all, text: 'b-1 get' }))).toEqual(['GET /']);
  });

  it('narrows to instances and to what is not plain output', () => {
    expect(matching(lines, { ...all, instances: new Set(['a-1']) })).toHaveLength(1);
    expect(texts(matching(lines, { ...all, onlyErrors: true }))).toEqual(['Refused: no Database']);
    expect(instancesOf(lines)).toEqual(['a-1', 'b-1']);
  });
});

it('strips colours, titles and control characters, and keeps tabs and text', () => {
  expect(plainText('\u001b[1;31merror\u001b[0m\tin \u001b]0;title\u0007users\u0000\r')).toBe(
    'error\tin users',
  );
});

it('writes a download that can be searched by line', () => {
  expect(asText([line(1, 'one', 'a-1', 'err')])).toBe(
    '2026-11-21T14:00:01.000Z err      a-1 one\n',
  );
});
