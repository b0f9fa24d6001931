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
  const filled = definition.map((column) => fill(column, rows)).filter(({ isEmpty }) => !isEmpty);
  const tight = columns !== undefined && leastWidth(filled) > columns;
  const shown = tight ? filled.filter(({ column }) => column.wraps !== true) : filled;
  const below = filled.filter((each) => !shown.includes(each));
  const widths = columns === undefined ? shown.map(({ natural }) => natural) : fit(shown, columns);
  const line = (
    cell: (each: Filled<T>) => string,
    paint: (text: string, each: Filled<T>) => string,
  ) =>
    shown
      .map((each, at) =>
        place(each.column, cell(each), widths[at] ?? 0, (text) => paint(text, each)),
      )
      .join(' '.repeat(gap))
      .replace(/ +$/, '');
  const lines = rows.flatMap((row, at) => {
    const painted = (text: string, { column }: Filled<T>) => column.paint?.(text, row) ?? text;
    const apart = below.filter(({ cells }) => cells[at] !== '');
    return [
      line(({ cells }) => cells[at] ?? '', painted),
      ...apart.map((each) => `${' '.repeat(gap)}${painted(each.cells[at] ?? '', each)}`),
    ];
  });
  return [line(({ column }) => column.title, dim), ...lines];
}

/** A column with its cells: each value is asked for once. */
interface Filled<T> {
  readonly column: Column<T>;
  readonly cells: readonly string[];
  readonly natural: number;
  readonly isEmpty: boolean;
}

function fill<T>(column: Column<T>, rows: readonly T[]): Filled<T> {
  const cells = rows.map((row) => column.value(row));
  const natural = cells.reduce((most, cell) => Math.max(most, width(cell)), width(column.title));
  return { column, cells, natural, isEmpty: cells.every((cell) => cell === '') };
}

const isCuttable = <T>({ cut, wraps }: Column<T>): boolean => cut !== 'never' && wraps !== true;

const leastWidth = <T>(columns: readonly Filled<T>[]): number =>
  columns.reduce(
    (sum, { column, natural }) =>
      sum + (isCuttable(column) ? Math.min(natural, comfortable) : natural),
    gap * (columns.length - 1),
  );

function place<T>(
  column: Column<T>,
  text: string,
  cells: number,
  paint: (text: string) => string,
): string {
  const short = column.cut === 'middle' ? cutMiddle(text, cells) : cutEnd(text, cells);
  const painted = short === '' ? '' : paint(short);
  return column.align === 'right' ? padStart(painted, cells) : padEnd(painted, cells);
}

/** Takes one cell at a time from the widest column that may be cut until the line fits. */
function fit<T>(columns: readonly Filled<T>[], room: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  const total = () => widths.reduce((sum, cells) => sum + cells, gap * (widths.length - 1));
  while (total() > room) {
    let widest = -1;
    widths.forEach((cells, at) => {
      const column = columns[at]?.column;
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
