import type { Verdict } from '@pltf/contracts';
import { count } from '../output/count.ts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { wrap } from '../output/wrap.ts';

/** The same failure in several environments, told once. */
interface Told {
  readonly verdict: Verdict;
  readonly environments: readonly string[];
}

/** What guardrails say: how many pass, and of each that does not what, where, why and what solves it. */
export function printVerdicts(out: Output, verdicts: readonly Verdict[]): void {
  if (verdicts.length === 0) return;
  const { style } = out;
  const failing = verdicts.filter(({ state, mode }) => state !== 'pass' && mode !== 'audit');
  const guardrails = new Set(verdicts.map(({ guardrail }) => guardrail)).size;
  out.print();
  const sum =
    failing.length === 0
      ? style.green(`all ${guardrails} pass`)
      : `${count(guardrails, 'guardrail')} looked at it, ${count(new Set(failing.map(({ guardrail }) => guardrail)).size, 'finding')}`;
  out.print(`${style.bold('Guardrails')}  ${sum}`);
  for (const told of grouped(failing)) printVerdict(out, told);
}

function grouped(verdicts: readonly Verdict[]): readonly Told[] {
  const found = new Map<string, Told>();
  for (const verdict of verdicts) {
    const { guardrail, state, message, where } = verdict;
    const key = [guardrail, state, message, where].join('\n');
    const environments = [
      ...(found.get(key)?.environments ?? []),
      ...(verdict.environment === undefined ? [] : [verdict.environment]),
    ];
    found.set(key, { verdict: found.get(key)?.verdict ?? verdict, environments });
  }
  return [...found.values()];
}

const words: Readonly<Record<Verdict['state'], string>> = {
  pass: 'passes',
  warn: 'warns',
  deny: 'denies',
  excepted: 'excepted',
  error: 'cannot be evaluated',
};

function printVerdict(out: Output, { verdict, environments }: Told): void {
  const { style } = out;
  const mark = {
    deny: style.red('✖'),
    error: style.red('✖'),
    warn: style.yellow('!'),
    excepted: '◦',
    pass: '✔',
  };
  const where = verdict.where === undefined ? '' : `  ${style.cyan(safe(verdict.where))}`;
  const about = [words[verdict.state], verdict.severity, environments.join(', ')].filter(Boolean);
  out.print(
    `  ${mark[verdict.state]} ${style.bold(verdict.guardrail)}  ${style.dim(about.join(', '))}${where}`,
  );
  paragraph(out, '    ', verdict.message ?? verdict.title);
  paragraph(out, '    ', verdict.why, style.dim);
  paragraph(out, '    → ', verdict.remedy);
  if (verdict.fix !== undefined) paragraph(out, '    → ', '`pltf check --fix` does it.');
  for (const line of timesOf(verdict)) paragraph(out, '    ', line, style.yellow);
}

function timesOf({ enforceFrom, exception, expired }: Verdict): readonly string[] {
  return [
    ...(enforceFrom === undefined ? [] : [`Denied from ${enforceFrom} on.`]),
    ...(exception === undefined
      ? []
      : [
          `Exception ${exception.id} of ${exception.owner} (${exception.team}) until ${exception.expires.slice(0, 10)}.`,
        ]),
    ...(expired === undefined
      ? []
      : [`The exception ${expired.id} ended on ${expired.expired.slice(0, 10)}.`]),
  ];
}

function paragraph(
  { columns, print }: Output,
  indent: string,
  text: string,
  paint: (text: string) => string = (one) => one,
): void {
  const room = columns === undefined ? undefined : columns - indent.length;
  const [first = '', ...others] = wrap(safe(text), room);
  print(`${indent}${paint(first)}`);
  for (const line of others) print(`${' '.repeat(indent.length)}${paint(line)}`);
}
