import { expect, test } from 'vitest';
import { dueTurn, scheduleIn } from './schedule-rules.ts';

const at = (text: string) => new Date(`2026-11-21T${text}Z`);

test('nothing is due before its time, and the next time is known', () => {
  const due = dueTurn('0 3 * * *', at('01:00:00'), at('02:59:59'));

  expect(due).toEqual({ turn: undefined, next: at('03:00:00') });
});

test('a turn is due from its time on, once', () => {
  const first = dueTurn('0 3 * * *', at('01:00:00'), at('03:00:00'));
  const after = dueTurn('0 3 * * *', at('03:00:00'), at('03:00:01'));

  expect(first.turn).toEqual(at('03:00:00'));
  expect(after.turn).toBeUndefined();
});

test('of several that were missed the last is due, and none that is older than five minutes', () => {
  expect(dueTurn('* * * * *', at('01:00:00'), at('03:02:30')).turn).toEqual(at('03:02:00'));
  expect(dueTurn('0 3 * * *', at('01:00:00'), at('03:06:00')).turn).toBeUndefined();
});

test('a release that arrives after the time does not make up for it', () => {
  expect(dueTurn('0 3 * * *', at('03:01:00'), at('03:02:00')).turn).toBeUndefined();
});

test('a job has its times where its thin file names the environment, and none in previews', () => {
  const spec = {
    environments: ['prod', 'staging'],
    schedule: '0 3 * * *',
    schedules: { staging: '0 4 * * *' },
  };

  expect(['prod', 'staging', 'preview'].map((name) => scheduleIn(spec, name))).toEqual([
    ...['0 3 * * *', '0 4 * * *'],
    undefined,
  ]);
});
