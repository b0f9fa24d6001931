import type { CelNode } from '../syntax/node.ts';
import type { CelData } from '../values/cel-value.ts';
import type { Frame, Step } from './frame.ts';

/** A function or method; a method's first argument is what it is called on. */
export type CelFunction = (frame: Frame, ...args: CelData[]) => CelData;

/** Functions by name and number of arguments (`size/1`); methods likewise, not counting what they are called on. */
export interface Library {
  readonly functions: Readonly<Record<string, CelFunction>>;
  readonly methods: Readonly<Record<string, CelFunction>>;
}

/** What is known while an expression is compiled. */
export interface CompileScope {
  /** Variables of the macros around, with their places. */
  readonly names: ReadonlyMap<string, number>;
  /** Where a name without dots is looked for first: `a.b` for `a.b.name`, `a.name`, `name`. */
  readonly container: string;
  readonly library: Library;
  /** Calls of functions that do not exist fail when they are evaluated, instead of when they are compiled. */
  readonly unchecked: boolean;
  readonly depth: number;
  /** The node is the operand of a selection. */
  readonly inPath: boolean;
  readonly newSlot: () => number;
  readonly compile: (node: CelNode, scope: CompileScope) => Step;
}

/** One level further in. Spelled out: spreading an object for each node was a third of the time of compiling. */
export function deeper(scope: CompileScope): CompileScope {
  return changed(scope, scope.depth + 1, false);
}

/** The scope of what a selection selects from. */
export function withinPath(scope: CompileScope): CompileScope {
  return changed(scope, scope.depth, true);
}

function changed(scope: CompileScope, depth: number, inPath: boolean): CompileScope {
  return {
    names: scope.names,
    container: scope.container,
    library: scope.library,
    unchecked: scope.unchecked,
    depth,
    inPath,
    newSlot: scope.newSlot,
    compile: scope.compile,
  };
}

/** The scope inside a macro that names variables. */
export function withNames(
  scope: CompileScope,
  names: readonly string[],
): { inner: CompileScope; slots: readonly number[] } {
  const slots = names.map(() => scope.newSlot());
  const inner = new Map(scope.names);
  names.forEach((name, index) => {
    inner.set(name, slots[index] ?? 0);
  });
  return { inner: { ...scope, names: inner }, slots };
}
