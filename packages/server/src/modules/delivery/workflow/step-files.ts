import { workflowLimits } from './workflow-limits.ts';

/** The variables that name the files in which a step hands values back. */
export const stepFiles = [
  'GITHUB_ENV',
  'GITHUB_OUTPUT',
  'GITHUB_PATH',
  'GITHUB_STEP_SUMMARY',
] as const;

export type KeyValues =
  | { readonly values: ReadonlyMap<string, string> }
  | { readonly problem: string };

/**
 * Reads `name=value` lines and `name<<DELIMITER … DELIMITER` blocks, as GITHUB_OUTPUT and GITHUB_ENV hold them.
 * One wrong line makes the whole file wrong, as on GitHub: half of it would be worse than nothing.
 */
export function readKeyValues(file: string, text: string): KeyValues {
  if (text.length > workflowLimits.stepFileCharacters) {
    return { problem: `${file} has more than ${workflowLimits.stepFileCharacters / 1024} KiB` };
  }
  const values = new Map<string, string>();
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const block = line.indexOf('<<');
    if (block >= 0 && (equals < 0 || block < equals)) {
      const name = line.slice(0, block);
      const delimiter = line.slice(block + 2);
      const end = lines.indexOf(delimiter, index + 1);
      if (name === '' || delimiter === '') return wrong(file, line);
      if (end < 0)
        return {
          problem: `${file}: the end '${delimiter.slice(0, 60)}' of ${name.slice(0, 60)} is missing`,
        };
      values.set(name, lines.slice(index + 1, end).join('\n'));
      index = end;
    } else if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1));
    else return wrong(file, line);
  }
  return { values };
}

const wrong = (file: string, line: string): KeyValues => ({
  problem: `${file}: '${line.slice(0, 60)}' is neither name=value nor name<<END`,
});

/** The folders that a step added to the search path, the last one first to be searched. */
export const readPathLines = (text: string): string[] =>
  text
    .slice(0, workflowLimits.stepFileCharacters)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');

/** Variables that steps may not set for later ones: the platform's own, and what would change its programs. */
export const isReservedVariable = (name: string): boolean =>
  /^(?:GITHUB_|RUNNER_)/.test(name) || name === 'NODE_OPTIONS' || /[=\0]/.test(name);
