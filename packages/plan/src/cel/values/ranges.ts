import { fail } from '../evaluation/frame.ts';
import { CelDuration, CelTimestamp, CelUint } from './cel-value.ts';

const firstSecond = -62_135_596_800n;
const lastSecond = 253_402_300_799n;
export const nanosASecond = 1_000_000_000n;

/** An int, failing when it does not fit into 64 bits. */
export function intOf(value: bigint): bigint {
  return BigInt.asIntN(64, value) === value ? value : fail('int overflow');
}

export function uintOf(value: bigint): CelUint {
  return BigInt.asUintN(64, value) === value ? new CelUint(value) : fail('uint overflow');
}

/** A duration of nanoseconds, which fit into 64 bits: some 292 years. */
export function duration(nanos: bigint): CelDuration {
  return BigInt.asIntN(64, nanos) === nanos
    ? new CelDuration(nanos)
    : fail('the duration is out of range');
}

/** A moment in the years 1 to 9999. */
export function timestamp(nanos: bigint): CelTimestamp {
  if (nanos < firstSecond * nanosASecond || nanos >= (lastSecond + 1n) * nanosASecond)
    fail('the timestamp is out of range');
  return new CelTimestamp(nanos);
}
