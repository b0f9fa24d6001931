import { canonicalJson } from '../digest.ts';
import type { FieldPath, JsonValue, KubernetesObject } from '../render/index.ts';
import type { Normalise } from './own-names.ts';

/** One field of one object that a change would make another. */
export interface RenderedChange {
  readonly kind: string;
  /** The object's name, with what is the placement's own normalised. */
  readonly name: string;
  /** Empty for the object as a whole: it comes, or it goes. */
  readonly path: FieldPath;
  /** The same for a person: `spec.template.spec.containers[users-api].image`. */
  readonly shown: string;
  /** Absent where there was, or will be, nothing. */
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** What is written into objects so that people see what they were made from; it changes nothing of how they behave. */
const stamps: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'pltf.dev/platform-version',
  'pltf.dev/spec-hash',
]);
/** Values that say nothing but that something else has changed. */
const hashes: ReadonlySet<string> = /* @__PURE__ */ new Set(['pltf.dev/config-hash']);

/**
 * What differs between two renderings of one placement, field by field, with its own names taken out. Stamps do not
 * count: two renderings that differ in nothing else are the same.
 */
export function renderedDifference(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  normalise: Normalise,
): readonly RenderedChange[] {
  const found: RenderedChange[] = [];
  const was = byKey(before);
  const will = byKey(after);
  for (const [key, object] of will) {
    const old = was.get(key);
    const walk = walker(object, normalise, found);
    if (old === undefined) walk.whole({ after: summary(object) });
    else walk.between(old, object);
  }
  for (const [key, object] of was) {
    if (!will.has(key)) walker(object, normalise, found).whole({ before: summary(object) });
  }
  return found;
}

const byKey = (objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> =>
  new Map(objects.map((object) => [`${object.kind}\n${object.metadata.name}`, object]));

/** Enough to tell one new or lost object from another. */
const summary = ({ apiVersion, kind }: KubernetesObject): JsonValue => ({ apiVersion, kind });

type Sides = Pick<RenderedChange, 'before' | 'after'>;

function walker(object: KubernetesObject, normalise: Normalise, found: RenderedChange[]) {
  const { kind } = object;
  const name = normalise(object.metadata.name);
  const add = (path: FieldPath, shown: string, sides: Sides): void => {
    found.push({ kind, name, path, shown, ...sides });
  };
  const differ = (path: FieldPath, shown: string, was: unknown, will: unknown): void => {
    const key = String(path.at(-1) ?? '');
    if (was === will || stamps.has(key)) return;
    if (isRecord(was) && isRecord(will)) {
      for (const member of union(Object.keys(was), Object.keys(will))) {
        differ([...path, member], joined(shown, member), was[member], will[member]);
      }
      return;
    }
    if (Array.isArray(was) && Array.isArray(will)) {
      lists(path, shown, was, will);
      return;
    }
    add(path, shown, hashes.has(key) ? {} : sides(was, will, normalise));
  };
  const lists = (
    path: FieldPath,
    shown: string,
    was: readonly unknown[],
    will: readonly unknown[],
  ): void => {
    if (canonicalJson(was) === canonicalJson(will)) return;
    const [old, now] = [byName(was), byName(will)];
    if (old === undefined || now === undefined) {
      if (was.length === will.length) {
        was.forEach((item, index) => {
          differ([...path, index], `${shown}[${index}]`, item, will[index]);
        });
      } else add(path, shown, sides(was, will, normalise));
      return;
    }
    for (const item of union([...old.keys()], [...now.keys()])) {
      const index = (now.get(item) ?? old.get(item))?.index ?? 0;
      const place = `${shown}[${normalise(item)}]`;
      differ([...path, index], place, old.get(item)?.item, now.get(item)?.item);
    }
  };
  return {
    whole: (both: Sides) => add([], '', both),
    between: (was: KubernetesObject, will: KubernetesObject) => differ([], '', was, will),
  };
}

const union = (one: readonly string[], other: readonly string[]): Iterable<string> =>
  new Set([...one, ...other]);

/** Keys that hold dots are labels and annotations: in brackets, so that a path can be read. */
const joined = (path: string, key: string): string => {
  if (key.includes('.') || key.includes('/')) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
};

/** Items of a list that Kubernetes itself knows by name: containers, ports, variables, volumes. */
function byName(
  list: readonly unknown[],
): ReadonlyMap<string, { readonly item: unknown; readonly index: number }> | undefined {
  const named = new Map<string, { readonly item: unknown; readonly index: number }>();
  for (const [index, item] of list.entries()) {
    const name = isRecord(item) ? item['name'] : undefined;
    if (typeof name !== 'string' || named.has(name)) return undefined;
    named.set(name, { item, index });
  }
  return named;
}

function sides(was: unknown, will: unknown, normalise: Normalise): Sides {
  return {
    ...(was === undefined ? {} : { before: normalised(was, normalise) }),
    ...(will === undefined ? {} : { after: normalised(will, normalise) }),
  };
}

function normalised(value: unknown, normalise: Normalise): JsonValue {
  if (typeof value === 'string') return normalise(value);
  if (Array.isArray(value)) return value.map((item) => normalised(item, normalise));
  if (!isRecord(value)) return value as JsonValue;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [normalise(key), normalised(member, normalise)]),
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
