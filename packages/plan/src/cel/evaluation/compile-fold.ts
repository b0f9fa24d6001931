import type { CelNode, Fold } from '../syntax/node.ts';
import {
  type CelData,
  CelLazyMap,
  CelList,
  CelMap,
  CelOptional,
  none,
} from '../values/cel-value.ts';
import { CelFailure } from '../values/failure.ts';
import { keysOf, MapBuilder, mapGet, materialise, pairsOf } from '../values/maps.ts';
import { charge, type Frame, fail, failureCost, type Step, weight } from './frame.ts';
import { type CompileScope, withNames } from './scope.ts';

/** What a macro keeps while it walks; `done` ends it early. */
interface Walk {
  readonly take: (frame: Frame, key: CelData) => void;
  readonly done: () => boolean;
  readonly result: () => CelData;
}

type Start = (body: Step) => Walk;

const starts: Readonly<Record<Fold['fold'], Start>> = {
  all: (body) => until(body, false),
  exists: (body) => until(body, true),
  existsOne: (body) => {
    let count = 0;
    return {
      take: (frame) => {
        if (isTrue(body(frame))) count += 1;
      },
      done: () => false,
      result: () => count === 1,
    };
  },
  map: (body) => {
    const items: CelData[] = [];
    return {
      take: (frame) => {
        items.push(body(frame));
      },
      done: () => false,
      result: () => new CelList(items),
    };
  },
  filter: () => fail('a filter is compiled as a map with a condition'),
  transformMap: (body) => {
    const builder = new MapBuilder();
    return {
      take: (frame, key) => builder.put(key, body(frame)),
      done: () => false,
      result: () => builder.map(),
    };
  },
  transformMapEntry: (body) => {
    const builder = new MapBuilder();
    return {
      take: (frame) => {
        const value = body(frame);
        if (!(value instanceof CelMap))
          fail('transformMapEntry() needs a map from its last argument');
        for (const [key, held] of pairsOf(value)) builder.put(key, held);
      },
      done: () => false,
      result: () => builder.map(),
    };
  },
};

function isTrue(value: CelData): boolean {
  return typeof value === 'boolean' ? value : fail('the condition of a macro is not a bool');
}

/** `all` and `exists`: an element that decides wins over one that fails. */
function until(body: Step, decisive: boolean): Walk {
  let decided = false;
  let failure: CelFailure | undefined;
  return {
    take: (frame) => {
      try {
        decided = isTrue(body(frame)) === decisive;
      } catch (error) {
        if (!(error instanceof CelFailure)) throw error;
        charge(frame, failureCost);
        failure ??= error;
      }
    },
    done: () => decided,
    result: () => {
      if (!decided && failure !== undefined) throw failure;
      return decided === decisive;
    },
  };
}

export function compileFold(node: Fold, scope: CompileScope): Step {
  const range = scope.compile(node.range, scope);
  const { inner, slots } = withNames(scope, node.names);
  const [first = 0, second] = slots;
  const isFilter = node.fold === 'filter';
  const where = isFilter ? node.body : node.where;
  const condition = where === undefined ? undefined : inner.compile(where, inner);
  const body: Step = isFilter
    ? (frame) => frame.slots[first] ?? null
    : inner.compile(node.body, inner);
  const start = starts[isFilter ? 'map' : node.fold];
  return (frame) => {
    charge(frame, 1);
    const walk = start(body);
    const source = range(frame);
    const visit = (key: CelData): void => {
      charge(frame, 1);
      if (condition === undefined || isTrue(condition(frame))) walk.take(frame, key);
    };
    if (second === undefined) eachElement(frame, source, first, visit, walk.done);
    else eachPair(frame, source, first, second, visit, walk.done);
    return walk.result();
  };
}

type Visit = (key: CelData) => void;

function eachElement(
  frame: Frame,
  source: CelData,
  slot: number,
  visit: Visit,
  done: () => boolean,
): void {
  const items = elements(frame, source);
  for (const item of items) {
    frame.slots[slot] = item;
    visit(item);
    if (done()) return;
  }
}

function elements(frame: Frame, source: CelData): readonly CelData[] {
  if (source instanceof CelList) return source.items;
  if (source instanceof CelMap || source instanceof CelLazyMap) {
    // The keys are gathered before the first is looked at, also by a macro that ends at it.
    charge(frame, weight(source));
    return keysOf(materialise(frame, source));
  }
  return fail('a macro needs a list or a map to walk over');
}

function eachPair(
  frame: Frame,
  source: CelData,
  first: number,
  second: number,
  visit: Visit,
  done: () => boolean,
): void {
  const keys = elements(frame, source);
  const isList = source instanceof CelList;
  const map = isList || !isMap(source) ? undefined : materialise(frame, source);
  for (const [index, key] of keys.entries()) {
    const name = isList ? BigInt(index) : key;
    frame.slots[first] = name;
    frame.slots[second] = map === undefined ? key : (mapGet(map, key) ?? null);
    visit(name);
    if (done()) return;
  }
}

function isMap(value: CelData): value is CelMap | CelLazyMap {
  return value instanceof CelMap || value instanceof CelLazyMap;
}

/** `optMap` and `optFlatMap`: the body over what an optional holds. */
export function compileWithin(node: CelNode & { kind: 'within' }, scope: CompileScope): Step {
  const target = scope.compile(node.target, scope);
  const { inner, slots } = withNames(scope, [node.name]);
  const [slot = 0] = slots;
  const body = inner.compile(node.body, inner);
  return (frame) => {
    charge(frame, 1);
    const held = target(frame);
    if (!(held instanceof CelOptional)) return fail('optMap() needs an optional');
    if (held.value === undefined) return none;
    frame.slots[slot] = held.value;
    const value = body(frame);
    if (!node.flat) return new CelOptional(value);
    return value instanceof CelOptional
      ? value
      : fail('optFlatMap() needs an optional from its body');
  };
}
