import type { RenderedClassView, RenderedPlan } from '@pltf/contracts';
import { count } from '../output/count.ts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { duration } from '../output/time.ts';

const mostLines = 12;
/** The most that is at stake stands first; nobody reads more ways than these. */
const mostClasses = 20;

const atStake: Readonly<Record<RenderedClassView['risk'], string>> = {
  labels: 'labels only',
  settings: 'settings',
  instances: 'instances',
  network: 'network',
  stateful: 'holds state',
  removal: 'takes something out',
};

/** What a change makes of what is rendered for clusters: classes, what is most at stake first, then how it goes out. */
export function printRendered(out: Output, plan: RenderedPlan): void {
  const { placements, classes, forecast, waves } = plan;
  const { style } = out;
  const changing = classes.filter(({ takenOut }) => takenOut !== true).length;
  const ways = changing === 0 ? '' : ` in ${count(changing, 'way')}`;
  out.print(
    style.bold(
      `On clusters: ${placements.unchanged.toLocaleString('en')} unchanged; ${placements.changed.toLocaleString('en')} ${placements.changed === 1 ? 'changes' : 'change'}${ways}${goneText(placements.removed)}`,
    ),
  );
  for (const one of classes.slice(0, mostClasses)) printClass(out, one);
  const further = classes.slice(mostClasses);
  if (further.length > 0) {
    const those = further.reduce((sum, one) => sum + one.count, 0);
    out.print(
      style.dim(
        `  … and ${count(further.length, 'way')} more, of ${count(those, 'placement')}: \`--json\` has them all`,
      ),
    );
  }
  if (classes.length === 0) return;
  const repositories =
    forecast.commits === 0
      ? ''
      : `, ${count(forecast.commits, 'commit')} to environment repositories`;
  out.print(
    style.dim(
      `  ${count(forecast.objects, 'object')} to be taken by clusters${repositories}; instances of ${count(forecast.starting, 'placement')} start again`,
    ),
  );
  out.print(style.bold('Waves'));
  for (const wave of waves) {
    const { ring, placements: number, soakMs, maxFailures, mandatory } = wave;
    const rule = `${duration(soakMs)} of soak, halts above ${count(maxFailures, 'failure')}`;
    const proves = mandatory ? ', has to prove it' : '';
    out.print(`  ${safe(ring)}: ${count(number, 'placement')}, ${rule}${proves}`);
    const removals = removalsText(wave);
    if (removals !== undefined) out.print(style.red(`    ${removals}`));
  }
}

const goneText = (removed: number | undefined): string =>
  removed === undefined
    ? ''
    : `; ${removed.toLocaleString('en')} ${removed === 1 ? 'is' : 'are'} taken out`;

/** What a wave takes out, and that it asks first when that is more than its budget. */
function removalsText({ removals, deletions }: RenderedPlan['waves'][number]): string | undefined {
  if (removals === undefined) return undefined;
  const over = deletions !== undefined && removals > deletions;
  return `takes out ${count(removals, 'placement')}${over ? `, above its budget of ${deletions}: it halts before the first, until \`pltf fleet resume\`` : ''}`;
}

function printClass(out: Output, one: RenderedClassView): void {
  const { style } = out;
  const again = one.startsAgain ? ', starts again' : '';
  out.print(
    `  ${style.yellow(`${one.count.toLocaleString('en')} ×`)} ${safe(one.environments.join(', '))} ${style.dim(`(${one.takenOut === true ? 'taken out, with all that they hold' : `${atStake[one.risk]}${again}`})`)}`,
  );
  for (const { object, field, before, after } of one.changes.slice(0, mostLines)) {
    const sides =
      field === ''
        ? after === undefined
          ? 'goes'
          : 'comes'
        : before === undefined && after === undefined
          ? 'changes'
          : `${before ?? 'nothing'} → ${after ?? 'nothing'}`;
    out.print(`      ${safe(object)}${field === '' ? '' : ` ${safe(field)}`}: ${safe(sides)}`);
  }
  const more = Math.max(0, one.changes.length - mostLines) + one.more;
  if (more > 0) out.print(style.dim(`      … and ${more} more`));
  const examples = `${one.examples.join(', ')}${one.count > one.examples.length ? ', …' : ''}`;
  out.print(style.dim(`      ${safe(examples)}`));
}
