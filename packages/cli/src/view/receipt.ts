import type { OperationView } from '@pltf/contracts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';

/** What was made, undone, kept or is gone: the proof at the end of an operation. */
export function printReceipt(output: Output, { receipt }: Pick<OperationView, 'receipt'>): void {
  if (receipt.length === 0) return;
  output.print('Receipt');
  const width = Math.max(6, ...receipt.map(({ outcome }) => outcome.length));
  for (const { what, outcome } of receipt) {
    output.print(`  ${output.style.dim(outcome.padEnd(width))}  ${safe(what)}`);
  }
}
