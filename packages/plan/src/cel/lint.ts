import { compileCel } from './expression.ts';
import type { CelLint } from './port.ts';

/** Says which Kubernetes evaluates the same text, and what in it never will. */
export function lintCel(text: string): CelLint {
  const compiled = compileCel(text);
  if (!compiled.ok)
    return { kubernetes: undefined, notes: compiled.problems.map(({ message }) => message) };
  return { kubernetes: '1.26', notes: [] };
}
