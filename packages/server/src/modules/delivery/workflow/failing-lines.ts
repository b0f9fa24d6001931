import { stripVTControlCharacters } from 'node:util';
import type { Annotation, FailingLines } from './run-state.ts';

const shownLines = 20;

/** How one kind of program reports failures: the lines to show, undefined when it is not in the log. */
type FailureFinder = (lines: readonly string[]) => readonly string[] | undefined;

/** From the line that `begins` (not counted when `after`) to the one that `ends`, at most `shownLines`. */
function block(
  lines: readonly string[],
  begins: RegExp,
  ends: RegExp | undefined,
  { last = false, after = false } = {},
): readonly string[] | undefined {
  const found = last
    ? lines.findLastIndex((line) => begins.test(line))
    : lines.findIndex((line) => begins.test(line));
  if (found < 0) return undefined;
  const from = after ? found + 1 : found;
  const rest = lines.slice(from, from + 200);
  const end =
    ends === undefined ? -1 : rest.findIndex((line, index) => index > 0 && ends.test(line));
  return rest
    .slice(0, end < 0 ? undefined : end)
    .filter((line) => line.trim() !== '')
    .slice(0, shownLines);
}

const matching =
  (pattern: RegExp): FailureFinder =>
  (lines) => {
    const found = lines.filter((line) => pattern.test(line)).slice(0, shownLines);
    return found.length === 0 ? undefined : found;
  };

function pytest(lines: readonly string[]): readonly string[] | undefined {
  const failures = block(
    lines,
    /^=+ (?:FAILURES|ERRORS) =+$/,
    /^=+ (?:short test summary|\d+ (?:failed|passed|error))/,
    { after: true },
  );
  if (failures === undefined) return undefined;
  const summary = lines.filter((line) => /^(?:FAILED|ERROR) /.test(line)).slice(0, 5);
  return [...failures.slice(0, shownLines - summary.length), ...summary];
}

const finders: readonly FailureFinder[] = [
  // node --test, spec reporter: everything that failed is repeated at the end.
  (lines) => block(lines, /^\s*✖ failing tests:/, undefined, { after: true }),
  // node --test and others, TAP: the innermost failure holds the reason.
  (lines) => block(lines, /^\s*not ok \d+/, /^\s*\.\.\.\s*$/),
  pytest,
  // unittest
  (lines) => block(lines, /^(?:FAIL|ERROR): \w+/, /^Ran \d+ tests?/),
  // vitest
  (lines) =>
    block(lines, /^⎯+\s*Failed (?:Tests|Suites)/, /^\s*(?:Test Files|Tests) {2}/, { after: true }),
  // jest
  (lines) => block(lines, /^\s*● /, /^\s*(?:Test Suites|Tests):/),
  (lines) => block(lines, /^\s*--- FAIL: /, /^(?:FAIL|ok)\b/),
  matching(/\berror TS\d+:/),
  matching(/^\S+:\d+:\d+:? (?:fatal )?error\b/),
  (lines) => block(lines, /^Traceback \(most recent call last\):/, undefined, { last: true }),
  // An error that ended Node: the line of source, the mark below it, and the message.
  (lines) =>
    block(lines, /^(?:file:\/\/)?\/?\S+\.[cm]?[jt]s:\d+$/, /^Node\.js v\d/, { last: true }),
];

/** What npm says after a script failed is about npm. */
const isNoise = (line: string) => /^npm (?:error|ERR!)/.test(line);

/** Frames inside the runtime or a package, rulers, and what an assertion says about itself. */
const isClutter = (line: string) =>
  /^\s+(?:at )?.*(?:\(node:|node:internal\/|\/node_modules\/)/.test(line) ||
  /^[-=]{20,}$|^\s+(?:generatedMessage: |operator: |code: 'ERR_ASSERTION')/.test(line);

const placeWithColons =
  /(?:^|[\s('"])(\/?(?:[\w.@-]+\/)*[\w.@-]+\.(?:[cm]?[jt]sx?|py|go|rb|java|sh))[:(](\d+)/;
const placeInPython = /File "([^"<]+)", line (\d+)/;

/** The first place of the source that the lines name; Python names the innermost last. */
function whereInLines(lines: readonly string[]): string | undefined {
  const python = lines.findLast((line) => placeInPython.test(line));
  for (const line of python === undefined ? lines : [python]) {
    const match = placeInPython.exec(line) ?? placeWithColons.exec(line.replaceAll('file://', ''));
    if (match !== null) return `${match[1]}:${match[2]}`;
  }
  return undefined;
}

/**
 * The few lines that a person needs to see of a failed step: its last error annotation, else the failures
 * that a known test runner or compiler reports, else the last 20 lines. At most 20 lines of 500 characters.
 */
export function failingLines(
  log: readonly string[],
  annotations: readonly Annotation[],
): FailingLines {
  const error = annotations.findLast(({ level }) => level === 'error');
  if (error !== undefined) {
    const { file, line } = error;
    const where = file === undefined ? undefined : line === undefined ? file : `${file}:${line}`;
    return shaped(
      `${error.title === undefined ? '' : `${error.title}: `}${error.message}`.split('\n'),
      where,
    );
  }
  const lines = log
    .map((line) => stripVTControlCharacters(line).trimEnd())
    .filter((line) => !isClutter(line) && !isNoise(line));
  for (const find of finders) {
    const found = find(lines);
    if (found !== undefined && found.length > 0) return shaped(found, whereInLines(found));
  }
  const spoken = lines.filter((line) => line !== '');
  return shaped((spoken.length === 0 ? log : spoken).slice(-shownLines), undefined);
}

const shaped = (lines: readonly string[], where: string | undefined): FailingLines => ({
  ...(where === undefined ? {} : { where }),
  lines: lines.slice(0, shownLines).map((line) => stripVTControlCharacters(line).slice(0, 500)),
});
