const grouped = new Intl.NumberFormat('en');

/** `12,345`. */
export const count = (value: number): string => grouped.format(value);

/** `950`, `12.3k`, `4.1M`: where room is short; the exact number goes in a title. */
export function compact(value: number): string {
  if (value < 10_000) return count(value);
  if (value < 1_000_000) return `${trim(value / 1000)}k`;
  return `${trim(value / 1_000_000)}M`;
}

const trim = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));

/** `3 instances`, `1 instance`; an irregular plural is passed in. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** `412 B`, `3.4 kB`, `2.0 MB`: thousands, as file managers count. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1_000_000) return `${trim(value / 1000)} kB`;
  return `${trim(value / 1_000_000)} MB`;
}

/** A latency as the router counted it: `0.8 ms`, `38 ms`, `1.20 s`. */
export function latency(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** The first seven digits, as people name commits. */
export const shortCommit = (commit: string): string => commit.slice(0, 7);
