import type { Plan } from '@pltf/contracts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { table } from '../output/table.ts';
import { wrap } from '../output/wrap.ts';

type Cost = NonNullable<Plan['cost']>;

/** Cost by line, before and after, against the budget, with what was assumed. */
export function printCost(out: Output, cost: Cost, runs: boolean): void {
  if (!runs) return;
  const { style, columns } = out;
  const { currency, before, after, budget, overBudget } = cost;
  const total = `${after} ${currency} a month`;
  const compared = [
    ...(before === after ? ['as now'] : [`now ${before}`]),
    ...(budget === undefined ? [] : [`budget ${budget}`]),
  ];
  out.print();
  out.print(
    `${style.bold('Cost')}  ${overBudget ? style.red(total) : total}  ${style.dim(compared.join(', '))}`,
  );
  const rows = table(
    cost.lines,
    [
      { title: 'ENVIRONMENT', value: ({ environment }) => safe(environment) },
      { title: 'WHAT', value: ({ what }) => safe(what) },
      { title: 'QUANTITY', value: ({ quantity }) => safe(quantity) },
      { title: 'RATE', value: ({ rate }) => safe(rate), align: 'right' },
      { title: 'MONTHLY', value: ({ monthly }) => safe(monthly), align: 'right' },
    ],
    columns === undefined ? undefined : columns - 2,
    style.dim,
  );
  if (cost.lines.length > 0) for (const row of rows) out.print(`  ${row}`);
  for (const assumption of cost.assumptions) {
    const over = assumption.startsWith('over budget');
    for (const line of wrap(safe(assumption), columns === undefined ? undefined : columns - 4))
      out.print(`  ${over ? style.red(line) : style.dim(line)}`);
  }
}
