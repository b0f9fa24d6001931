export { compileCel } from './expression.ts';
export { type CelDefinition, celValue, celVariables } from './inputs.ts';
export { lintCel } from './lint.ts';
export type {
  CelCompilation,
  CelCompileOptions,
  CelExpression,
  CelInput,
  CelLint,
  CelOptions,
  CelProblem,
  CelResult,
} from './port.ts';
