import type { TemplateValidationError } from '@actions/workflow-parser/templates/template-validation-error';
import { type ErrorItem, PltfError } from '@pltf/contracts';
import { z } from 'zod';

/** One thing wrong in a workflow or action file. Lines and columns count from 1. */
export const WorkflowProblem = z.object({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  message: z.string(),
  fix: z.string().optional(),
});
export type WorkflowProblem = z.infer<typeof WorkflowProblem>;

const messageCharacters = 300;

/** The parser's errors as problems in the order of the file, one for a place, columns counted in the file. */
export function problemsFrom(
  file: string,
  text: string,
  errors: readonly TemplateValidationError[],
): WorkflowProblem[] {
  const lines = text.split('\n');
  const seen = new Set<string>();
  const problems: WorkflowProblem[] = [];
  for (const error of errors) {
    const line = Math.min(Math.max(1, error.range?.start.line ?? 1), lines.length);
    const column = columnOf(lines[line - 1] ?? '', error.range?.start.column ?? 1);
    const message = error.rawMessage.split('\n', 1)[0]?.slice(0, messageCharacters) ?? '';
    if (seen.has(`${line}:${column}`)) continue;
    seen.add(`${line}:${column}`);
    problems.push({ file, line, column, message, ...fixFor(message) });
  }
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** In text of several lines the parser counts columns without the text's indentation. */
function columnOf(line: string, column: number): number {
  const indentation = line.length - line.trimStart().length;
  for (let more = indentation; more > 0; more -= 1) {
    if (line.startsWith('${{', column - 1 + more)) return column + more;
  }
  return column;
}

/** The keys of a workflow file that people write most. */
const knownKeys = [
  'branches',
  'branches-ignore',
  'cancel-in-progress',
  'concurrency',
  'container',
  'continue-on-error',
  'default',
  'defaults',
  'description',
  'env',
  'environment',
  'exclude',
  'fail-fast',
  'group',
  'id',
  'if',
  'include',
  'inputs',
  'jobs',
  'matrix',
  'max-parallel',
  'name',
  'needs',
  'on',
  'outputs',
  'paths',
  'paths-ignore',
  'permissions',
  'pull_request',
  'push',
  'required',
  'run',
  'run-name',
  'runs',
  'runs-on',
  'schedule',
  'secrets',
  'services',
  'shell',
  'steps',
  'strategy',
  'tags',
  'tags-ignore',
  'timeout-minutes',
  'type',
  'uses',
  'using',
  'value',
  'with',
  'workflow_call',
  'workflow_dispatch',
  'working-directory',
];

function fixFor(message: string): { fix: string } | Record<never, never> {
  const unexpected = /^Unexpected value '([^']{1,40})'$/.exec(message)?.[1];
  if (unexpected !== undefined) {
    const near = nearest(unexpected.toLowerCase().replaceAll(' ', '-'), knownKeys);
    return near === undefined || near === unexpected ? {} : { fix: `Did you mean '${near}'?` };
  }
  const missing = /^Required property is missing: (.{1,40})$/.exec(message)?.[1];
  return missing === undefined ? {} : { fix: `Add '${missing}' here.` };
}

/** The candidate that differs least, if it differs in at most a third of its characters. */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The problems as the error that a person gets when a push holds a workflow that cannot be read. */
export function workflowInvalid(problems: readonly WorkflowProblem[]): PltfError {
  const files = [...new Set(problems.map((problem) => problem.file))];
  const errors: ErrorItem[] = problems.map(({ file, line, column, message, fix }) => ({
    where: `${file}:${line}:${column}`,
    message,
    ...(fix === undefined ? {} : { fix }),
  }));
  return new PltfError('workflow-invalid', {
    detail: `${problems.length} problem${problems.length === 1 ? '' : 's'} in ${files.join(', ')}`,
    errors,
  });
}
