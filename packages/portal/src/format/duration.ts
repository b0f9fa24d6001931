const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const unitWords: Readonly<Record<string, readonly [string, string]>> = {
  ms: ['millisecond', 'milliseconds'],
  s: ['second', 'seconds'],
  m: ['minute', 'minutes'],
  h: ['hour', 'hours'],
  d: ['day', 'days'],
};

/** Milliseconds of `7d`, `12h`; undefined for what is no duration. */
export function durationMs(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = unitMs[unit];
  return ms === undefined ? undefined : Number(amount) * ms;
}

/** `90d` as `90 days`; what is no duration stays as it is. */
export function durationWords(text: string): string {
  const [, amount = '', unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const words = unitWords[unit];
  return words === undefined ? text : `${amount} ${amount === '1' ? words[0] : words[1]}`;
}
