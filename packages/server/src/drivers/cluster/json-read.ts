/** What an API server sends, read without trusting it: what is not as expected is not there. */
export const fieldAt = (value: unknown, ...path: readonly string[]): unknown => {
  let at = value;
  for (const field of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[field];
  }
  return at;
};

export const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
};

export const numberAt = (value: unknown, ...path: readonly string[]): number | undefined => {
  const found = fieldAt(value, ...path);
  return typeof found === 'number' ? found : undefined;
};

export const listAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** The texts of a map; anything else in it is left out. */
export const textsAt = (
  value: unknown,
  ...path: readonly string[]
): Readonly<Record<string, string>> => {
  const found = fieldAt(value, ...path);
  if (typeof found !== 'object' || found === null) return {};
  return Object.fromEntries(
    Object.entries(found).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
};
