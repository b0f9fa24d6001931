import { describe, expect, test } from 'vitest';
import { createSteps } from './operation.ts';
import { receiptOfDeletion, receiptOfUndoing } from './receipts.ts';

const unproved = new Map([
  ['shop.preview', 'removed from the repository; nobody reports from there'],
]);
const steps = createSteps.map((step) => ({
  ...step,
  state: step.id === 'review-app' ? ('failed' as const) : ('undone' as const),
  ...(step.id === 'pipeline' ? { detail: '#1 passed' } : {}),
}));

describe('the receipt of a creation that was undone', () => {
  test('says that nothing is left where the runtime has said so', () => {
    const { receipt, summary } = receiptOfUndoing({ subject: 'shop', steps }, new Map());

    expect(receipt.map(({ outcome }) => outcome)).toEqual(Array(5).fill('undone'));
    expect(receipt.map(({ what }) => what)).toContain('Pipeline: #1 passed');
    expect(receipt.map(({ what }) => what)).toContain('Review app');
    expect(summary).toBe('shop was not created; nothing is left of it');
  });

  test('says what is known of a placement that nobody confirmed to be gone', () => {
    const { receipt, summary } = receiptOfUndoing({ subject: 'shop', steps }, unproved);

    expect(receipt.at(-1)).toEqual({
      what: 'placement shop.preview: removed from the repository; nobody reports from there',
      outcome: 'unknown',
    });
    expect(receipt.map(({ what }) => what)).not.toContain('Review app');
    expect(summary).toBe('shop was not created; nobody has said whether shop.preview is gone');
  });
});

test('the receipt of a deletion tells what is gone from what nobody can say', () => {
  const receipt = ['placement shop.preview', 'placement shop.prod', 'repository shop'].map(
    (what) => ({ what, outcome: 'made' as const }),
  );

  expect(receiptOfDeletion({ receipt }, unproved).map(({ outcome }) => outcome)).toEqual([
    ...['unknown', 'gone', 'gone'],
  ]);
});
