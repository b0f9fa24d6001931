import type { CreationPlan } from '@pltf/contracts';
import { PltfError } from '@pltf/contracts';
import type { Context } from '../context.ts';
import { exit } from '../exit.ts';
import { count } from '../output/count.ts';
import { safe } from '../output/safe-text.ts';
import { pairs, table } from '../output/table.ts';

/** Prints what a creation would make. Exit code 2: changes planned; throws when it would be refused. */
export function showPlan(context: Context, plan: CreationPlan): number {
  if (context.json) context.out.document(plan);
  else print(context, plan);
  const [problem] = plan.problems;
  if (problem === undefined) return exit.changesPlanned;
  throw new PltfError('bad-request', {
    detail: `${plan.name} cannot be created like this`,
    errors: plan.problems.map(({ where, message, fix }) =>
      fix === undefined ? { where, message } : { where, message, fix },
    ),
    fix: problem.fix ?? 'Correct what is named above.',
  });
}

function print({ out }: Context, plan: CreationPlan): void {
  const { style, columns } = out;
  const heading = (text: string) => {
    out.print();
    out.print(style.bold(text));
  };
  out.print(`${style.bold(safe(plan.name))} would be created; nothing is changed by asking.`);
  const { path } = plan;
  const about = pairs(
    [
      ['Kind', plan.kind],
      ['Golden path', safe(`${path.id} ${path.version}, ${path.maturity}`)],
      ['Support', safe(path.support)],
      ['Owner', safe(plan.owner)],
    ],
    style.dim,
  );
  for (const line of about) out.print(`  ${line}`);
  heading(count(plan.files.length, 'file'));
  for (const { path: file, bytes } of plan.files)
    out.print(`  ${safe(file)} ${style.dim(`${bytes} B`)}`);
  heading(`Pipeline ${safe(plan.pipeline.file ?? '(none)')}`);
  for (const job of plan.pipeline.jobs) {
    const note = job.note === undefined ? '' : ` ${style.dim(safe(job.note))}`;
    out.print(`  ${job.runsHere ? '✔' : '-'} ${safe(job.name)}${note}`);
  }
  heading('Where it runs');
  const rows = table(
    plan.placements,
    [
      { title: 'ENVIRONMENT', value: ({ environment }) => safe(environment) },
      { title: 'COMES', value: ({ comes }) => safe(comes) },
      { title: 'SIZE', value: ({ size, memoryMiB }) => safe(`${size} ${memoryMiB} MiB`) },
      { title: 'INSTANCES', value: ({ instances }) => safe(instances) },
      { title: 'ADDRESS', value: ({ url }) => safe(url ?? ''), wraps: true },
    ],
    columns === undefined ? undefined : columns - 2,
    style.dim,
  );
  for (const row of rows) out.print(`  ${row}`);
}
