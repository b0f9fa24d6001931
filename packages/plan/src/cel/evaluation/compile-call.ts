import { nearest } from '../../nearest.ts';
import type { Call, CelNode } from '../syntax/node.ts';
import { type CelData, CelOptional } from '../values/cel-value.ts';
import { CelSyntaxError } from '../values/failure.ts';
import { charge, fail, type Step, weight } from './frame.ts';
import type { CelFunction, CompileScope } from './scope.ts';

export function compileCall(node: Call, scope: CompileScope): Step {
  const lazily = compileOr(node, scope);
  if (lazily !== undefined) return lazily;
  const { callee, parts } = resolve(node, scope);
  const steps = parts.map((part) => scope.compile(part, scope));
  const [first, second, third] = steps;
  if (first === undefined)
    return (frame) => {
      charge(frame, 1);
      return callee(frame);
    };
  if (second === undefined)
    return (frame) => {
      const a = first(frame);
      charge(frame, 1 + weight(a));
      return callee(frame, a);
    };
  if (third === undefined)
    return (frame) => {
      const a = first(frame);
      const b = second(frame);
      charge(frame, 1 + weight(a) + weight(b));
      return callee(frame, a, b);
    };
  return (frame) => {
    const values: CelData[] = steps.map((step) => step(frame));
    charge(frame, 1 + values.reduce<number>((sum, value) => sum + weight(value), 0));
    return callee(frame, ...values);
  };
}

/** Dotted names of a call's target, like `sets` in `sets.contains(a, b)`. */
function dotted(node: CelNode): string | undefined {
  if (node.kind === 'name') return node.name.replace(/^\./, '');
  if (node.kind !== 'select' || node.how !== 'value') return undefined;
  const operand = dotted(node.operand);
  return operand === undefined ? undefined : `${operand}.${node.field}`;
}

function resolve(
  node: Call,
  scope: CompileScope,
): { callee: CelFunction; parts: readonly CelNode[] } {
  const { target, args } = node;
  const { functions, methods } = scope.library;
  const space = target === undefined ? undefined : dotted(target);
  const name = space === undefined ? node.name : `${space}.${node.name}`;
  const key = `${name}/${args.length}`;
  if ((target === undefined || space !== undefined) && Object.hasOwn(functions, key)) {
    const callee = functions[key];
    if (callee !== undefined) return { callee, parts: args };
  }
  const method = `${node.name}/${args.length}`;
  if (target !== undefined && Object.hasOwn(methods, method)) {
    const callee = methods[method];
    if (callee !== undefined) return { callee, parts: [target, ...args] };
  }
  const message = unknownFunction(node, scope);
  if (scope.unchecked) return { callee: () => fail(message), parts: [] };
  throw new CelSyntaxError(message, node.at);
}

function unknownFunction(node: Call, scope: CompileScope): string {
  const known = Object.keys(node.target ? scope.library.methods : scope.library.functions);
  const names = known.filter((key) => !key.includes('_')).map((key) => key.split('/')[0] ?? '');
  const what = node.target === undefined ? 'function' : 'method';
  if (names.includes(node.name))
    return `the ${what} '${node.name}' does not take ${node.args.length} arguments`;
  const near = nearest(node.name, [...new Set(names)]);
  return `there is no ${what} '${node.name}'${near === undefined ? '' : `: did you mean '${near}'?`}`;
}

/**
 * `or` and `orValue` look at their argument only when the optional is empty. What is no optional at all is given back as
 * it is, as cel-go does when it could not know the type.
 */
function compileOr(node: Call, scope: CompileScope): Step | undefined {
  const [other] = node.args;
  const isOr = node.name === 'or' || node.name === 'orValue';
  if (!isOr || node.target === undefined || other === undefined || node.args.length !== 1)
    return undefined;
  const target = scope.compile(node.target, scope);
  const instead = scope.compile(other, scope);
  return (frame) => {
    charge(frame, 1);
    const held = target(frame);
    if (!(held instanceof CelOptional)) return held;
    if (held.value !== undefined) return node.name === 'or' ? held : held.value;
    const value = instead(frame);
    if (node.name === 'or' && !(value instanceof CelOptional)) fail('or() needs another optional');
    return value;
  };
}
