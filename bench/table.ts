import type { Bar, JudgedFigure, Spread, Unit } from './figure.ts';

const heads = ['figure', 'median', 'min–max', 'compared with', 'ratio', 'bar', 'reached'];

/** One line a figure, columns as wide as they must be. */
export function tableOf(figures: readonly JudgedFigure[]): string {
  const rows = [heads, ...figures.map(cells)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [lines[0], widths.map((width) => '─'.repeat(width)).join('  '), ...lines.slice(1)].join(
    '\n',
  );
}

function cells({
  name,
  unit,
  spread,
  comparedWith,
  comparedSpread,
  ratio,
  bar,
  reached,
}: JudgedFigure) {
  const compared =
    comparedWith === undefined || comparedSpread === undefined
      ? '–'
      : `${comparedWith.name}: ${amount(comparedSpread.median, unit)}`;
  return [
    name,
    amount(spread.median, unit),
    range(spread, unit),
    compared,
    ratio === undefined ? '–' : ratio.toFixed(2),
    barText(bar, unit),
    reached ? 'yes' : 'NO',
  ];
}

const range = ({ minimum, maximum }: Spread, unit: Unit): string =>
  minimum === maximum ? '–' : `${number(minimum, unit)}–${amount(maximum, unit)}`;

function barText({ kind, value }: Bar, unit: Unit): string {
  switch (kind) {
    case 'at-most':
      return `≤ ${amount(value, unit)}`;
    case 'at-least':
      return `≥ ${amount(value, unit)}`;
    case 'ratio-at-most':
      return `ratio ≤ ${value}`;
    case 'ratio-at-least':
      return `ratio ≥ ${value}`;
  }
}

const amount = (value: number, unit: Unit): string => `${number(value, unit)} ${unit}`;

/** Three digits or so: more would pretend a precision that is not there. */
function number(value: number, unit: Unit): string {
  if (unit === 'requests/s' || unit === 'services/s' || unit === 'cases') return value.toFixed(0);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** Where the time of the middle sample went; empty when nothing was told. */
export function timelineOf({ name, samples, timelines = [] }: JudgedFigure): string {
  const order = samples
    .map((_, index) => index)
    .toSorted((a, b) => (samples[a] ?? 0) - (samples[b] ?? 0));
  const middle = timelines[order[Math.floor((order.length - 1) / 2)] ?? 0];
  if (middle === undefined) return '';
  const lines = middle.map(({ ms, what }) => `${ms.toFixed(0).padStart(7)} ms  ${what}`);
  return ['', `${name}, the middle of ${samples.length}:`, ...lines].join('\n');
}
