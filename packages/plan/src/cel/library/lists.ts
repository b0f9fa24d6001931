import { charge, type Frame, fail, weight } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import { type CelData, CelDuration, CelList, CelUint, typeName } from '../values/cel-value.ts';
import { equal } from '../values/equality.ts';
import { needIndex, needInt, needList } from './arguments.ts';
import { compare, operators } from './operators.ts';
import { textSearch } from './strings.ts';

/** Both have a method for text and one for lists. */
function eitherKind(text: CelFunction, list: CelFunction): CelFunction {
  return (frame, target = null, ...args) =>
    (target instanceof CelList ? list : text)(frame, target, ...args);
}

function same(frame: Frame, left: CelData, right: CelData): boolean {
  charge(frame, 1 + weight(left));
  return equal(frame, left, right);
}

/** What comparing each element so many times may take. */
function chargeEach(frame: Frame, items: readonly CelData[], times = 1): void {
  for (const item of items) charge(frame, (1 + weight(item)) * times);
}

const listIndexOf: CelFunction = (frame, list, value = null) =>
  BigInt(needList(list, 'indexOf()').items.findIndex((item) => same(frame, item, value)));

const listLastIndexOf: CelFunction = (frame, list, value = null) =>
  BigInt(needList(list, 'lastIndexOf()').items.findLastIndex((item) => same(frame, item, value)));

function order(left: CelData, right: CelData, what: string): number {
  const result = typeName(left) === typeName(right) ? compare(left, right) : undefined;
  return result ?? fail(`no such overload: ${what} of ${typeName(left)} and ${typeName(right)}`);
}

const isSorted: CelFunction = (frame, list) => {
  const { items } = needList(list, 'isSorted()');
  chargeEach(frame, items);
  return items.every((item, index) => {
    const next = items[index + 1];
    return next === undefined || order(item, next, 'isSorted()') <= 0;
  });
};

function extreme(name: string, wins: (order: number) => boolean): CelFunction {
  return (frame, list) => {
    const { items } = needList(list, name);
    chargeEach(frame, items);
    const [first, ...rest] = items;
    if (first === undefined) return fail(`${name} of an empty list`);
    return rest.reduce<CelData>(
      (best, item) => (wins(order(item, best, name)) ? item : best),
      first,
    );
  };
}

const sum: CelFunction = (frame, list) => {
  const { items } = needList(list, 'sum()');
  const [first, ...rest] = items;
  if (first === undefined) return 0n;
  const isNumber = typeof first === 'bigint' || typeof first === 'number';
  if (!isNumber && !(first instanceof CelUint) && !(first instanceof CelDuration))
    fail(`no such overload: sum() of ${typeName(first)}`);
  const add = operators.functions['_+_/2'];
  return rest.reduce<CelData>((total, item) => add?.(frame, total, item) ?? total, first);
};

const slice: CelFunction = (frame, list, from, to) => {
  const { items } = needList(list, 'slice()');
  const [start, end] = [needIndex(from, 'slice()'), needIndex(to, 'slice()')];
  if (start < 0 || end < 0) fail('slice(): negative indexes are not supported');
  if (start > end) fail(`slice(): the start ${start} is behind the end ${end}`);
  if (end > items.length) fail(`slice(): the list has only ${items.length} elements`);
  charge(frame, end - start);
  return new CelList(items.slice(start, end));
};

const flatten: CelFunction = (frame, list, depth = 1n) => {
  const levels = needInt(depth, 'flatten()');
  if (levels < 0n) fail('flatten(): the level must not be negative');
  const flat: CelData[] = [];
  const walk = (items: readonly CelData[], left: bigint): void => {
    charge(frame, 1 + items.length);
    for (const item of items)
      if (item instanceof CelList && left > 0n) walk(item.items, left - 1n);
      else flat.push(item);
  };
  walk(needList(list, 'flatten()').items, levels > 100n ? 100n : levels);
  return new CelList(flat);
};

const distinct: CelFunction = (frame, list) => {
  const kept: CelData[] = [];
  for (const item of needList(list, 'distinct()').items)
    if (!kept.some((other) => same(frame, other, item))) kept.push(item);
  return new CelList(kept);
};

const sort: CelFunction = (frame, list) => {
  const { items } = needList(list, 'sort()');
  chargeEach(frame, items, Math.ceil(Math.log2(items.length + 1)));
  return new CelList(items.toSorted((left, right) => order(left, right, 'sort()')));
};

const range: CelFunction = (frame, count) => {
  const length = needIndex(count, 'lists.range()');
  if (length < 0) fail('lists.range(): the number must not be negative');
  charge(frame, length);
  return new CelList(Array.from({ length }, (_, index) => BigInt(index)));
};

const includes: CelFunction = (frame, list, value = null) =>
  needList(list, 'includes()').items.some((item) => same(frame, item, value));

export const lists: Library = {
  functions: { 'lists.range/1': range },
  methods: {
    'isSorted/0': isSorted,
    'sum/0': sum,
    'min/0': extreme('min()', (found) => found < 0),
    'max/0': extreme('max()', (found) => found > 0),
    'indexOf/1': eitherKind(textSearch.indexOf, listIndexOf),
    'lastIndexOf/1': eitherKind(textSearch.lastIndexOf, listLastIndexOf),
    'slice/2': slice,
    'flatten/0': flatten,
    'flatten/1': flatten,
    'distinct/0': distinct,
    'sort/0': sort,
    'includes/1': includes,
  },
};
