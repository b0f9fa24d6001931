import { celLimits } from '../limits.ts';
import type { CelNode, ListItem, MapEntry } from '../syntax/node.ts';
import { type CelData, CelList, CelOptional } from '../values/cel-value.ts';
import { CelFailure, CelSyntaxError } from '../values/failure.ts';
import { MapBuilder } from '../values/maps.ts';
import { compileCall } from './compile-call.ts';
import { compileFold, compileWithin } from './compile-fold.ts';
import { compileIndex, compileName, compileSelect } from './compile-path.ts';
import { charge, fail, failureCost, type Step } from './frame.ts';
import { type CompileScope, deeper } from './scope.ts';

/** Turns a node into a function; throws a `CelSyntaxError` for what no value could make valid. */
export function compileNode(node: CelNode, outer: CompileScope): Step {
  const scope = deeper(outer);
  if (scope.depth > celLimits.depth)
    throw new CelSyntaxError(
      `more than ${celLimits.depth} operations inside one another: give a part a name of its own`,
      node.at,
    );
  switch (node.kind) {
    case 'constant': {
      const { value } = node;
      return () => value;
    }
    case 'name':
      return compileName(node.name, scope);
    case 'select':
      return compileSelect(node, scope, outer.inPath);
    case 'index':
      return compileIndex(node, scope);
    case 'call':
      return compileCall(node, scope);
    case 'and':
      return compileLogic(node.terms, scope, false);
    case 'or':
      return compileLogic(node.terms, scope, true);
    case 'if':
      return compileIf(node, scope);
    case 'list':
      return compileList(node.items, scope);
    case 'map':
      return compileMap(node.entries, scope);
    case 'fold':
      return compileFold(node, scope);
    case 'within':
      return compileWithin(node, scope);
  }
}

/** `&&` ends at the first false and `||` at the first true, even after a failure. */
function compileLogic(terms: readonly CelNode[], scope: CompileScope, decisive: boolean): Step {
  const steps = terms.map((term) => scope.compile(term, scope));
  return (frame) => {
    let failure: CelFailure | undefined;
    for (const step of steps) {
      try {
        charge(frame, 1);
        const value = step(frame);
        if (value === decisive) return decisive;
        if (typeof value !== 'boolean')
          fail(`'${decisive ? '||' : '&&'}' needs bool on both sides`);
      } catch (error) {
        if (!(error instanceof CelFailure)) throw error;
        charge(frame, failureCost);
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}

function compileIf(node: CelNode & { kind: 'if' }, scope: CompileScope): Step {
  const test = scope.compile(node.test, scope);
  const yes = scope.compile(node.yes, scope);
  const no = scope.compile(node.no, scope);
  return (frame) => {
    charge(frame, 1);
    const value = test(frame);
    if (value === true) return yes(frame);
    if (value === false) return no(frame);
    return fail('the condition before ? is not a bool');
  };
}

/** The value to put in, undefined when an optional is empty. */
function entryValue(value: CelData, optional: boolean): CelData | undefined {
  if (!optional) return value;
  if (value instanceof CelOptional) return value.value;
  return fail('an entry after ? needs an optional');
}

function compileList(items: readonly ListItem[], scope: CompileScope): Step {
  const steps = items.map(({ value, optional }) => ({
    step: scope.compile(value, scope),
    optional,
  }));
  if (items.every(({ value, optional }) => value.kind === 'constant' && !optional)) {
    const constant = new CelList(
      items.map(({ value }) => (value.kind === 'constant' ? value.value : null)),
    );
    return (frame) => {
      charge(frame, 1 + items.length);
      return constant;
    };
  }
  return (frame) => {
    charge(frame, 1 + steps.length);
    const values: CelData[] = [];
    for (const { step, optional } of steps) {
      const value = entryValue(step(frame), optional);
      if (value !== undefined) values.push(value);
    }
    return new CelList(values);
  };
}

function compileMap(entries: readonly MapEntry[], scope: CompileScope): Step {
  const steps = entries.map(({ key, value, optional }) => ({
    key: scope.compile(key, scope),
    value: scope.compile(value, scope),
    optional,
  }));
  return (frame) => {
    charge(frame, 1 + steps.length);
    const builder = new MapBuilder();
    for (const { key, value, optional } of steps) {
      const name = key(frame);
      const held = entryValue(value(frame), optional);
      if (held !== undefined) builder.put(name, held);
    }
    return builder.map();
  };
}
