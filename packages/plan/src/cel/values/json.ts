import { celLimits } from '../limits.ts';
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
import { CelFailure } from './failure.ts';
import { durationText, timestampText } from './times.ts';

/** Which members of an object are doubles whatever they hold; a tree of keys, with `*` for any. */
export interface DoublePaths {
  readonly here: boolean;
  readonly inner: ReadonlyMap<string, DoublePaths>;
}

interface MutablePaths {
  here: boolean;
  inner: Map<string, MutablePaths>;
}

export function doublePaths(paths: readonly string[]): DoublePaths | undefined {
  if (paths.length === 0) return undefined;
  const root: MutablePaths = { here: false, inner: new Map() };
  for (const path of paths) {
    let node = root;
    for (const key of path.split('.')) {
      const inner = node.inner.get(key) ?? { here: false, inner: new Map() };
      node.inner.set(key, inner);
      node = inner;
    }
    node.here = true;
  }
  return root;
}

function below(paths: DoublePaths | undefined, key: string): DoublePaths | undefined {
  if (paths === undefined || paths.inner.size === 0) return undefined;
  return paths.inner.get(key) ?? paths.inner.get('*');
}

/** JSON as CEL sees it: whole numbers are int, others double, and `undefined` members are left out. */
export function fromJson(json: unknown, doubles?: DoublePaths, depth = 0): CelData {
  switch (typeof json) {
    case 'string':
    case 'boolean':
      return json;
    case 'bigint':
      return BigInt.asIntN(64, json);
    case 'number':
      return Number.isInteger(json) && Math.abs(json) < 2 ** 63 && doubles?.here !== true
        ? BigInt(json)
        : json;
    case 'object':
      return json === null ? null : fromObject(json, doubles, depth);
    default:
      throw new CelFailure(`a ${typeof json} is not JSON`);
  }
}

function fromObject(json: object, doubles: DoublePaths | undefined, depth: number): CelData {
  if (depth > celLimits.json) throw new CelFailure('the JSON is nested too deeply');
  if (Array.isArray(json))
    return new CelList(
      json.map((item: unknown, index) => fromJson(item, below(doubles, String(index)), depth + 1)),
    );
  if (json instanceof Date) return new CelTimestamp(BigInt(json.getTime()) * 1_000_000n);
  const entries = new Map<string, CelData>();
  for (const [key, value] of Object.entries(json))
    if (value !== undefined) entries.set(key, fromJson(value, below(doubles, key), depth + 1));
  return new CelMap(entries);
}

/** What an expression gave, as JSON. */
export function toJson(value: CelData, force: (map: CelLazyMap) => CelMap): unknown {
  if (typeof value === 'bigint') return numberOf(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof CelList) return value.items.map((item) => toJson(item, force));
  if (value instanceof CelLazyMap) return toJson(force(value), force);
  if (value instanceof CelMap)
    return Object.fromEntries(
      [...value.entries].map(([key, held]) => [String(key), toJson(held, force)]),
    );
  if (value instanceof CelUint) return numberOf(value.value);
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelDuration) return durationText(value);
  if (value instanceof CelOptional)
    return value.value === undefined ? null : toJson(value.value, force);
  if (value instanceof CelType) return value.name;
  if (value instanceof CelOpaque) return value.text;
  return base64(value);
}

function numberOf(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
