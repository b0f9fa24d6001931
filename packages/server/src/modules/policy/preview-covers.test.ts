import { type ActiveException, PlatformFile } from '@pltf/contracts';
import { findException } from '@pltf/plan';
import { describe, expect, test } from 'vitest';
import { isCovered, withPreviews } from './preview-covers.ts';

const platform = PlatformFile.parse({});
const now = new Date('2026-03-01T12:00:00Z');
const exception = (covers: Record<string, string>, environment?: string): ActiveException => ({
  id: 'exc_1',
  guardrail: 'regions',
  scope: { component: 'shop', ...(environment === undefined ? {} : { environment }) },
  owner: 'olga',
  team: 'team-a',
  startsAt: '2026-02-01T00:00:00Z',
  expiresAt: '2026-04-01T00:00:00Z',
  covers,
});
const place = (placement: string) => ({
  placement,
  component: 'shop',
  environment: placement.split('.')[1] ?? '',
});
const isExcepted = (one: ActiveException, subject: string, digest: string): boolean => {
  const { component, environment } = place(subject);
  const known = withPreviews([one], [place(subject)], platform);
  const found = findException(
    known,
    { guardrail: 'regions', component, environment, subject, digest },
    now,
  );
  return found.inForce !== undefined;
};

describe('what was approved for one branch', () => {
  test('holds for the same values in the previews of others, and after the merge', () => {
    const one = exception({ 'shop-fix.preview': 'mars' });

    expect(isExcepted(one, 'shop-other.preview', 'mars')).toBe(true);
    expect(isExcepted(one, 'shop.preview', 'mars')).toBe(true);
    expect(isExcepted(exception({ 'shop.preview': 'mars' }), 'shop-fix.preview', 'mars')).toBe(
      true,
    );
  });

  test('holds for no other values, no other environment and no other component', () => {
    const one = exception({ 'shop-fix.preview': 'mars' });

    expect(isExcepted(one, 'shop-other.preview', 'venus')).toBe(false);
    expect(isExcepted(one, 'shop.prod', 'mars')).toBe(false);
    expect(isExcepted(exception({ 'shop.staging': 'mars' }), 'shop.prod', 'mars')).toBe(false);
    const foreign = { placement: 'pay.preview', component: 'pay', environment: 'preview' };
    expect(withPreviews([one], [foreign], platform)).toEqual([one]);
  });

  test('keeps to the environment of its scope', () => {
    const one = exception({ 'shop.preview': 'mars' }, 'prod');

    expect(isExcepted(one, 'shop-fix.preview', 'mars')).toBe(false);
  });

  test('is shown as covered by the same rule', () => {
    const covers = { 'shop.preview': 'mars', 'shop.staging': 'mars' };
    const at = (placement: string, digest = 'mars') =>
      isCovered(covers, { ...place(placement), digest }, platform);

    expect([at('shop-fix.preview'), at('shop.staging'), at('shop.prod')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(at('shop-fix.preview', 'venus')).toBe(false);
  });
});
