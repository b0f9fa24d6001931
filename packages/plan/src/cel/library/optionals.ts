import { charge, fail } from '../evaluation/frame.ts';
import type { Library } from '../evaluation/scope.ts';
import {
  type CelData,
  CelDuration,
  CelLazyMap,
  CelList,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelUint,
  none,
} from '../values/cel-value.ts';
import { needList, unsuitable } from './arguments.ts';

/** Empty text, list, map or bytes, 0, false, null and an empty optional. */
function isZero(value: CelData): boolean {
  if (value === null || value === false || value === '' || value === 0n || value === 0) return true;
  if (value instanceof CelList) return value.items.length === 0;
  if (value instanceof CelMap) return value.entries.size === 0;
  if (value instanceof CelLazyMap) return value.names.size === 0;
  if (value instanceof CelUint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof CelDuration) return value.nanos === 0n;
  if (value instanceof CelTimestamp) return value.nanos === -62_135_596_800_000_000_000n;
  return value instanceof CelOptional && value.value === undefined;
}

function needOptional(value: CelData | undefined, what: string): CelOptional {
  return value instanceof CelOptional ? value : unsuitable(value, what, 'an optional');
}

function ofElement(value: CelData | undefined): CelOptional {
  return value === undefined ? none : new CelOptional(value);
}

function unwrap(values: CelData | undefined): CelList {
  const held = needList(values, 'unwrap').items.map((item) => needOptional(item, 'unwrap').value);
  return new CelList(held.filter((item) => item !== undefined));
}

export const optionals: Library = {
  functions: {
    'optional.of/1': (_frame, value = null) => new CelOptional(value),
    'optional.none/0': () => none,
    'optional.ofNonZeroValue/1': (_frame, value = null) =>
      isZero(value) ? none : new CelOptional(value),
    'optional.unwrap/1': (_frame, values) => unwrap(values),
  },
  methods: {
    'hasValue/0': (_frame, value) => needOptional(value, 'hasValue()').value !== undefined,
    'value/0': (_frame, value) => {
      const held = needOptional(value, 'value()').value;
      return held === undefined ? fail('optional.none() has no value') : held;
    },
    'unwrapOpt/0': (frame, values) => {
      charge(frame, 1);
      return unwrap(values);
    },
    'first/0': (_frame, list) => ofElement(needList(list, 'first()').items[0]),
    'last/0': (_frame, list) => ofElement(needList(list, 'last()').items.at(-1)),
  },
};
