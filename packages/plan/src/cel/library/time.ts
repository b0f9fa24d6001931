import { charge, type Frame, fail } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import { type CelData, CelDuration, CelTimestamp } from '../values/cel-value.ts';
import { nanosASecond } from '../values/ranges.ts';
import { seconds } from '../values/times.ts';
import { needText, unsuitable } from './arguments.ts';

const zones = new Map<string, Intl.DateTimeFormat>();
/** Names differ in their case as well, and a format takes tens of kilobytes. */
const mostZones = 50;
/** Making the format of a zone takes some 50 µs. */
const zoneCost = 50;

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    });
    if (zones.size >= mostZones) zones.clear();
    zones.set(zone, format);
    return format;
  } catch {
    return fail(`there is no time zone '${zone.slice(0, 60)}'`);
  }
}

/** The wall clock of a zone (`Europe/Berlin`, `+02:00`, UTC when left out), as a date that is read in UTC. */
function wallClock(frame: Frame, time: CelTimestamp, zone: CelData | undefined): Date {
  const whole = Number(seconds(time)) * 1000;
  if (zone === undefined) return new Date(whole);
  const name = needText(zone, 'a time zone');
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(name);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(whole + minutes * 60_000 * (offset[1] === '-' ? -1 : 1));
  }
  if (name === '' || name === 'UTC') return new Date(whole);
  charge(frame, zoneCost);
  const parts = formatOf(name).formatToParts(new Date(whole));
  const part = (type: string): number => Number(parts.find((found) => found.type === type)?.value);
  const date = new Date(0);
  date.setUTCFullYear(part('year'), part('month') - 1, part('day'));
  date.setUTCHours(part('hour'), part('minute'), part('second'));
  return date;
}

function field(name: string, read: (date: Date) => number): Record<string, CelFunction> {
  const method: CelFunction = (frame, time = null, zone) => {
    if (!(time instanceof CelTimestamp)) return unsuitable(time, `${name}()`, 'timestamp');
    return BigInt(read(wallClock(frame, time, zone)));
  };
  return { [`${name}/0`]: method, [`${name}/1`]: method };
}

/** Fields that a duration has as well: its whole length in that unit. */
function either(
  name: string,
  read: (date: Date) => number,
  ofDuration: (nanos: bigint) => bigint,
): Record<string, CelFunction> {
  const methods = field(name, read);
  return {
    ...methods,
    [`${name}/0`]: (frame, value = null) =>
      value instanceof CelDuration
        ? ofDuration(value.nanos)
        : (methods[`${name}/1`]?.(frame, value) ?? null),
  };
}

function dayOfYear(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - start.getTime()) / 86_400_000);
}

function milliseconds(time: CelTimestamp): bigint {
  return (time.nanos - seconds(time) * nanosASecond) / 1_000_000n;
}

const getMilliseconds: CelFunction = (_frame, value = null) => {
  if (value instanceof CelDuration) return (value.nanos % nanosASecond) / 1_000_000n;
  if (value instanceof CelTimestamp) return milliseconds(value);
  return unsuitable(value, 'getMilliseconds()', 'timestamp or duration');
};

export const time: Library = {
  functions: {},
  methods: {
    ...field('getFullYear', (date) => date.getUTCFullYear()),
    ...field('getMonth', (date) => date.getUTCMonth()),
    ...field('getDate', (date) => date.getUTCDate()),
    ...field('getDayOfMonth', (date) => date.getUTCDate() - 1),
    ...field('getDayOfWeek', (date) => date.getUTCDay()),
    ...field('getDayOfYear', dayOfYear),
    ...either(
      'getHours',
      (date) => date.getUTCHours(),
      (nanos) => nanos / (3600n * nanosASecond),
    ),
    ...either(
      'getMinutes',
      (date) => date.getUTCMinutes(),
      (nanos) => nanos / (60n * nanosASecond),
    ),
    ...either(
      'getSeconds',
      (date) => date.getUTCSeconds(),
      (nanos) => nanos / nanosASecond,
    ),
    'getMilliseconds/0': getMilliseconds,
    'getMilliseconds/1': getMilliseconds,
  },
};
