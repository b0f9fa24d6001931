import { fail } from '../evaluation/frame.ts';
import type { CelDuration, CelTimestamp } from './cel-value.ts';
import { duration, nanosASecond, timestamp } from './ranges.ts';

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const nanosOf: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: nanosASecond,
  m: 60n * nanosASecond,
  h: 3600n * nanosASecond,
};

function floorDivide(left: bigint, right: bigint): bigint {
  const quotient = left / right;
  return left % right < 0n ? quotient - 1n : quotient;
}

/** Whole seconds since 1970, rounded down. */
export function seconds(value: CelTimestamp): bigint {
  return floorDivide(value.nanos, nanosASecond);
}

/** Reads RFC 3339. */
export function parseTimestamp(text: string): CelTimestamp {
  const found = rfc3339.exec(text);
  if (found === null) fail(`'${text.slice(0, 60)}' is not a time like 2026-01-31T12:00:00Z`);
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute] =
    found;
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = parts;
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  date.setUTCHours(h, mi, s);
  const same = date.getUTCMonth() === mo - 1 && date.getUTCDate() === d;
  if (!same || h > 23 || mi > 59 || s > 59) fail(`there is no time '${text.slice(0, 60)}'`);
  const offset = (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)) * (sign === '-' ? -1 : 1);
  const nanos = BigInt(fraction.padEnd(9, '0') || '0');
  return timestamp((BigInt(date.getTime()) / 1000n - BigInt(offset * 60)) * nanosASecond + nanos);
}

/** RFC 3339 in UTC, with as many digits of the second as it needs. */
export function timestampText(value: CelTimestamp): string {
  const whole = seconds(value);
  const nanos = value.nanos - whole * nanosASecond;
  const text = new Date(Number(whole) * 1000).toISOString().slice(0, 19);
  return `${text}${fractionText(nanos)}Z`;
}

function fractionText(nanos: bigint): string {
  if (nanos === 0n) return '';
  return `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
}

/** Reads `1h30m`, `-1.5s`, `0`. */
export function parseDuration(text: string): CelDuration {
  const signed = /^[+-]/.test(text);
  const rest = signed ? text.slice(1) : text;
  if (rest === '0') return duration(0n);
  const whole = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
  if (text.length > 128 || !whole.test(rest))
    fail(`'${text.slice(0, 60)}' is not a duration like 1h30m`);
  let nanos = 0n;
  for (const part of rest.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const [, integer = '', fraction = '', unit = 's'] = part;
    const factor = nanosOf[unit] ?? 1n;
    nanos += BigInt(integer || '0') * factor;
    nanos += (BigInt(fraction || '0') * factor) / 10n ** BigInt(fraction.length);
  }
  return duration(text.startsWith('-') ? -nanos : nanos);
}

/** Seconds with `s`, like `5400s` or `-0.5s`. */
export function durationText(value: CelDuration): string {
  const nanos = value.nanos < 0n ? -value.nanos : value.nanos;
  const sign = value.nanos < 0n ? '-' : '';
  return `${sign}${nanos / nanosASecond}${fractionText(nanos % nanosASecond)}s`;
}
