import { describe, expect, it } from 'vitest';
import { columnsOf } from './effect.ts';

const day = (date: string, warn = 0) => ({
  day: date,
  looked: 10,
  warn,
  deny: 1,
  excepted: 0,
  error: 0,
});

describe('the effect of a guardrail over time', () => {
  it('leaves a day without a look empty instead of drawing its neighbours together', () => {
    const { columns, days, most } = columnsOf([
      day('2026-11-01', 4),
      day('2026-11-02'),
      day('2026-11-05', 2),
    ]);
    expect(columns.map(({ at }) => at)).toEqual([0, 1, 4]);
    expect([days, most]).toEqual([5, 5]);
  });

  it('keeps to the last 90 days, and bears none', () => {
    const long = Array.from({ length: 400 }, (_, at) =>
      day(new Date(Date.UTC(2026, 0, 1) + at * 86_400_000).toISOString().slice(0, 10)),
    );
    expect(columnsOf(long).columns).toHaveLength(90);
    expect(columnsOf([])).toEqual({ columns: [], days: 0, most: 0 });
  });
});
