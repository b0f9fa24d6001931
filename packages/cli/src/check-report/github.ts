import type { Checked, Finding } from './finding.ts';
import { sentence } from './sarif.ts';

const commands = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** The findings as workflow commands of GitHub Actions, which become annotations of the lines. */
export function githubAnnotations(checked: readonly Checked[]): readonly string[] {
  return checked.flatMap(({ findings }) => findings.map(annotation));
}

function annotation(finding: Finding): string {
  const properties = [
    ['file', finding.file],
    ['line', String(finding.line)],
    ['col', String(finding.column)],
    ['title', `${finding.rule}: ${finding.title}`],
  ] as const;
  const told = properties.map(([name, value]) => `${name}=${property(value)}`).join(',');
  return `::${commands[finding.level]} ${told}::${message(sentence(finding))}`;
}

/** A line break or a `::` in a text must not begin another command. */
const message = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string =>
  message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
