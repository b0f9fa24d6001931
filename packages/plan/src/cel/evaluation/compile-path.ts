import type { CelNode } from '../syntax/node.ts';
import {
  type CelData,
  CelLazyMap,
  CelList,
  CelMap,
  CelOptional,
  CelType,
  none,
  typeName,
} from '../values/cel-value.ts';
import { mapGet } from '../values/maps.ts';
import { charge, type Frame, fail, type Step } from './frame.ts';
import { type CompileScope, withinPath } from './scope.ts';

const types = new Map(
  [
    ...['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type'],
    ...['google.protobuf.Timestamp', 'google.protobuf.Duration', 'optional_type'],
    ...['kubernetes.Quantity', 'kubernetes.URL', 'kubernetes.Semver', 'net.IP', 'net.CIDR'],
  ].map((name) => [name, new CelType(name)]),
);

/** The names that one may stand for, the innermost container's first. */
function candidates(name: string, container: string): readonly string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  const parts = container === '' ? [] : container.split('.');
  return [
    ...parts.map((_, index) => `${parts.slice(0, parts.length - index).join('.')}.${name}`),
    name,
  ];
}

/** A value that is there, null included. */
function present(value: CelData | undefined, message: () => string): CelData {
  return value === undefined ? fail(message()) : value;
}

function resolveFirst(frame: Frame, names: readonly string[]): CelData | undefined {
  for (const name of names) {
    const value = frame.resolve(name);
    if (value !== undefined) return value;
    const type = types.get(name);
    if (type !== undefined) return type;
  }
  return undefined;
}

export function compileName(name: string, scope: CompileScope): Step {
  const slot = scope.names.get(name);
  if (slot !== undefined) return (frame) => frame.slots[slot] ?? null;
  const names = candidates(name, scope.container);
  return (frame) => {
    charge(frame, 1);
    return present(resolveFirst(frame, names), () => `there is no variable '${name}'`);
  };
}

type Select = CelNode & { readonly kind: 'select' };

/** `inPath`: it is the beginning of a longer `a.b.c`, which looks for names with dots by itself. */
export function compileSelect(node: Select, scope: CompileScope, inPath: boolean): Step {
  const { field, how } = node;
  const operand = scope.compile(node.operand, how === 'value' ? withinPath(scope) : scope);
  if (how === 'optional')
    return (frame) => {
      charge(frame, 1);
      return selectOptional(frame, operand(frame), field);
    };
  if (how === 'test')
    return (frame) => {
      charge(frame, 1);
      return hasField(operand(frame), field);
    };
  const plain: Step = (frame) => {
    charge(frame, 1);
    const value = operand(frame);
    if (value instanceof CelMap)
      return present(value.entries.get(field), () => `no such key: ${field}`);
    return selectField(frame, value, field);
  };
  const path = inPath ? undefined : pathOf(node, scope);
  return path === undefined ? plain : qualified(path, scope.container, plain);
}

/** `a.b.c` as its names, when it begins with a variable and not with a macro's. */
function pathOf(node: CelNode, scope: CompileScope): readonly string[] | undefined {
  if (node.kind === 'name') return scope.names.has(node.name) ? undefined : [node.name];
  if (node.kind !== 'select' || node.how !== 'value') return undefined;
  const path = pathOf(node.operand, scope);
  return path === undefined ? undefined : [...path, node.field];
}

interface Prefix {
  readonly names: readonly string[];
  readonly fields: readonly string[];
}

function prefixesOf(path: readonly string[], container: string): readonly Prefix[] {
  return path
    .map((_, index) => path.length - index)
    .map((length) => ({
      names: candidates(path.slice(0, length).join('.'), container),
      fields: path.slice(length),
    }));
}

/** The longest name that is a variable wins: `a.b` before the field `b` of `a`. */
function qualified(path: readonly string[], container: string, plain: Step): Step {
  // Made when first needed: hardly any variable has a name with dots.
  let prefixes: readonly Prefix[] | undefined;
  const isType = types.has(path.join('.').replace(/^\./, ''));
  return (frame) => {
    if (!frame.dotted && !isType) return plain(frame);
    prefixes ??= prefixesOf(path, container);
    for (const { names, fields } of prefixes) {
      charge(frame, 1);
      const value = resolveFirst(frame, names);
      if (value !== undefined)
        return fields.reduce<CelData>((held, field) => selectField(frame, held, field), value);
    }
    return fail(`there is no variable '${path.join('.')}'`);
  };
}

function selectField(frame: Frame, value: CelData, field: string): CelData {
  if (value instanceof CelMap)
    return present(value.entries.get(field), () => `no such key: ${field}`);
  if (value instanceof CelLazyMap)
    return value.names.has(field) ? value.read(field, frame) : fail(`no such key: ${field}`);
  if (value instanceof CelOptional)
    return value.value === undefined ? none : selectWithin(frame, value.value, field);
  return fail(`'${field}' is not a field of a ${typeName(value)}`);
}

/** A field of what an optional holds, as an optional; what can have no fields is a failure. */
function selectWithin(frame: Frame, value: CelData, field: string): CelOptional {
  const canHave =
    value instanceof CelMap || value instanceof CelLazyMap || value instanceof CelOptional;
  if (!canHave) fail(`'${field}' is not a field of a ${typeName(value)}`);
  return selectOptional(frame, value, field);
}

function hasField(value: CelData, field: string): boolean {
  if (value instanceof CelMap) return value.entries.has(field);
  if (value instanceof CelLazyMap) return value.names.has(field);
  if (value instanceof CelOptional)
    return value.value !== undefined && hasField(value.value, field);
  refuseList(value, field);
  return false;
}

/** As cel-go: what is neither map nor list has no field of any name, and null is no failure; a list fails. */
function refuseList(value: CelData, field: string): void {
  if (value instanceof CelList) fail(`'${field}' is not an index of a list`);
}

function selectOptional(frame: Frame, value: CelData, field: string): CelOptional {
  const held = value instanceof CelOptional ? value.value : value;
  if (held === undefined) return none;
  if (held instanceof CelMap) {
    const found = held.entries.get(field);
    return found === undefined ? none : new CelOptional(found);
  }
  if (held instanceof CelLazyMap)
    return held.names.has(field) ? new CelOptional(held.read(field, frame)) : none;
  refuseList(held, field);
  return none;
}

export function compileIndex(node: CelNode & { kind: 'index' }, scope: CompileScope): Step {
  const operand = scope.compile(node.operand, scope);
  const key = scope.compile(node.key, scope);
  return (frame) => {
    charge(frame, 1);
    const value = operand(frame);
    const at = key(frame);
    if (value instanceof CelOptional) {
      if (value.value === undefined) return none;
      const element = node.optional ? elementIfAny : elementAt;
      return optionally(element(frame, value.value, at));
    }
    if (node.optional) return optionally(elementIfAny(frame, value, at));
    const found = elementAt(frame, value, at);
    return found === undefined ? missing(value, at) : found;
  };
}

function optionally(value: CelData | undefined): CelOptional {
  return value === undefined ? none : new CelOptional(value);
}

/** As `elementAt`, but what has no elements at all, like null, is no failure. */
function elementIfAny(frame: Frame, value: CelData, at: CelData): CelData | undefined {
  const hasElements =
    value instanceof CelMap || value instanceof CelList || value instanceof CelLazyMap;
  return hasElements ? elementAt(frame, value, at) : undefined;
}

function elementAt(frame: Frame, value: CelData, at: CelData): CelData | undefined {
  if (value instanceof CelMap) return mapGet(value, at);
  if (value instanceof CelList) {
    const index = wholeIndex(at);
    return value.items[index];
  }
  if (value instanceof CelLazyMap)
    return typeof at === 'string' && value.names.has(at) ? value.read(at, frame) : undefined;
  return fail(`a ${typeName(value)} has no elements`);
}

function wholeIndex(at: CelData): number {
  if (typeof at === 'number' && Number.isInteger(at)) return at;
  if (typeof at === 'bigint') return Number(at);
  if (typeof at === 'object' && at !== null && 'value' in at && typeof at.value === 'bigint')
    return Number(at.value);
  return fail(`a list has no element at a ${typeName(at)}`);
}

function missing(value: CelData, at: CelData): never {
  if (value instanceof CelList) fail(`index out of bounds: ${wholeIndex(at)}`);
  const key = typeof at === 'string' || typeof at === 'bigint' ? at : typeName(at);
  return fail(`no such key: ${String(key)}`);
}
