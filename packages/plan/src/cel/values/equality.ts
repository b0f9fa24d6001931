import { charge, type Frame, weight } from '../evaluation/frame.ts';
import {
  type CelData,
  CelDuration,
  CelLazyMap,
  CelList,
  CelMap,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelType,
  CelUint,
} from './cel-value.ts';
import { mapGet, materialise } from './maps.ts';

/** Whether two values are the same to CEL: numbers by value across their types, everything else within its type. */
export function equal(frame: Frame, left: CelData, right: CelData): boolean {
  if (typeof left === 'string' || typeof left === 'boolean') return left === right;
  if (left === right) return !(typeof left === 'number' && Number.isNaN(left));
  const a = left instanceof CelUint ? left.value : left;
  const b = right instanceof CelUint ? right.value : right;
  if (typeof a === 'bigint' || typeof a === 'number')
    return (typeof b === 'bigint' || typeof b === 'number') && equalNumbers(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return equalObjects(frame, a, b);
}

/** Int and double are equal by their exact values. */
function equalNumbers(a: bigint | number, b: bigint | number): boolean {
  if (typeof a === 'number' && typeof b === 'bigint') return Number.isInteger(a) && BigInt(a) === b;
  if (typeof a === 'bigint' && typeof b === 'number') return Number.isInteger(b) && BigInt(b) === a;
  return a === b;
}

function equalObjects(frame: Frame, left: CelData & object, right: CelData & object): boolean {
  if (left instanceof CelList) return right instanceof CelList && equalLists(frame, left, right);
  if (left instanceof CelMap || left instanceof CelLazyMap)
    return (
      (right instanceof CelMap || right instanceof CelLazyMap) &&
      equalMaps(frame, materialise(frame, left), materialise(frame, right))
    );
  if (left instanceof CelTimestamp)
    return right instanceof CelTimestamp && left.nanos === right.nanos;
  if (left instanceof CelDuration)
    return right instanceof CelDuration && left.nanos === right.nanos;
  if (left instanceof CelType) return right instanceof CelType && left.name === right.name;
  if (left instanceof CelOpaque)
    return right instanceof CelOpaque && left.type === right.type && left.text === right.text;
  if (left instanceof CelOptional)
    return (
      right instanceof CelOptional &&
      (left.value === undefined || right.value === undefined
        ? left.value === right.value
        : equal(frame, left.value, right.value))
    );
  return left instanceof Uint8Array && right instanceof Uint8Array && equalBytes(left, right);
}

function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function equalLists(frame: Frame, left: CelList, right: CelList): boolean {
  if (left.items.length !== right.items.length) return false;
  return left.items.every((item, index) => {
    const other = right.items[index];
    charge(frame, 1 + weight(item));
    return other !== undefined && equal(frame, item, other);
  });
}

function equalMaps(frame: Frame, left: CelMap, right: CelMap): boolean {
  if (left.entries.size !== right.entries.size) return false;
  for (const [key, value] of left.entries) {
    charge(frame, 1 + weight(value));
    const other = mapGet(right, key);
    if (other === undefined || !equal(frame, value, other)) return false;
  }
  return true;
}
