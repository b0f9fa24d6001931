import { describe, expect, it } from 'vitest';
import { expiresAtOf, fieldDay, leftOf, longestMs } from './expiry.ts';

const dayMs = 86_400_000;
const now = new Date(2026, 10, 21, 15, 0).getTime();
const rules = {
  environments: [
    { name: 'staging', longestException: '180d' },
    { name: 'prod', longestException: '90d' },
    { name: 'preview' },
  ],
  exceptions: { longest: '120d', approvers: [] },
} as unknown as Parameters<typeof longestMs>[0];

describe('the time of an exception', () => {
  it('is at most what its environment allows, and the shortest of all where it names none', () => {
    expect(longestMs(rules, 'prod')).toBe(90 * dayMs);
    expect(longestMs(rules, 'staging')).toBe(120 * dayMs);
    expect(longestMs(rules, 'preview')).toBe(120 * dayMs);
    expect(longestMs(rules, undefined)).toBe(90 * dayMs);
  });

  it('ends with the chosen day, and on the last day just before what is allowed', () => {
    expect(new Date(expiresAtOf('2026-11-30', now, 90 * dayMs) ?? '').getTime()).toBe(
      new Date(2026, 10, 30, 23, 59, 59).getTime(),
    );
    const last = Date.parse(expiresAtOf(fieldDay(now + 90 * dayMs), now, 90 * dayMs) ?? '');
    expect(last).toBeLessThan(now + 90 * dayMs);
    expect(last).toBeGreaterThan(now + 90 * dayMs - 120_000);
    expect(expiresAtOf('', now, dayMs)).toBeUndefined();
  });

  it('is warned of from 14 days before the end on', () => {
    const at = (days: number) =>
      leftOf(
        {
          requestedAt: new Date(now - 30 * dayMs).toISOString(),
          startsAt: new Date(now - 20 * dayMs).toISOString(),
          expiresAt: new Date(now + days * dayMs).toISOString(),
        },
        now,
      );
    expect(at(20)).toEqual({ share: 0.5, tone: 'quiet', over: false });
    expect(at(14).tone).toBe('warn');
    expect(at(1).tone).toBe('bad');
    expect(at(-1)).toMatchObject({ share: 0, over: true });
  });
});
