import { cutEnd, cutMiddle, padEnd, padStart, width } from './width.ts';

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string;
  /** Names keep both ends when cut, everything else its beginning; `never` is not cut. */
  readonly cut?: 'middle' | 'end' | 'never';
  /** Never cut; goes to a line of its own below the row where the terminal is too narrow (addresses, ids). */
  readonly wraps?: true;
  readonly align?: 'right';
  readonly paint?: (text: string, row: T) => string;
}

const gap = 2;
const narrowest = 8;
/** A cuttable column narrower than this says too little; then what wraps leaves the line. */
const comfortable = 14;

/**
 * Lines of a table. With `columns` (a terminal's width) it fits: what wraps leaves the line, then the widest cuttable
 * columns give way. Without, nothing is cut. Columns that are empty in every row are left out. Values must be `safe`.
 */
export function table<T>(
  rows: readonly T[],
  definition: readonly Column<T>[],
  columns: number | undefined,
  dim: (text: string) => string = (text) => text,
): string[] {
  const filled = definition.filter((column) => rows.some((row) => column.value(row) !== ''));
  const tight = columns !== undefined && leastWidth(filled, rows) > columns;
  const shown = tight ? filled.filter(({ wraps }) => wraps !== true) : filled;
  const below = filled.filter((column) => !shown.includes(column));
  const natural = shown.map((column) => naturalWidth(column, rows));
  const widths = columns === undefined ? natural : fit(shown, natural, columns);
  const line = (texts: readonly string[], paint: (text: string, at: number) => string) =>
    texts
      .map((text, at) => place(shown[at], text, widths[at] ?? 0, (cell) => paint(cell, at)))
      .join(' '.repeat(gap))
      .replace(/ +$/, '');
  const head = line(
    shown.map((column) => column.title),
    dim,
  );
  const lines = rows.flatMap((row) => [
    line(
      shown.map((column) => column.value(row)),
      (text, at) => shown[at]?.paint?.(text, row) ?? text,
    ),
    ...below.map((column) => lineBelow(column, row)).filter((text) => text !== ''),
  ]);
  return [head, ...lines];
}

function lineBelow<T>(column: Column<T>, row: T): string {
  const text = column.value(row);
  return text === '' ? '' : `${' '.repeat(gap)}${column.paint?.(text, row) ?? text}`;
}

const naturalWidth = <T>(column: Column<T>, rows: readonly T[]): number =>
  Math.max(width(column.title), ...rows.map((row) => width(column.value(row))));

const isCuttable = <T>({ cut, wraps }: Column<T>): boolean => cut !== 'never' && wraps !== true;

function leastWidth<T>(columns: readonly Column<T>[], rows: readonly T[]): number {
  return columns.reduce(
    (sum, column) => {
      const natural = naturalWidth(column, rows);
      return sum + (isCuttable(column) ? Math.min(natural, comfortable) : natural);
    },
    gap * (columns.length - 1),
  );
}

function place<T>(
  column: Column<T> | undefined,
  text: string,
  cells: number,
  paint: (text: string) => string,
): string {
  const short = column?.cut === 'middle' ? cutMiddle(text, cells) : cutEnd(text, cells);
  const painted = short === '' ? '' : paint(short);
  return column?.align === 'right' ? padStart(painted, cells) : padEnd(painted, cells);
}

/** Takes one cell at a time from the widest column that may be cut until the line fits. */
function fit<T>(columns: readonly Column<T>[], natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, cells) => sum + cells, gap * (widths.length - 1));
  while (total() > room) {
    let widest = -1;
    widths.forEach((cells, at) => {
      const column = columns[at];
      const cuttable = column !== undefined && isCuttable(column) && cells > narrowest;
      if (cuttable && (widest < 0 || cells > (widths[widest] ?? 0))) widest = at;
    });
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Lines of `name  value` pairs under each other; pairs without a value are left out. */
export function pairs(
  entries: readonly (readonly [string, string | undefined])[],
  dim: (text: string) => string = (text) => text,
): string[] {
  const present = entries.filter(
    (entry): entry is readonly [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  const wide = Math.max(0, ...present.map(([name]) => width(name)));
  return present.map(([name, value]) => `${dim(padEnd(name, wide))}  ${value}`);
}
