import { CelSyntaxError } from '../values/failure.ts';
import type { Call, CelNode, Fold, FoldKind } from './node.ts';

/** Recognises `has`, the macros over lists and maps, `optMap` and `optFlatMap`; any other call stays what it is. */
export function expandMacro(call: Call): CelNode {
  const { target, name, args, at } = call;
  if (target === undefined) return name === 'has' && args.length === 1 ? has(call) : call;
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
    const [variable, body] = args as readonly [CelNode, CelNode];
    return {
      kind: 'within',
      target,
      name: plainName(variable),
      body,
      flat: name === 'optFlatMap',
      at,
    };
  }
  return fold(call, target) ?? call;
}

function has(call: Call): CelNode {
  const [operand] = call.args;
  if (operand?.kind !== 'select' || operand.how !== 'value')
    throw new CelSyntaxError(
      'has() needs the selection of a field, like has(object.spec)',
      call.at,
    );
  return { ...operand, how: 'test' };
}

function plainName(node: CelNode): string {
  if (node.kind !== 'name' || node.name.startsWith('.'))
    throw new CelSyntaxError('expected a plain name for the variable', node.at);
  return node.name;
}

interface Shape {
  readonly fold: FoldKind;
  /** How many of the arguments are names, by how many arguments there are. */
  readonly names: Readonly<Record<number, number>>;
}

const shapes: Readonly<Record<string, Shape>> = {
  all: { fold: 'all', names: { 2: 1, 3: 2 } },
  exists: { fold: 'exists', names: { 2: 1, 3: 2 } },
  exists_one: { fold: 'existsOne', names: { 2: 1, 3: 2 } },
  existsOne: { fold: 'existsOne', names: { 2: 1, 3: 2 } },
  map: { fold: 'map', names: { 2: 1, 3: 1 } },
  filter: { fold: 'filter', names: { 2: 1 } },
  transformList: { fold: 'map', names: { 3: 2, 4: 2 } },
  transformMap: { fold: 'transformMap', names: { 3: 2, 4: 2 } },
  transformMapEntry: { fold: 'transformMapEntry', names: { 3: 2, 4: 2 } },
};

function fold(call: Call, range: CelNode): Fold | undefined {
  const shape = Object.hasOwn(shapes, call.name) ? shapes[call.name] : undefined;
  const count = shape?.names[call.args.length];
  if (shape === undefined || count === undefined) return undefined;
  const names = call.args.slice(0, count).map(plainName);
  if (new Set(names).size < names.length)
    throw new CelSyntaxError('the two variables need different names', call.at);
  const parts = call.args.slice(count);
  const body = parts.at(-1);
  if (body === undefined) return undefined;
  const where = parts.length > 1 ? parts[0] : undefined;
  return { kind: 'fold', fold: shape.fold, range, names, where, body, at: call.at };
}
