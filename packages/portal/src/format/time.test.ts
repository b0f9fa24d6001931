import { describe, expect, it } from 'vitest';
import { ago, between, clockWithMillis, date, dayOf, span, until } from './time.ts';

const now = new Date(2026, 10, 21, 14, 3, 22, 117).getTime();
const before = (ms: number): string => new Date(now - ms).toISOString();

describe('span', () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [340.4, '340 ms'],
    [1200, '1.2 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 00 s'],
    [123_000, '2 min 03 s'],
    [3_599_600, '1 h 00 min'],
    [3_900_000, '1 h 05 min'],
    [86_400_000 * 3 + 3_600_000 * 5, '3 d 5 h'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });
});

describe('ago and until', () => {
  it.each([
    [1000, 'just now'],
    [-3000, 'just now'],
    [42_000, '42 s ago'],
    [180_000, '3 min ago'],
    [5 * 3_600_000, '5 h ago'],
    [6 * 86_400_000, '6 d ago'],
  ])('says what happened %d ms ago as %s', (ms, text) => {
    expect(ago(before(ms), now)).toBe(text);
  });

  it('names the date of what is older than a month, with the year when it is another', () => {
    expect(ago(new Date(2026, 8, 2).toISOString(), now)).toBe('2 Sep');
    expect(ago(new Date(2025, 8, 2).toISOString(), now)).toBe('2 Sep 2025');
  });

  it('counts down to what is to come', () => {
    expect(until(before(-30_000), now)).toBe('in 30 s');
    expect(until(before(-7 * 86_400_000), now)).toBe('in 7 d');
    expect(until(before(1), now)).toBe('now');
    expect(ago(before(-7_200_000), now)).toBe('in 2 h');
  });
});

describe('days', () => {
  it('calls days by what they are to the reader', () => {
    expect(dayOf(before(60_000), now)).toBe('Today');
    expect(dayOf(before(15 * 3_600_000), now)).toBe('Yesterday');
    expect(dayOf(new Date(2026, 10, 17, 23).toISOString(), now)).toBe('17 Nov');
    expect(date(new Date(2026, 0, 1).toISOString(), now)).toBe('1 Jan');
  });
});

describe('clock and between', () => {
  it('shows the reader their own zone with leading zeros', () => {
    expect(clockWithMillis(new Date(2026, 0, 1, 4, 5, 6, 7).toISOString())).toBe('04:05:06.007');
  });

  it('measures until now while the end is open and never below zero', () => {
    expect(between(before(1500), undefined, now)).toBe(1500);
    expect(between(before(1500), before(500), now)).toBe(1000);
    expect(between(before(-1500), undefined, now)).toBe(0);
  });
});
