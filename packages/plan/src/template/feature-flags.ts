import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

export interface ParameterOptions {
  /** Pages and fields marked `backstage:featureFlag` exist only with their flag. */
  readonly featureFlags?: readonly string[];
}

/** The page without what a missing feature flag hides; nothing when the whole page is hidden. */
export function flagged(page: JsonObject, flags: readonly string[]): readonly JsonObject[] {
  const hidden = (schema: JsonValue | undefined): boolean =>
    isJsonObject(schema) &&
    typeof schema['backstage:featureFlag'] === 'string' &&
    !flags.includes(schema['backstage:featureFlag']);
  if (hidden(page)) return [];
  const properties = isJsonObject(page['properties']) ? page['properties'] : {};
  const visible = Object.entries(properties).filter(([, schema]) => !hidden(schema));
  const names = new Set(visible.map(([name]) => name));
  const required = Array.isArray(page['required'])
    ? page['required'].filter(
        (name) => names.has(String(name)) || !Object.hasOwn(properties, String(name)),
      )
    : [];
  return [{ ...page, properties: Object.fromEntries(visible), required }];
}
