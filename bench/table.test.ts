import { expect, it } from 'vitest';
import { judge } from './figure.ts';
import { tableOf } from './table.ts';

it('shows each figure with what it is compared with, its bar and whether it was reached', () => {
  const figures = [
    judge({
      name: 'push',
      unit: 'ms',
      samples: [900, 1000, 1234.5],
      comparedWith: { name: 'floor', samples: [250] },
      bar: { kind: 'ratio-at-most', value: 5 },
    }),
    judge({
      name: 'memory',
      unit: 'MB',
      samples: [351.4],
      bar: { kind: 'at-most', value: 350 },
    }),
  ];

  const lines = tableOf(figures).split('\n');

  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    ['figure', 'median', 'min–max', 'compared with', 'ratio', 'bar', 'reached'],
    expect.any(Array),
    ['push', '1000 ms', '900–1235 ms', 'floor: 250 ms', '4.00', 'ratio ≤ 5', 'yes'],
    ['memory', '351 MB', '–', '–', '–', '≤ 350 MB', 'NO'],
  ]);
});
