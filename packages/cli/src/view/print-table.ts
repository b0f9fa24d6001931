import type { Output } from '../output/output.ts';
import { type Column, table } from '../output/table.ts';

/** Prints rows as a table that fits the terminal. */
export function printTable<T>(
  output: Output,
  rows: readonly T[],
  columns: readonly Column<T>[],
  indent = 0,
): void {
  const room = output.columns === undefined ? undefined : output.columns - indent;
  for (const line of table(rows, columns, room, output.style.dim))
    output.print(`${' '.repeat(indent)}${line}`);
}
