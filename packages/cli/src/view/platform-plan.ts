import {
  type ChangeClass,
  type PlatformPlan,
  PltfError,
  type RuntimeMove,
  type ValueChange,
} from '@pltf/contracts';
import type { Context } from '../context.ts';
import { exit } from '../exit.ts';
import { count } from '../output/count.ts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { wrap } from '../output/wrap.ts';
import { printRendered } from './rendered-plan.ts';

const mostSettings = 20;
const indent = '      ';

/** A line of a list, on as many lines as the terminal needs; what follows the first is indented like it. */
function printWrapped(
  { print, columns }: Output,
  lead: string,
  text: string,
  paint: (line: string) => string = (line) => line,
): void {
  const room = columns === undefined ? undefined : columns - lead.length;
  for (const line of wrap(text, room)) print(`${lead}${paint(line)}`);
}

const mostValue = 60;

/** Prints the plan of a platform change. Exit code 0 without changes, 2 with; throws when it would be refused. */
export function showPlatformPlan(context: Context, plan: PlatformPlan): number {
  if (context.json) context.out.document(plan);
  else printPlatformPlan(context.out, plan);
  if (context.json && plan.outcome === 'refused') return exit.failed;
  refusePlatformPlan(plan);
  return plan.outcome === 'unchanged' ? exit.done : exit.changesPlanned;
}

/** Throws `platform-refused` for a plan that would break what runs. */
export function refusePlatformPlan({ outcome, breaks }: PlatformPlan): void {
  if (outcome !== 'refused') return;
  throw new PltfError('platform-refused', {
    detail: 'This change would break what runs. Nothing was changed.',
    errors: breaks.map(({ kind, message, fix, count: number, examples }) => ({
      where: kind,
      message:
        number === 0
          ? message
          : `${message} (${number}: ${examples.join(', ')}${number > examples.length ? ', …' : ''})`,
      fix,
    })),
  });
}

export function printPlatformPlan(out: Output, plan: PlatformPlan): void {
  const { style } = out;
  if (plan.outcome === 'unchanged') {
    out.print('Nothing of the platform changes.');
    return;
  }
  out.print(style.bold(`From version ${plan.base.version} of the platform`));
  for (const change of plan.settings.slice(0, mostSettings))
    printWrapped(out, '  ', changeText(change));
  if (plan.settings.length > mostSettings)
    out.print(`  … and ${plan.settings.length - mostSettings} more`);
  printPlacements(out, plan);
  for (const move of plan.moves ?? []) printMove(out, move);
  if (plan.rendered !== undefined) printRendered(out, plan.rendered);
  printGuardrails(out, plan);
  if (plan.cost.before !== plan.cost.after)
    out.print(
      `${style.bold('Cost')} ${plan.cost.before} → ${plan.cost.after} ${plan.cost.currency} a month (estimate)`,
    );
  for (const note of plan.notes) printWrapped(out, '', note, style.dim);
}

function printPlacements(out: Output, { placements, classes }: PlatformPlan): void {
  const { unchanged, changed } = placements;
  const ways = classes.length === 0 ? '' : ` in ${count(classes.length, 'way')}`;
  out.print(
    out.style.bold(
      `${unchanged.toLocaleString('en')} unchanged; ${changed.toLocaleString('en')} ${changed === 1 ? 'changes' : 'change'}${ways}`,
    ),
  );
  for (const one of classes) printClass(out, one);
}

function printClass(
  out: Output,
  { changes, count: number, examples, environments, cost }: ChangeClass,
): void {
  const { style } = out;
  out.print(`  ${style.yellow(`${number} ×`)} ${safe(environments.join(', '))}`);
  for (const change of changes) printWrapped(out, indent, changeText(change));
  printWrapped(out, indent, exampleText(examples, number), style.dim);
  if (cost !== undefined && cost.before !== cost.after)
    out.print(style.dim(`      ${cost.before} → ${cost.after} ${cost.currency} a month`));
}

function printMove(out: Output, move: RuntimeMove): void {
  const { style } = out;
  const { environment, from, to, count: number, examples, order, lacks } = move;
  out.print(
    style.bold(
      `${count(number, 'placement')} of ${safe(environment)} ${number === 1 ? 'moves' : 'move'} from ${safe(from)} to ${safe(to)}`,
    ),
  );
  printWrapped(out, indent, exampleText(examples, number), style.dim);
  printWrapped(out, indent, safe(`in this order: ${order}`));
  for (const { message, fix } of lacks) {
    printWrapped(out, indent, safe(message), style.yellow);
    printWrapped(out, `${indent}  `, safe(fix));
  }
}

function printGuardrails(out: Output, { guardrails }: PlatformPlan): void {
  if (guardrails.length === 0) return;
  out.print(out.style.bold('Guardrails'));
  for (const { id, change, mode, enforceFrom, fails, newlyFails, examples } of guardrails) {
    const from = enforceFrom === undefined ? '' : ` from ${enforceFrom}`;
    const hit =
      change === 'removed'
        ? ''
        : `, ${fails} would fail${newlyFails === fails ? '' : ` (${newlyFails} new)`}`;
    out.print(`  ${safe(id)} ${change}: ${mode}${safe(from)}${hit}`);
    if (examples.length > 0) printWrapped(out, indent, exampleText(examples, fails), out.style.dim);
  }
}

const exampleText = (examples: readonly string[], of: number): string =>
  `${safe(examples.join(', '))}${of > examples.length ? ', …' : ''}`;

function changeText({ path, before, after }: ValueChange): string {
  if (before === undefined && after === undefined) return safe(path);
  if (before === undefined) return `+ ${safe(path)}: ${valueText(after)}`;
  if (after === undefined) return `- ${safe(path)}: ${valueText(before)}`;
  return `~ ${safe(path)}: ${valueText(before)} → ${valueText(after)}`;
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return safe(text.length > mostValue ? `${text.slice(0, mostValue)}…` : text);
}
