const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a duration like `300ms`, `30s`, `5m`, `2h`, `7d`, as the schema `Duration` lets it pass. */
export function durationMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  const unit = unitMs[match?.[2] ?? ''];
  if (match === null || unit === undefined) throw new RangeError(`not a duration: ${text}`);
  return Number(match[1]) * unit;
}

/** The same, the other way: in the largest unit that says it without a fraction. */
export function durationText(ms: number): string {
  const [unit, size] = Object.entries(unitMs).findLast(
    ([, size]) => ms >= size && ms % size === 0,
  ) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

export interface InstanceRange {
  readonly minimum: number;
  readonly maximum: number;
}

/** `3` or `2..6`; undefined when the range runs backwards. */
export function instanceRange(value: number | string): InstanceRange | undefined {
  if (typeof value === 'number') return { minimum: value, maximum: value };
  const [low, high] = value.split('..').map(Number);
  if (low === undefined || high === undefined || low > high) return undefined;
  return { minimum: low, maximum: high };
}
