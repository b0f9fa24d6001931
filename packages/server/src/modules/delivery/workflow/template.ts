import { z } from 'zod';

/** Any JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export const Json: z.ZodType<Json> = z.lazy(() =>
  z.union([
    z.null(),
    z.boolean(),
    z.number(),
    z.string(),
    z.array(Json),
    z.record(z.string(), Json),
  ]),
);

/** `${{ … }}` alone: its value keeps its type. */
export const ExpressionTemplate = z.object({ expression: z.string() });
export type ExpressionTemplate = z.infer<typeof ExpressionTemplate>;

/** Text with `${{ … }}` in it: always a string. */
export const TextTemplate = z.object({ parts: z.array(z.union([z.string(), ExpressionTemplate])) });
export type TextTemplate = z.infer<typeof TextTemplate>;

/**
 * A value of a workflow file as plain JSON, with its expressions not yet evaluated. Literals stand
 * for themselves; `insert` is the key `${{ insert }}`, whose value is a mapping to be merged.
 */
export type Template =
  | null
  | boolean
  | number
  | string
  | ExpressionTemplate
  | TextTemplate
  | { readonly items: readonly Template[] }
  | { readonly entries: readonly TemplateEntry[] };
export interface TemplateEntry {
  readonly key: string | ExpressionTemplate | TextTemplate | { readonly insert: true };
  readonly value: Template;
}

export const Template: z.ZodType<Template> = z.lazy(() =>
  z.union([
    z.null(),
    z.boolean(),
    z.number(),
    z.string(),
    ExpressionTemplate,
    TextTemplate,
    z.object({ items: z.array(Template) }),
    z.object({ entries: z.array(TemplateEntry) }),
  ]),
);
const TemplateEntry: z.ZodType<TemplateEntry> = z.object({
  key: z.union([
    z.string(),
    ExpressionTemplate,
    TextTemplate,
    z.object({ insert: z.literal(true) }),
  ]),
  value: Template,
});

/** The text of a literal; nothing for a list, a mapping or an expression. */
export const literalText = (template: Template | undefined): string =>
  template === null || typeof template === 'object' || template === undefined
    ? ''
    : String(template);

/** Every expression in a template, keys included, in the order of the file. */
export function expressionsIn(template: Template | undefined): string[] {
  if (template === null || template === undefined || typeof template !== 'object') return [];
  if ('expression' in template) return [template.expression];
  if ('parts' in template) {
    return template.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.expression]));
  }
  if ('items' in template) return template.items.flatMap(expressionsIn);
  return template.entries.flatMap(({ key, value }) => [
    ...(typeof key === 'object' && 'insert' in key ? [] : expressionsIn(key)),
    ...expressionsIn(value),
  ]);
}

/** The entries of a mapping whose keys are literal, by key; `lowerCase` for inputs of actions. */
export function literalEntries(
  template: Template | undefined,
  { lowerCase = false } = {},
): ReadonlyMap<string, Template> {
  const entries = new Map<string, Template>();
  if (typeof template !== 'object' || template === null || !('entries' in template)) return entries;
  for (const { key, value } of template.entries) {
    if (typeof key === 'string') entries.set(lowerCase ? key.toLowerCase() : key, value);
  }
  return entries;
}
