import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { wrap } from '../output/wrap.ts';
import type { Checked, Finding } from './finding.ts';

/** The findings for a person, file by file. */
export function printChecked(out: Output, { file, plan, findings }: Checked): void {
  const { style } = out;
  const worst = findings.some(({ level }) => level === 'error')
    ? style.red('✖')
    : findings.some(({ level }) => level === 'warning')
      ? style.yellow('!')
      : style.green('✔');
  const what = plan.spec === undefined ? '' : `: ${plan.spec.kind} ${plan.component}`;
  out.print(`${worst} ${safe(file)}${what}`);
  for (const finding of findings) printFinding(out, finding);
}

function printFinding(out: Output, finding: Finding): void {
  const { style } = out;
  const paint = { error: style.red, warning: style.yellow, note: style.dim }[finding.level];
  const environments =
    finding.environments.length === 0 ? '' : ` ${finding.environments.join(', ')}`;
  const place = `${safe(finding.file)}:${finding.line}:${finding.column}`;
  out.print(
    `  ${style.cyan(place)}  ${paint(finding.level)}  ${finding.rule}${style.dim(environments)}`,
  );
  const room = out.columns === undefined ? undefined : out.columns - 6;
  for (const line of wrap(safe(finding.message), room)) out.print(`    ${line}`);
  if (finding.remedy === undefined) return;
  const [first = '', ...others] = wrap(safe(finding.remedy), room);
  out.print(`    → ${first}`);
  for (const line of others) out.print(`      ${line}`);
}
