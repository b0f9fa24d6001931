import type { ExceptionView, PlatformFile } from '@pltf/contracts';
import { durationMs } from '../../../format/duration.ts';

const dayMs = 86_400_000;

type Rules = Pick<PlatformFile, 'environments' | 'exceptions'>;

/** The longest that an exception may last, in milliseconds: the shortest of all environments in its scope. */
export function longestMs(platform: Rules, environment: string | undefined): number {
  const inScope = platform.environments.filter(
    ({ name }) => environment === undefined || name === environment,
  );
  const limits = [
    platform.exceptions.longest,
    ...inScope.flatMap(({ longestException }) => longestException ?? []),
  ];
  return Math.min(...limits.flatMap((limit) => durationMs(limit) ?? []));
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-30` in the reader's zone, as date fields have it. */
export function fieldDay(time: number): string {
  const at = new Date(time);
  return `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
}

/** The end of a chosen day, but never beyond what is allowed; undefined while no day is chosen. */
export function expiresAtOf(day: string, now: number, longest: number): string | undefined {
  const end = new Date(`${day}T23:59:59`).getTime();
  if (Number.isNaN(end)) return undefined;
  // A minute is left for the request to be sent.
  const last = now + longest - 60_000;
  return new Date(end > last && fieldDay(last) === day ? last : end).toISOString();
}

export interface Left {
  /** From 1 at its start to 0 at its end. */
  readonly share: number;
  readonly tone: 'quiet' | 'warn' | 'bad';
  readonly over: boolean;
}

/** How much is left: warned of from 14 days before the end on, as its owner is told then. */
export function leftOf(
  {
    startsAt,
    requestedAt,
    expiresAt,
  }: Pick<ExceptionView, 'startsAt' | 'requestedAt' | 'expiresAt'>,
  now: number,
): Left {
  const end = Date.parse(expiresAt);
  const whole = Math.max(1, end - Date.parse(startsAt ?? requestedAt));
  const left = end - now;
  return {
    share: Math.min(1, Math.max(0, left / whole)),
    tone: left <= dayMs ? 'bad' : left <= 14 * dayMs ? 'warn' : 'quiet',
    over: left <= 0,
  };
}
