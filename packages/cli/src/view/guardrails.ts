import type { AuditAsOf, Client, GuardrailResult, GuardrailView } from '@pltf/contracts';
import { count } from '../output/count.ts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import type { Style } from '../output/style.ts';
import { pairs } from '../output/table.ts';
import { ago } from '../output/time.ts';
import { printTable } from './print-table.ts';

const modeText = ({ effective, enforceFrom }: GuardrailView): string =>
  effective === 'warn' && enforceFrom !== undefined ? `warn, enforce ${enforceFrom}` : effective;

const number = (value: number): string => (value === 0 ? '' : String(value));

export function guardrailTable(output: Output, rows: readonly GuardrailView[]): void {
  const { style } = output;
  printTable(output, rows, [
    { title: 'GUARDRAIL', value: ({ id }) => safe(id), cut: 'middle', paint: style.bold },
    { title: 'WHAT IT WANTS', value: ({ title }) => safe(title) },
    { title: 'SEVERITY', value: ({ severity }) => severity, cut: 'never' },
    { title: 'MODE', value: modeText, cut: 'never' },
    {
      title: 'DENIES',
      value: ({ effect }) => number(effect.deny),
      align: 'right',
      paint: style.red,
    },
    {
      title: 'WARNS',
      value: ({ effect }) => number(effect.warn),
      align: 'right',
      paint: style.yellow,
    },
    { title: 'EXCEPTED', value: ({ effect }) => number(effect.excepted), align: 'right' },
    {
      title: 'ERRORS',
      value: ({ effect }) => number(effect.error),
      align: 'right',
      paint: style.red,
    },
  ]);
}

/** How current the findings are: nothing unknown is shown as good. */
export function auditLine({ asOf, behind, placements }: AuditAsOf, now: number): string {
  if (asOf === undefined) return 'Nothing that runs was looked at yet.';
  const more = behind ? '; it is being looked at anew' : '';
  return `As of ${ago(asOf, now)}, of ${count(placements, 'placement')}${more}.`;
}

export function paintVerdict(state: string, { red, yellow, dim }: Style): string {
  if (state === 'deny' || state === 'error') return red(state);
  return state === 'warn' ? yellow(state) : dim(state);
}

/** Placements that do not pass. */
export function verdictTable(output: Output, rows: readonly GuardrailResult[], indent = 0): void {
  printTable(
    output,
    rows,
    [
      { title: 'PLACEMENT', value: ({ placement }) => safe(placement), cut: 'middle' },
      { title: 'GUARDRAIL', value: ({ verdict }) => safe(verdict.guardrail), cut: 'middle' },
      {
        title: 'VERDICT',
        value: ({ verdict }) => verdict.state,
        cut: 'never',
        paint: (text) => paintVerdict(text, output.style),
      },
      { title: 'WHAT', value: ({ verdict }) => safe(detailOf(verdict)) },
    ],
    indent,
  );
}

function detailOf({ message, title, exception, expired }: GuardrailResult['verdict']): string {
  if (exception !== undefined)
    return `excepted until ${exception.expires.slice(0, 10)} (${exception.id})`;
  const ended = expired === undefined ? '' : ` (exception ${expired.id} ended)`;
  return `${message ?? title}${ended}`;
}

type Shown = Awaited<ReturnType<Client['getGuardrail']>>;

/** Everything about one guardrail. */
export function printGuardrail(
  output: Output,
  { guardrail, document, hit, audit }: Shown,
  now: number,
): void {
  const { style } = output;
  output.print(
    `${style.bold(safe(guardrail.id))}  ${safe(guardrail.title)}  ${modeText(guardrail)}`,
  );
  const { match, validations } = document.spec;
  const lines = pairs(
    [
      ['Why', safe(guardrail.why)],
      ['Remedy', safe(guardrail.remedy)],
      ['Severity', guardrail.severity],
      ['Owner', safe(guardrail.owner)],
      ['Serves', safe(guardrail.controls.join(', '))],
      ['Looks at', safe(match.resources.map(({ resource }) => resource).join(', '))],
      ['In', safe((guardrail.environments ?? ['every environment']).join(', '))],
    ],
    style.dim,
  );
  for (const line of lines) output.print(`  ${line}`);
  output.print();
  for (const { expression, message } of validations) {
    output.print(`  ${style.dim(safe(message))}`);
    for (const line of expression.trim().split('\n')) output.print(`    ${safe(line)}`);
  }
  output.print();
  if (hit.length === 0) output.print('  Everything that was looked at passes.');
  else verdictTable(output, hit);
  output.print(style.dim(auditLine(audit, now)));
}
