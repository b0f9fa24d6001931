import type { Verdict } from '@pltf/contracts';

const loneHalf = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Halves of characters, which no encoding can carry, become U+FFFD. */
export const wellFormed = (text: string): string => text.replace(loneHalf, '\ufffd');

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The parts of `pltf.yaml:4:9`; undefined for what is no place in a file. */
export function placeOf(where: string | undefined): Place | undefined {
  const [, file, line, column] = /^([^\n\r]{1,4096}):(\d{1,9}):(\d{1,9})$/.exec(where ?? '') ?? [];
  if (file === undefined || Number(line) < 1) return undefined;
  return { file, line: Number(line), column: Math.max(1, Number(column)) };
}

/** What a verdict is for a reader of reports. */
export type Level = 'error' | 'warning' | 'note' | 'none';

export function levelOf({ state, mode }: Verdict): Level {
  if (state === 'pass') return 'none';
  if (state === 'excepted') return 'note';
  if (state === 'deny' || (state === 'error' && mode === 'enforce')) return 'error';
  return mode === 'audit' ? 'note' : 'warning';
}

/** What is wrong, in which placement, what comes and what helps: on one line. */
export function sentenceOf(verdict: Verdict): string {
  const { subject, message, title, remedy, enforceFrom, exception, expired } = verdict;
  const parts = [
    `${subject}: ${message ?? title}.`,
    ...(enforceFrom === undefined ? [] : [`From ${enforceFrom} on this is refused.`]),
    ...(expired === undefined ? [] : [`The exception ${expired.id} ended on ${expired.expired}.`]),
    ...(exception === undefined
      ? []
      : [`Excepted by ${exception.id} of ${exception.owner} until ${exception.expires}.`]),
    remedy,
  ];
  return wellFormed(parts.join(' '));
}
