import type { z } from 'zod';
import { nearest } from '../nearest.ts';

type Shape = z.core.$ZodType;
type Path = readonly PropertyKey[];

/** The keys that a shape knows at a path; none where every key is allowed or nothing is below. */
export function keysAt(shape: Shape, path: Path): readonly string[] {
  return [
    ...new Set(
      shapesAt(shape, path).flatMap((one) =>
        isObject(one) ? Object.keys(one._zod.def.shape) : isRecord(one) ? listedKeys(one) : [],
      ),
    ),
  ];
}

/**
 * The key that was most likely meant, as it has to be written: its name when it belongs at this very place, else its
 * whole path. `other` are words that people bring from elsewhere, with the path of what they mean.
 */
export function meantKey(
  shape: Shape,
  path: Path,
  other: Readonly<Record<string, string>>,
): string | undefined {
  const above = path.slice(0, -1);
  const key = String(path.at(-1));
  const here = nearest(key, keysAt(shape, above));
  if (here !== undefined) return here;
  // An override has the same keys again: what is meant in it stays in it where it can.
  const bases = above[0] === 'envs' && above.length >= 2 ? [above.slice(0, 2), []] : [[]];
  for (const base of bases) {
    const paths = pathsBelow(shape, base);
    const same = paths.find((one) => one.at(-1) === key) ?? translated(other, key, paths);
    if (same !== undefined) return [...base, ...same].map(String).join('.');
  }
  const leaves = pathsBelow(shape, []).map((one) => one.join('.'));
  const near = nearest(
    key,
    leaves.map((leaf) => leaf.split('.').at(-1) ?? leaf),
  );
  return leaves.find((leaf) => leaf.split('.').at(-1) === near);
}

function translated(
  other: Readonly<Record<string, string>>,
  key: string,
  paths: readonly (readonly string[])[],
): readonly string[] | undefined {
  const meaning = Object.hasOwn(other, key.toLowerCase()) ? other[key.toLowerCase()] : undefined;
  return paths.find((one) => one.join('.') === meaning);
}

/** Every path of keys below a place, the nearest first; what lies below names of people's own is left out. */
function pathsBelow(shape: Shape, base: Path): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const queue: (readonly string[])[] = [[]];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const below = keysAt(shape, [...base, ...path]).map((key) => [...(path ?? []), key]);
    found.push(...below);
    queue.push(...below);
  }
  return found;
}

const isObject = (shape: Shape): shape is z.core.$ZodObject => shape._zod.def.type === 'object';
const isRecord = (shape: Shape): shape is z.core.$ZodRecord => shape._zod.def.type === 'record';
/** Of a map whose keys are a list, those. */
const listedKeys = ({ _zod }: z.core.$ZodRecord): readonly string[] => {
  const { keyType } = _zod.def;
  return keyType._zod.def.type === 'enum' ? [...(keyType._zod.values ?? [])].map(String) : [];
};
const isArray = (shape: Shape): shape is z.core.$ZodArray => shape._zod.def.type === 'array';
const isUnion = (shape: Shape): shape is z.core.$ZodUnion => shape._zod.def.type === 'union';
const isOptional = (shape: Shape): shape is z.core.$ZodOptional =>
  shape._zod.def.type === 'optional';

function shapesAt(shape: Shape, path: Path): readonly Shape[] {
  return path.reduce<readonly Shape[]>(
    (shapes, step) => shapes.flatMap((one) => stepInto(one, step)),
    plainShapes(shape),
  );
}

function stepInto(shape: Shape, step: PropertyKey): readonly Shape[] {
  if (isRecord(shape)) return plainShapes(shape._zod.def.valueType);
  if (isArray(shape)) return plainShapes(shape._zod.def.element);
  if (!isObject(shape)) return [];
  const { shape: keys } = shape._zod.def;
  const value = Object.hasOwn(keys, step) ? keys[String(step)] : undefined;
  return value === undefined ? [] : plainShapes(value);
}

/** What stands behind optional values and unions. */
function plainShapes(shape: Shape): readonly Shape[] {
  if (isOptional(shape)) return plainShapes(shape._zod.def.innerType);
  return isUnion(shape) ? shape._zod.def.options.flatMap(plainShapes) : [shape];
}
