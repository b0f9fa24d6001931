import type { Verdict } from '@pltf/contracts';
import { type Level, levelOf, placeOf, sentenceOf, wellFormed } from './place.ts';

const commands: Readonly<Record<Exclude<Level, 'none'>, string>> = {
  error: 'error',
  warning: 'warning',
  note: 'notice',
};

/** Workflow commands that GitHub shows at the lines of a pull request: one a line, whatever a text holds. */
export const verdictsToGithubAnnotations = (
  verdicts: readonly Verdict[],
  options: { readonly fileName: string },
): string =>
  verdicts
    .flatMap((verdict) => {
      const level = levelOf(verdict);
      return level === 'none' ? [] : `${commandOf(verdict, commands[level], options.fileName)}\n`;
    })
    .join('');

function commandOf(verdict: Verdict, command: string, fileName: string): string {
  const place = placeOf(verdict.where);
  const at = place === undefined ? '' : `,line=${place.line},col=${place.column}`;
  const file = property(place?.file ?? fileName);
  const title = property(`${verdict.guardrail}: ${verdict.title}`);
  return `::${command} file=${file}${at},title=${title}::${value(sentenceOf(verdict))}`;
}

/** As the runner reads them back (`actions/toolkit`, command.ts). */
const value = (text: string): string =>
  wellFormed(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string =>
  value(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
