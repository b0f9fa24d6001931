import type { DriftedField } from '@pltf/contracts';
import type { JsonValue } from '@pltf/plan/render';
import type { FileVersion } from '../../../environment-repo/index.ts';
import { fieldName, sameJson, valueAt } from '../../kubernetes/apply/owned-fields.ts';
import { shown } from '../../kubernetes/drift/index.ts';
import {
  type ManifestField,
  type ManifestObject,
  manifestDifference,
  nameOfObject,
  readManifest,
} from './manifest-difference.ts';

/** A version of a manifest that somebody else has committed. */
export interface ForeignVersion extends Pick<FileVersion, 'commit' | 'author' | 'at'> {
  readonly bytes: Uint8Array | undefined;
}

export interface DriftQuestion {
  /** What stands for the file where it cannot be read as a manifest. */
  readonly file: { readonly object: string; readonly path: string };
  readonly there: Uint8Array;
  readonly wanted: Uint8Array;
  /** Commits of others that changed it, the newest first. */
  readonly versions: readonly ForeignVersion[];
}

/** At most so many fields are told. */
const mostFields = 50;

/** What others changed in a manifest: each field with its values, and whose commit brought it there, and when. Pure. */
export function manifestDrift({
  file,
  there,
  wanted,
  versions,
}: DriftQuestion): readonly DriftedField[] {
  const asked = readManifest(wanted) ?? [];
  const objects = readManifest(there);
  const [newest] = versions;
  if (objects === undefined) {
    return [{ object: file.object, field: file.path, ...whoOf(newest), live: '"no manifest"' }];
  }
  const read = versions.map((version) => ({ version, objects: objectsOf(version) }));
  return manifestDifference(objects, asked)
    .slice(0, mostFields)
    .map((field) => driftedField(field, authorOf(field, read) ?? newest));
}

const objectsOf = ({ bytes }: ForeignVersion): readonly ManifestObject[] =>
  bytes === undefined ? [] : (readManifest(bytes) ?? []);

function driftedField(field: ManifestField, version: ForeignVersion | undefined): DriftedField {
  const [wanted, live] = [shown(field.wanted), shown(field.there)];
  return {
    ...{ object: field.object, field: fieldName(field.path), ...whoOf(version) },
    ...(wanted === undefined ? {} : { wanted }),
    ...(live === undefined ? {} : { live }),
  };
}

function whoOf(
  version: ForeignVersion | undefined,
): Pick<DriftedField, 'manager' | 'user' | 'since'> {
  if (version === undefined) return { manager: 'unknown' };
  const { commit, author, at } = version;
  return {
    manager: `commit ${commit.slice(0, 7)}`,
    user: `${author.name} <${author.email}>`,
    since: at.toISOString(),
  };
}

interface ReadVersion {
  readonly version: ForeignVersion;
  readonly objects: readonly ManifestObject[];
}

/** The oldest commit from which on the field has been as it is now: before it, it was something else. */
function authorOf(
  field: ManifestField,
  versions: readonly ReadVersion[],
): ForeignVersion | undefined {
  let author: ForeignVersion | undefined;
  for (const { version, objects } of versions) {
    if (!sameJson(valueIn(objects, field), field.there)) break;
    author = version;
  }
  return author;
}

function valueIn(
  objects: readonly ManifestObject[],
  { object, path }: ManifestField,
): JsonValue | undefined {
  const found = objects.find((one) => nameOfObject(one) === object);
  return found === undefined ? undefined : valueAt(found, path);
}
