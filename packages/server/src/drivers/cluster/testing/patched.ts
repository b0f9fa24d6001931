import { PltfError } from '@pltf/contracts';
import type { JsonValue } from '@pltf/plan/render';
import { isMap } from './field-set.ts';

/** An object after a patch: a list is a JSON patch, anything else a JSON merge patch. */
export const patched = (target: JsonValue, patch: JsonValue): JsonValue =>
  Array.isArray(patch) ? withOperations(target, patch) : mergePatch(target, patch);

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: JsonValue;
}

/** RFC 6902, as far as it is used: `test` and `remove`. */
function withOperations(target: JsonValue, operations: readonly Operation[]): JsonValue {
  const changed = JSON.parse(JSON.stringify(target)) as JsonValue;
  for (const { op, path, value } of operations) {
    const parts = path.slice(1).split('/');
    const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = names.pop() ?? '';
    const parent = names.reduce<unknown>((at, name) => Reflect.get(Object(at), name), changed);
    const found: unknown = Reflect.get(Object(parent), last);
    if (found === undefined || (op === 'test' && JSON.stringify(found) !== JSON.stringify(value)))
      throw new PltfError('cluster-refused', { detail: `${op} ${path} failed` });
    if (op === 'test') continue;
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else Reflect.deleteProperty(Object(parent), last);
  }
  return changed;
}

/** RFC 7396. */
function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isMap(patch)) return patch;
  const merged: Record<string, JsonValue> = isMap(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = mergePatch(merged[field], value);
  }
  return merged;
}
