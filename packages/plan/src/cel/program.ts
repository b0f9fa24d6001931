import { compileNode } from './evaluation/compile-node.ts';
import type { Frame, Step } from './evaluation/frame.ts';
import type { Library } from './evaluation/scope.ts';
import { celLibrary } from './library/index.ts';
import { celLimits } from './limits.ts';
import { parseCel } from './syntax/parser.ts';
import type { CelData } from './values/cel-value.ts';
import { CelFailure, CelSyntaxError, GasExhausted } from './values/failure.ts';

/** An expression ready to run over CEL values. */
export interface CelProgram {
  readonly run: Step;
  readonly slots: number;
}

export interface ProgramOptions {
  /** Calls of functions that do not exist fail when they are evaluated, instead of when they are compiled. */
  readonly unchecked?: boolean;
  /** Where a name without dots is looked for first. */
  readonly container?: string;
  /** Functions besides the library's; theirs win. */
  readonly library?: Library;
}

/** Parses and compiles; throws a `CelSyntaxError`. */
export function programOfText(text: string, options: ProgramOptions = {}): CelProgram {
  if (text.length > celLimits.source)
    throw new CelSyntaxError(`longer than ${celLimits.source} characters`, celLimits.source);
  const node = parseCel(text);
  let slots = 0;
  const own = options.library;
  const library = celLibrary();
  const run = compileNode(node, {
    names: new Map(),
    container: options.container ?? '',
    library:
      own === undefined
        ? library
        : {
            functions: { ...library.functions, ...own.functions },
            methods: { ...library.methods, ...own.methods },
          },
    unchecked: options.unchecked ?? false,
    depth: 0,
    inPath: false,
    newSlot: () => {
      slots += 1;
      return slots - 1;
    },
    compile: compileNode,
  });
  return { run, slots };
}

export type Outcome =
  | { readonly ok: true; readonly value: CelData; readonly gas: number }
  | {
      readonly ok: false;
      readonly reason: 'error' | 'gas';
      readonly message: string;
      readonly gas: number;
    };

/** Runs a program. It never throws: also not when this program has a fault or the stack ends. */
export function runProgram(
  program: CelProgram,
  resolve: (name: string, frame: Frame) => CelData | undefined,
  options: { readonly gas: number; readonly dotted: boolean },
): Outcome {
  const frame: Frame = {
    gas: 0,
    limit: options.gas,
    slots: Array.from<CelData>({ length: program.slots }).fill(null),
    resolve: (name) => resolve(name, frame),
    dotted: options.dotted,
  };
  try {
    return { ok: true, value: program.run(frame), gas: frame.gas };
  } catch (error) {
    const gas = Math.min(frame.gas, frame.limit);
    if (error instanceof GasExhausted)
      return { ok: false, reason: 'gas', message: error.message, gas };
    if (error instanceof CelFailure)
      return { ok: false, reason: 'error', message: error.message, gas };
    const what = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: 'error', message: `cannot be evaluated: ${what}`, gas };
  }
}
