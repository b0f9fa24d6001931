import { type PltfError, toProblem } from '@pltf/contracts';
import type { Output } from './output.ts';
import { safe, safeJson } from './safe-text.ts';

/** What went wrong, where, and how to solve it: for a person, or as one problem document on one line. */
export function printProblem(error: PltfError, err: Output, json: boolean): void {
  if (json) {
    err.print(safeJson(toProblem(error)));
    return;
  }
  const { red, bold, dim } = err.style;
  err.print(`${red('✖')} ${bold(safe(error.kind.title))} ${dim(`(${error.code})`)}`);
  for (const line of error.detail.split('\n')) err.print(`  ${safe(line)}`);
  for (const item of error.errors) {
    err.print(`  ${dim('at')} ${safe(item.where)}: ${safe(item.message)}`);
    if (item.fix !== undefined) err.print(`     → ${safe(item.fix)}`);
  }
  for (const line of error.fix.split('\n')) err.print(`  → ${safe(line)}`);
}
