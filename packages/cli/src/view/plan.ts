import type { Plan, PlanItem } from '@pltf/contracts';
import type { Context } from '../context.ts';
import { count } from '../output/count.ts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { pairs } from '../output/table.ts';
import { ago } from '../output/time.ts';
import { width } from '../output/width.ts';
import { wrap } from '../output/wrap.ts';
import { printCost } from './plan-cost.ts';
import { printVerdicts } from './verdicts.ts';

type Shown = Pick<Context, 'out' | 'json'>;

/** A plan for a person: what would be made, changed and taken away, what guardrails say, and what it costs. */
export function printPlan({ out }: Shown, plan: Plan): void {
  printHead(out, plan);
  printItems(out, plan);
  printLacks(out, plan);
  printVerdicts(out, plan.verdicts);
  if (plan.cost !== undefined) printCost(out, plan.cost, plan.placements.length > 0);
  printFoot(out, plan);
}

function printHead(out: Output, { component, spec, placements, items, outcome }: Plan): void {
  const { style } = out;
  const path = placements[0]?.spec.goldenPath;
  const about = [
    `${spec?.kind ?? 'component'} of ${spec?.owner ?? ''}`,
    ...(path === undefined ? [] : [`${path.id} ${path.version}, ${path.maturity}`]),
  ];
  out.print(`${style.bold(safe(component))}  ${style.dim(safe(about.join(' · ')))}`);
  const counted = (action: PlanItem['action']) =>
    items.filter((item) => item.action === action).length;
  if (outcome === 'unchanged') {
    out.print(`${style.green('✔')} Nothing would change.`);
    return;
  }
  const sums = [
    [counted('create'), 'to create'],
    [counted('change'), 'to change'],
    [counted('remove'), 'to remove'],
  ] as const;
  const told = sums.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  out.print(`${told.join(', ') || 'Nothing to do'}; nothing is changed by asking.`);
}

const marks: Readonly<Record<PlanItem['action'], string>> = {
  create: '+',
  change: '~',
  remove: '-',
  keep: '=',
};
/** More files than this are counted, not listed. */
const mostFiles = 4;

function printItems(out: Output, { items, outcome }: Plan): void {
  const notable = items.filter(
    ({ action, note, kind }) =>
      action !== 'keep' || (outcome !== 'unchanged' && kind === 'placement' && note !== undefined),
  );
  const groups = new Map<string, PlanItem[]>();
  for (const item of notable) {
    const name = item.environment ?? '';
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  for (const [environment, group] of groups) {
    out.print();
    out.print(out.style.bold(environment === '' ? 'Repository' : safe(environment)));
    const files = group.filter(({ kind, action }) => kind === 'file' && action === 'create');
    const shown =
      files.length > mostFiles
        ? group.filter((item) => !files.includes(item) || item.name === 'pltf.yaml')
        : group;
    const kinds = Math.max(...shown.map(({ kind }) => width(kind)));
    for (const item of shown) printItem(out, item, kinds);
    const rest = group.length - shown.length;
    if (rest > 0) printItem(out, { action: 'create', kind: 'files', name: `${rest} more` }, kinds);
  }
}

function paintFor(out: Output, action: PlanItem['action']): (text: string) => string {
  const { green, yellow, red, dim } = out.style;
  return { create: green, change: yellow, remove: red, keep: dim }[action];
}

function printItem(out: Output, item: PlanItem, kinds: number): void {
  const { style, columns } = out;
  const paint = paintFor(out, item.action);
  const start = `  ${paint(marks[item.action])} ${style.dim(item.kind.padEnd(kinds))}  `;
  const name = safe(item.name);
  const note = item.note === undefined ? '' : safe(item.note);
  const room = columns === undefined ? undefined : columns - kinds - 6;
  const fits = room === undefined || width(name) + 2 + width(note) <= room;
  out.print(`${start}${name}${note !== '' && fits ? `  ${style.dim(note)}` : ''}`);
  const indent = ' '.repeat(kinds + 6);
  if (note !== '' && !fits)
    for (const line of wrap(note, room)) out.print(`${indent}${style.dim(line)}`);
  const changes = (item.changes ?? []).map(
    ({ path, before, after }) => [path, `${shown(before)} → ${shown(after)}`] as const,
  );
  for (const line of pairs(changes, style.dim)) {
    const [first = '', ...others] = wrap(
      line,
      columns === undefined ? undefined : columns - kinds - 6,
    );
    out.print(`${indent}${first}`);
    for (const other of others) out.print(`${indent}  ${other}`);
  }
}

const longestValue = 200;

/** A value of a change as a person would write it. */
function shown(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return safe(text.length > longestValue ? `${text.slice(0, longestValue)}…` : text);
}

/** The same in several environments is told once. */
function printLacks(out: Output, { lacks }: Plan): void {
  if (lacks.length === 0) return;
  const { style, columns } = out;
  const told = new Map<string, string[]>();
  for (const { environment, what, because } of lacks) {
    const key = `${what}: ${because}`;
    const environments = environment === undefined ? [] : [environment];
    told.set(key, [...(told.get(key) ?? []), ...environments]);
  }
  out.print();
  out.print(`${style.bold('Cannot be given')}  ${style.yellow(count(told.size, 'thing'))}`);
  for (const [text, environments] of told) {
    const where = environments.length === 0 ? '' : `  ${style.dim(safe(environments.join(', ')))}`;
    const [what = '', ...because] = text.split(': ');
    out.print(`  ${style.yellow('!')} ${safe(what)}${where}`);
    const room = columns === undefined ? undefined : columns - 4;
    for (const line of wrap(safe(because.join(': ')), room)) out.print(`    ${line}`);
  }
}

function printFoot(out: Output, { facts, outcome, component }: Plan): void {
  const { style } = out;
  out.print();
  if (facts.offline) {
    out.print(style.yellow(`Made offline, with facts saved ${ago(facts.asOf, Date.now())}.`));
  }
  if (outcome === 'denied') {
    out.print(`${style.red('✖')} ${safe(component)} is not allowed like this.`);
  } else if (outcome === 'changes' && !facts.offline) {
    out.print(`${style.dim('Next')}  \`pltf apply\` does exactly this.`);
  }
  out.print(`${style.dim('Why')}   \`pltf plan --why run.size\` says where a value comes from.`);
}

/** How many things a plan would do, in words. */
export const planned = ({ items }: Plan): string =>
  count(items.filter(({ action }) => action !== 'keep').length, 'change');
