import { type Frame, fail } from '../evaluation/frame.ts';
import { type CelData, type CelKey, type CelLazyMap, CelMap, CelUint } from './cel-value.ts';

/** A key as maps hold it; undefined for a value that is no key of any map. */
export function keyOf(value: CelData): CelKey | undefined {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean')
    return value;
  if (value instanceof CelUint) return value.value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return undefined;
}

export function mapGet(map: CelMap, key: CelData): CelData | undefined {
  const known = keyOf(key);
  return known === undefined ? undefined : map.entries.get(known);
}

/** The keys of a map as values. */
export function keysOf(map: CelMap): CelData[] {
  const { unsigned } = map;
  if (unsigned === undefined) return [...map.entries.keys()];
  return [...map.entries.keys()].map((key) =>
    typeof key === 'bigint' && unsigned.has(key) ? new CelUint(key) : key,
  );
}

/** The whole map, with every value of a lazy one made. */
export function materialise(frame: Frame, map: CelMap | CelLazyMap): CelMap {
  if (map instanceof CelMap) return map;
  return new CelMap(new Map([...map.names].map((name) => [name, map.read(name, frame)])));
}

/** Puts together a map, refusing a key that is there already and values that can be no keys. */
export class MapBuilder {
  readonly #entries = new Map<CelKey, CelData>();
  #unsigned: Set<bigint> | undefined;

  put(key: CelData, value: CelData): void {
    const known = typeof key === 'number' ? undefined : keyOf(key);
    if (known === undefined) fail('only text, bool, int and uint are keys of a map');
    if (this.#entries.has(known)) fail(`the map has the key ${String(known)} twice`);
    this.#entries.set(known, value);
    if (key instanceof CelUint) {
      this.#unsigned ??= new Set();
      this.#unsigned.add(key.value);
    }
  }

  map(): CelMap {
    return new CelMap(this.#entries, this.#unsigned);
  }
}

/** The keys of a map with their values. */
export function pairsOf(map: CelMap): readonly (readonly [CelData, CelData])[] {
  return keysOf(map).map((key) => [key, mapGet(map, key) ?? null] as const);
}
