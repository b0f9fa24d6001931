import { PlatformFile } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Breaking, PolicyException } from './exception.ts';
import {
  type Accountability,
  coversOf,
  dueSteps,
  exemptsDigest,
  longestExceptionMs,
  noticeDays,
  reapprovalMs,
  refusal,
  refuseBadExpiry,
} from './exception-rules.ts';

const dayMs = 86_400_000;
const start = new Date('2026-03-01T12:00:00Z');
const after = (days: number): Date => new Date(start.getTime() + days * dayMs);
const all: Accountability = {
  owner: { disabled: false, inTeam: true },
  approver: { disabled: false, entitled: true },
};

const exception = (parts: Partial<PolicyException> = {}): PolicyException => ({
  id: 'exc_1',
  guardrail: 'regions',
  component: 'shop',
  environment: 'prod',
  state: 'approved',
  owner: 'olga',
  team: 'team-a',
  requester: 'rita',
  approver: 'ada',
  reason: 'the provider has no place there yet',
  compensatingControl: 'reviewed every week',
  ticket: undefined,
  decisionReason: undefined,
  requestedAt: start,
  startsAt: start,
  expiresAt: after(60),
  endedAt: undefined,
  endedBy: undefined,
  endedReason: undefined,
  covers: {},
  notices: [],
  flag: undefined,
  ...parts,
});

describe('how long an exception may last', () => {
  const platform = PlatformFile.parse({
    exceptions: { longest: '100d' },
    environments: [
      { name: 'preview', kind: 'preview' },
      { name: 'staging' },
      { name: 'prod', longestException: '30d' },
    ],
  });

  test("is the platform's, unless an environment in its scope says less", () => {
    expect(longestExceptionMs(platform, 'staging')).toBe(100 * dayMs);
    expect(longestExceptionMs(platform, 'prod')).toBe(30 * dayMs);
    expect(longestExceptionMs(platform, undefined)).toBe(30 * dayMs);
  });

  test('has an end that is in the future and near enough, and no other', () => {
    const refuse = (expiresAt: Date) => () => refuseBadExpiry(platform, 'prod', expiresAt, start);

    expect(refuse(after(30))).not.toThrow();
    expect(refuse(after(30.001))).toThrow('at most 30 days');
    expect(refuse(after(0))).toThrow('ends in the future');
    expect(refuse(after(-1))).toThrow('ends in the future');
    expect(refuse(new Date('never'))).toThrow('ends in the future');
  });
});

describe('what time does to an exception', () => {
  /** Plays the reconciler over these moments; answers with what it would have done. */
  function play(from: PolicyException, moments: readonly Date[], people = all): readonly string[] {
    let now = from;
    const done: string[] = [];
    for (const moment of moments) {
      for (const step of dueSteps(now, people, moment).steps) {
        done.push(step.kind === 'warn' ? `warn ${step.days}` : step.kind);
        if (step.kind === 'warn') now = { ...now, notices: [...now.notices, ...step.passed] };
        if (step.kind === 'expire') now = { ...now, state: 'expired' };
        if (step.kind === 'lapse') now = { ...now, state: 'revoked' };
        if (step.kind === 'flag') now = { ...now, flag: step.flag };
        if (step.kind === 'unflag') now = { ...now, flag: undefined };
      }
    }
    return done;
  }

  test('its owner is warned 14, 7 and 1 days before the end, once each, and then it ends', () => {
    const moments = Array.from({ length: 62 * 4 }, (_, quarter) => after(quarter / 4));

    expect(play(exception(), moments)).toEqual(['warn 14', 'warn 7', 'warn 1', 'expire']);
  });

  test('a clock that jumps over warnings gives only the most urgent one', () => {
    expect(play(exception(), [after(1), after(58), after(58.5), after(59.5)])).toEqual([
      'warn 7',
      'warn 1',
    ]);
  });

  test('a clock that jumps over the end ends it and warns of nothing', () => {
    expect(play(exception(), [after(1), after(400), after(401)])).toEqual(['expire']);
  });

  test('a clock that jumps back neither warns again nor brings it back', () => {
    expect(play(exception(), [after(47), after(54), after(47), after(61), after(40)])).toEqual([
      'warn 14',
      'warn 7',
      'expire',
    ]);
  });

  test('a short one is not warned of moments before its beginning', () => {
    expect(play(exception({ expiresAt: after(5) }), [after(0), after(3), after(4.5)])).toEqual([
      'warn 1',
    ]);
    expect(play(exception({ expiresAt: after(0.5) }), [after(0), after(0.4)])).toEqual([]);
  });

  test('its last instant counts as within it', () => {
    expect(dueSteps(exception(), all, after(60)).steps).not.toContainEqual({ kind: 'expire' });
    expect(dueSteps(exception(), all, new Date(after(60).getTime() + 1)).steps).toEqual([
      { kind: 'expire' },
    ]);
  });

  test('one that nobody decides ends too', () => {
    const pending = exception({ state: 'pending', startsAt: undefined, approver: undefined });

    expect(play(pending, [after(50), after(59.5), after(61)])).toEqual(['expire']);
  });

  test('one that has ended is left alone for ever', () => {
    for (const state of ['rejected', 'revoked', 'withdrawn', 'expired'] as const)
      expect(dueSteps(exception({ state }), all, after(100))).toEqual({
        steps: [],
        again: undefined,
      });
  });

  test('whenever it looks, it looks again in the future and not later than the next thing that is due', () => {
    const moment = fc.double({ min: 0, max: 70, noNaN: true }).map(after);
    const length = fc.integer({ min: 1, max: 200 });

    fc.assert(
      fc.property(moment, length, fc.subarray([...noticeDays]), (now, days, notices) => {
        const given = exception({ expiresAt: after(days), notices });
        const { steps, again } = dueSteps(given, all, now);

        const isOver = steps.some(({ kind }) => kind === 'expire');
        expect(again === undefined).toBe(isOver);
        if (isOver) return;
        expect(again?.getTime()).toBeGreaterThan(now.getTime());
        expect(again?.getTime()).toBeLessThanOrEqual(given.expiresAt.getTime() + 1);
      }),
    );
  });
});

describe('when nobody answers for an exception any more', () => {
  test.each<[string, Accountability]>([
    ['its owner olga is gone', { ...all, owner: undefined }],
    ['its owner olga is gone', { ...all, owner: { disabled: true, inTeam: true } }],
    [
      'its owner olga has left the team team-a',
      { ...all, owner: { disabled: false, inTeam: false } },
    ],
    ['its approver ada is gone', { ...all, approver: undefined }],
    ['its approver ada is gone', { ...all, approver: { disabled: true, entitled: true } }],
    [
      'its approver ada may not approve any more',
      { ...all, approver: { disabled: false, entitled: false } },
    ],
  ])('because %s, it is flagged and ends a week later', (reason, people) => {
    const first = dueSteps(exception(), people, after(1));
    const endsAt = new Date(after(1).getTime() + reapprovalMs);
    expect(first.steps).toEqual([{ kind: 'flag', flag: { reason, since: after(1), endsAt } }]);
    expect(first.again).toEqual(endsAt);

    const flagged = exception({ flag: { reason, since: after(1), endsAt } });
    expect(dueSteps(flagged, people, after(5)).steps).toEqual([]);
    expect(dueSteps(flagged, people, after(8)).steps).toEqual([{ kind: 'lapse', reason }]);
  });

  test('somebody who comes back in time takes the flag down', () => {
    const flag = { reason: 'gone', since: after(1), endsAt: after(8) };

    expect(dueSteps(exception({ flag }), all, after(2)).steps).toEqual([{ kind: 'unflag' }]);
    expect(dueSteps(exception({ flag }), all, after(9)).steps).toEqual([{ kind: 'unflag' }]);
  });

  test('it never lasts longer than it would have without the flag', () => {
    const late = dueSteps(
      exception({ notices: [14, 7, 1] }),
      { ...all, owner: undefined },
      after(59.5),
    );

    expect(late.steps).toMatchObject([{ kind: 'flag', flag: { endsAt: after(60) } }]);
  });
});

describe('who may do what to an exception', () => {
  const codeOf = (of: PolicyException, act: Parameters<typeof refusal>[1], actor: string) =>
    refusal(of, act, actor, after(1))?.code;
  const pending = exception({ state: 'pending', startsAt: undefined, approver: undefined });

  test('whoever asked for it does not approve it, neither at first nor anew', () => {
    expect(codeOf(pending, 'approve', 'rita')).toBe('forbidden');
    expect(codeOf(pending, 'approve', 'ada')).toBeUndefined();
    const flag = { reason: 'gone', since: start, endsAt: after(7) };
    expect(codeOf(exception({ flag }), 'approve', 'rita')).toBe('forbidden');
    expect(codeOf(exception({ flag }), 'approve', 'eve')).toBeUndefined();
  });

  test('what is approved is approved anew only when it is flagged', () => {
    expect(codeOf(exception(), 'approve', 'eve')).toBe('exception-closed');
  });

  test('only whoever asked for it withdraws it, and only until it is decided', () => {
    expect(codeOf(pending, 'withdraw', 'rita')).toBeUndefined();
    expect(codeOf(pending, 'withdraw', 'ada')).toBe('forbidden');
    expect(codeOf(exception(), 'withdraw', 'rita')).toBe('exception-closed');
  });

  test('what has ended is not decided again', () => {
    for (const state of ['rejected', 'revoked', 'withdrawn', 'expired'] as const)
      for (const act of ['approve', 'reject', 'revoke', 'withdraw'] as const)
        expect(codeOf(exception({ state }), act, 'ada')).toBe('exception-closed');
  });

  test('what is over by the clock is not approved, even before the platform has noticed', () => {
    expect(refusal({ ...pending, expiresAt: start }, 'approve', 'ada', after(1))?.code).toBe(
      'exception-closed',
    );
  });
});

describe('what an approval is bound to', () => {
  const breaking = (placement: string, digest: string, found: Breaking['found']): Breaking => ({
    ...{ placement, digest, found },
    environment: 'prod',
    message: 'not allowed',
    where: undefined,
  });

  test('is the change that was refused, where it differs from what runs', () => {
    const runs = breaking('shop.prod', 'one', 'placed');
    const wished = breaking('shop.prod', 'two', 'refused');

    expect(coversOf([runs, wished])).toEqual({ 'shop.prod': 'two' });
    expect(coversOf([wished, runs])).toEqual({ 'shop.prod': 'two' });
  });

  test('has a name that changes with every value and not with their order', () => {
    const one = breaking('shop.prod', 'one', 'placed');
    const two = breaking('shop.staging', 'two', 'refused');

    expect(exemptsDigest([one, two])).toBe(exemptsDigest([two, one]));
    expect(exemptsDigest([one])).not.toBe(exemptsDigest([one, two]));
    expect(exemptsDigest([one])).not.toBe(exemptsDigest([{ ...one, digest: 'other' }]));
  });
});
