import { describe, expect, it } from 'vitest';
import { type Figure, judge, spreadOf } from './figure.ts';

const figure: Figure = {
  name: 'a figure',
  unit: 'ms',
  samples: [30, 10, 20],
  bar: { kind: 'at-most', value: 20 },
};
const floor = { name: 'the floor', samples: [4, 6, 5] };

describe('the spread of samples', () => {
  it('has the middle one, or the mean of the two middle ones, and both ends', () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, minimum: 1, maximum: 9 });
    expect(spreadOf([100, 9, 1, 5])).toEqual({ median: 7, minimum: 1, maximum: 100 });
    expect(spreadOf([3])).toEqual({ median: 3, minimum: 3, maximum: 3 });
  });

  it('does not sort numbers as words, nor the samples in their place', () => {
    const samples = [100, 20, 3];
    expect(spreadOf(samples).median).toBe(20);
    expect(samples).toEqual([100, 20, 3]);
  });

  it.each([[[]], [[1, Number.NaN]], [[Number.POSITIVE_INFINITY]]])(
    'is refused for %j',
    (samples) => {
      expect(() => spreadOf(samples)).toThrow('not measurements');
    },
  );
});

describe('the judgement of a figure', () => {
  it('compares the median with a bar of its own, which is reached when met exactly', () => {
    expect(judge(figure)).toMatchObject({ reached: true, spread: { median: 20 } });
    expect(judge({ ...figure, bar: { kind: 'at-most', value: 19.9 } }).reached).toBe(false);
    expect(judge({ ...figure, bar: { kind: 'at-least', value: 20 } }).reached).toBe(true);
    expect(judge({ ...figure, bar: { kind: 'at-least', value: 20.1 } }).reached).toBe(false);
    expect(judge(figure)).not.toHaveProperty('ratio');
  });

  it('compares the ratio of the medians where the bar is one', () => {
    const compared = { ...figure, comparedWith: floor };
    expect(judge({ ...compared, bar: { kind: 'ratio-at-most', value: 4 } })).toMatchObject({
      ratio: 4,
      reached: true,
    });
    expect(judge({ ...compared, bar: { kind: 'ratio-at-most', value: 3.9 } }).reached).toBe(false);
    expect(judge({ ...compared, bar: { kind: 'ratio-at-least', value: 4 } }).reached).toBe(true);
    expect(judge({ ...compared, bar: { kind: 'ratio-at-least', value: 4.1 } }).reached).toBe(false);
  });

  it('keeps to its own bar when the comparison is only shown', () => {
    const judged = judge({ ...figure, comparedWith: floor });
    expect(judged).toMatchObject({ ratio: 4, reached: true, comparedSpread: { median: 5 } });
  });

  it('refuses a ratio to nothing', () => {
    expect(() => judge({ ...figure, bar: { kind: 'ratio-at-most', value: 5 } })).toThrow(
      'a figure: a ratio needs',
    );
  });
});
