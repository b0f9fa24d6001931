export { celValue, celVariables } from './inputs.ts';
export { compileCel } from './expression.ts';
export { lintCel } from './lint.ts';
export type {
  CelCompilation,
  CelExpression,
  CelInput,
  CelLint,
  CelOptions,
  CelProblem,
  CelResult,
} from './port.ts';
