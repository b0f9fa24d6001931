import type { JsonObject, JsonValue } from '@pltf/plan/render';
import { parseAllDocuments } from 'yaml';
import { type OwnedPath, sameJson } from '../../kubernetes/apply/owned-fields.ts';

/** An object of a manifest as somebody may have written it: all that is sure of it is what it is. */
export interface ManifestObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: JsonValue;
}

export interface ManifestField {
  /** `Deployment users-api`. */
  readonly object: string;
  readonly path: OwnedPath;
  /** Undefined where the file has none; of an object that is not there its name stands for it. */
  readonly there: JsonValue | undefined;
  readonly wanted: JsonValue | undefined;
}

/** Nobody writes a longer one, and a parser should not have to read it. */
const longestText = 2_000_000;

/** The objects of a manifest; undefined for a text that is none. */
export function readManifest(bytes: Uint8Array): readonly ManifestObject[] | undefined {
  if (bytes.length > longestText) return undefined;
  const documents = parseAllDocuments(new TextDecoder().decode(bytes));
  if (!Array.isArray(documents)) return [];
  const objects: ManifestObject[] = [];
  for (const document of documents) {
    if (document.errors.length > 0) return undefined;
    const value = document.toJS({ maxAliasCount: 50 }) as JsonValue;
    if (value === null) continue;
    if (!isObject(value)) return undefined;
    objects.push(value);
  }
  return objects;
}

function isObject(value: JsonValue): value is ManifestObject {
  if (!isMap(value) || typeof value['kind'] !== 'string') return false;
  const metadata = value['metadata'];
  return metadata !== undefined && isMap(metadata) && typeof metadata['name'] === 'string';
}

export const nameOfObject = ({ kind, metadata }: ManifestObject): string =>
  `${kind} ${metadata.name}`;

/** What differs between a manifest as it is in the repository and as it is wanted, field by field. Pure. */
export function manifestDifference(
  there: readonly ManifestObject[],
  wanted: readonly ManifestObject[],
): readonly ManifestField[] {
  const found: ManifestField[] = [];
  const [had, asked] = [byName(there), byName(wanted)];
  for (const object of new Set([...asked.keys(), ...had.keys()])) {
    const [one, other] = [had.get(object), asked.get(object)];
    if (one !== undefined && other !== undefined) {
      for (const field of differing(one, other, [])) found.push({ object, ...field });
    } else {
      const path = ['metadata', 'name'];
      found.push({ object, path, there: one?.metadata.name, wanted: other?.metadata.name });
    }
  }
  return found;
}

const byName = (objects: readonly ManifestObject[]): ReadonlyMap<string, ManifestObject> =>
  new Map(objects.map((object) => [nameOfObject(object), object]));

type Field = Omit<ManifestField, 'object'>;

function* differing(there: JsonValue, wanted: JsonValue, path: OwnedPath): Generator<Field> {
  if (sameJson(there, wanted)) return;
  if (isMap(there) && isMap(wanted)) {
    for (const name of new Set([...Object.keys(wanted), ...Object.keys(there)]))
      yield* below(there[name], wanted[name], [...path, name]);
    return;
  }
  const [had, asked] = [named(there), named(wanted)];
  if (had === undefined || asked === undefined) {
    yield { path, there, wanted };
    return;
  }
  for (const name of new Set([...asked.keys(), ...had.keys()]))
    yield* below(had.get(name), asked.get(name), [...path, { keys: { name } }]);
}

function* below(
  there: JsonValue | undefined,
  wanted: JsonValue | undefined,
  path: OwnedPath,
): Generator<Field> {
  if (there !== undefined && wanted !== undefined) yield* differing(there, wanted, path);
  else if (there !== wanted) yield { path, there, wanted };
}

const isMap = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list whose members have names of their own, by those; undefined for any other value. */
function named(value: JsonValue): ReadonlyMap<string, JsonValue> | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = new Map<string, JsonValue>();
  for (const member of value as readonly JsonValue[]) {
    const name = isMap(member) ? member['name'] : undefined;
    if (typeof name !== 'string' || found.has(name)) return undefined;
    found.set(name, member);
  }
  return found;
}
