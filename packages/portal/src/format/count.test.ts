import { expect, it } from 'vitest';
import { bytes, compact, latency, plural, shortCommit } from './count.ts';

it('keeps small numbers exact and shortens large ones', () => {
  expect([0, 9_999, 12_345, 123_456, 4_100_000].map(compact)).toEqual([
    '0',
    '9,999',
    '12.3k',
    '123k',
    '4.1M',
  ]);
});

it('agrees in number', () => {
  expect(plural(1, 'instance')).toBe('1 instance');
  expect(plural(2, 'instance')).toBe('2 instances');
  expect(plural(0, 'branch', 'branches')).toBe('0 branches');
});

it('writes sizes, latencies and commits as people read them', () => {
  expect([412, 3_400, 2_000_000].map(bytes)).toEqual(['412 B', '3.4 kB', '2.0 MB']);
  expect([0.84, 38.2, 1204].map(latency)).toEqual(['0.8 ms', '38 ms', '1.20 s']);
  expect(shortCommit('0123456789abcdef0123456789abcdef01234567')).toBe('0123456');
});
