import { isJsonObject, type JsonValue } from '../template/json.ts';

const part = /(?:^|\.)([^.[\]]+)|\[(?:"([^"]*)"|'([^']*)'|(\d+))\]/g;

/** The keys of a path like `spec.policy.region` or `metadata.labels["app.kubernetes.io/name"]`. */
export function pathKeys(path: string): readonly string[] {
  return [...path.matchAll(part)].map(([, name, double, single, index]) =>
    String(name ?? double ?? single ?? index),
  );
}

/** The value at a path, or undefined: own keys only. */
export function valueAt(
  value: JsonValue | undefined,
  keys: readonly string[],
): JsonValue | undefined {
  let found = value;
  for (const key of keys) {
    if (Array.isArray(found)) found = (found as readonly JsonValue[])[Number(key)];
    else if (isJsonObject(found) && Object.hasOwn(found, key)) found = found[key];
    else return undefined;
  }
  return found;
}
