import { data, wellKnownFunctions } from '@actions/expressions';
import type { FunctionDefinition } from '@actions/expressions/funcs/info';
import type { ExpressionValue } from './expression-values.ts';
import { workflowLimits } from './workflow-limits.ts';

/** Thrown where an expression has no value; `files` is set when only the hash of files is missing. */
export class ExpressionProblem extends Error {
  override readonly name = 'ExpressionProblem';
  readonly files: readonly string[] | undefined;

  constructor(message: string, files?: readonly string[]) {
    super(message);
    this.files = files;
  }
}

/** What `success()`, `failure()` and `cancelled()` answer. */
export interface StatusAnswers {
  readonly success: boolean;
  readonly failure: boolean;
  readonly cancelled: boolean;
}

/** The hash of files by their patterns, for `hashFiles`; undefined while it is not known. */
export type FileHashes = (patterns: readonly string[]) => string | undefined;

const refuseLong = (length: number): void => {
  if (length <= workflowLimits.valueCharacters) return;
  throw new ExpressionProblem(
    `The value has more than ${workflowLimits.valueCharacters / 1024 / 1024} MiB`,
  );
};

const textOf = (value: ExpressionValue | undefined): string => value?.coerceString() ?? '';

/** Checked before the text is made: nested fifty deep, `format` could ask for any amount of memory. */
function lengthOfFormat(args: readonly ExpressionValue[]): number {
  const format = textOf(args[0]);
  let length = format.length;
  for (const [, index] of format.matchAll(/\{(\d{1,3})/g)) {
    length += textOf(args[Number(index) + 1]).length;
  }
  return length;
}

function lengthOfJoin(args: readonly ExpressionValue[]): number {
  const [list, separator] = args;
  if (!(list instanceof data.Array)) return textOf(list).length;
  const between = textOf(separator).length + 1;
  return list.values().reduce((sum, item) => sum + textOf(item).length + between, 0);
}

const limited = (
  name: 'format' | 'join' | 'tojson',
  lengthBefore: (args: readonly ExpressionValue[]) => number,
): FunctionDefinition => {
  const known = wellKnownFunctions[name];
  if (known === undefined) throw new Error(`The expression library lacks ${name}`);
  return {
    ...known,
    call: (...args) => {
      refuseLong(lengthBefore(args));
      const value = known.call(...args);
      refuseLong(textOf(value).length);
      return value;
    },
  };
};

const answer = (name: string, value: boolean): FunctionDefinition => ({
  name,
  minArgs: 0,
  maxArgs: Number.MAX_SAFE_INTEGER,
  call: () => new data.BooleanData(value),
});

/** The functions that expressions may call here, beyond those of the library that need no care. */
export function expressionFunctions(
  status: StatusAnswers,
  hashes: FileHashes,
): ReadonlyMap<string, FunctionDefinition> {
  const hashFiles: FunctionDefinition = {
    name: 'hashFiles',
    minArgs: 1,
    maxArgs: 255,
    call: (...args) => {
      const patterns = args.map(textOf);
      const hash = hashes(patterns);
      if (hash === undefined)
        throw new ExpressionProblem('hashFiles has no workspace here', patterns);
      return new data.StringData(hash);
    },
  };
  return new Map([
    ['format', limited('format', lengthOfFormat)],
    ['join', limited('join', lengthOfJoin)],
    ['tojson', limited('tojson', () => 0)],
    ['hashfiles', hashFiles],
    ['always', answer('always', true)],
    ['success', answer('success', status.success)],
    ['failure', answer('failure', status.failure)],
    ['cancelled', answer('cancelled', status.cancelled)],
  ]);
}
