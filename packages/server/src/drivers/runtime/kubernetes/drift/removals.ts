import type { JsonObject, JsonValue } from '@pltf/plan/render';
import { isHand } from '../../../cluster/by-hand.ts';
import type { LiveObject } from '../../../cluster/cluster-api.ts';
import {
  fieldName,
  leavesOf,
  type OwnedPath,
  type PathElement,
  sameJson,
  treeOf,
  valueAt,
} from '../apply/owned-fields.ts';

/** The fields of an object that somebody else than a person's tool owns: ours, and those of the cluster's controllers. */
export function keptFields({ metadata }: LiveObject): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const { manager, fieldsV1 } of metadata.managedFields ?? []) {
    if (isHand(manager)) continue;
    for (const path of leavesOf(treeOf(fieldsV1) ?? {}))
      for (let length = 1; length <= path.length; length += 1)
        kept.add(fieldName(path.slice(0, length)));
  }
  return kept;
}

/** All that came with an added field and is nobody else's: a variable whole, and not its name without its value. */
export function wholeOf(path: OwnedPath, kept: ReadonlySet<string>): OwnedPath {
  for (let length = 1; length < path.length; length += 1) {
    const above = path.slice(0, length);
    if (!kept.has(fieldName(above))) return above;
  }
  return path;
}

/**
 * What takes added fields out of an object: a JSON patch. An item of a list goes by its place, and only while the one
 * that is meant has that place.
 */
export function removalsOf(live: LiveObject, added: readonly OwnedPath[]): readonly JsonObject[] {
  const kept = keptFields(live);
  const paths = new Map(
    added.map((path) => wholeOf(path, kept)).map((path) => [fieldName(path), path]),
  );
  return (
    [...paths.values()]
      .flatMap((path) => placeOf(live, path) ?? [])
      // From the last place on: what is taken out moves those after it.
      .toSorted((a, b) => compare(b.place, a.place))
      .flatMap(({ place, last }) => {
        const path = pointer(place);
        return [...testsOf(path, last), { op: 'remove', path }];
      })
  );
}

type Place = readonly (string | number)[];

function placeOf(
  live: LiveObject,
  path: OwnedPath,
): { readonly place: Place; readonly last: PathElement | undefined } | undefined {
  const place: (string | number)[] = [];
  for (const [index, element] of path.entries()) {
    if (typeof element === 'string') {
      place.push(element);
      continue;
    }
    const list = valueAt(live, path.slice(0, index));
    const item = valueAt(live, path.slice(0, index + 1));
    const at = Array.isArray(list) ? (list as readonly JsonValue[]).indexOf(item ?? null) : -1;
    if (at < 0) return undefined;
    place.push(at);
  }
  return valueAt(live, path) === undefined ? undefined : { place, last: path.at(-1) };
}

function compare(a: Place, b: Place): number {
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (sameJson(one, other)) continue;
    if (typeof one === 'number' && typeof other === 'number') return one - other;
    return String(one) < String(other) ? -1 : 1;
  }
  return a.length - b.length;
}

const pointer = (place: Place): string =>
  place.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function testsOf(path: string, last: PathElement | undefined): readonly JsonObject[] {
  if (last === undefined || typeof last === 'string') return [];
  if ('value' in last) return [{ op: 'test', path, value: last.value }];
  return Object.entries(last.keys).map(([key, value]) => ({
    ...{ op: 'test', path: `${path}${pointer([key])}`, value },
  }));
}
