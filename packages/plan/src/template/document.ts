import { type ErrorItem, PltfError } from '@pltf/contracts';
import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { JsonObject, JsonValue } from './json.ts';

const json = z.json() as z.ZodType<JsonValue>;
const object = z.record(z.string(), json) as z.ZodType<JsonObject>;
const name = z.string().min(1).max(300);

/** One step of a template. Unknown keys occur in the wild and are kept out of the way. */
export const TemplateStep = z.object({
  id: name.optional(),
  name: z.string().max(500).optional(),
  action: name,
  input: object.optional(),
  if: json.optional(),
  each: json.optional(),
});

/** `scaffolder.backstage.io/v1beta3`, as far as rendering, validating and listing need it. */
export const TemplateDocument = z.object({
  apiVersion: z.literal('scaffolder.backstage.io/v1beta3'),
  kind: z.literal('Template'),
  metadata: z.object({
    name: z.string().min(1).max(63),
    namespace: z.string().max(63).optional(),
    title: z.string().max(200).optional(),
    description: z.string().max(2000).optional(),
    annotations: z.record(z.string(), z.string().max(2000)).optional(),
    labels: z.record(z.string(), z.string().max(200)).optional(),
    tags: z.array(z.string().max(63)).max(50).optional(),
  }),
  spec: z.object({
    type: name,
    owner: name.optional(),
    lifecycle: name.optional(),
    parameters: z.union([object, z.array(object).max(50)]).optional(),
    secrets: z.object({ schema: object.optional() }).optional(),
    steps: z.array(TemplateStep).max(200),
    output: object.optional(),
  }),
});
export type TemplateDocument = z.infer<typeof TemplateDocument>;

/** A step with the id and name that Backstage gives where the author gave none. */
export interface NamedStep extends z.infer<typeof TemplateStep> {
  readonly id: string;
  readonly name: string;
}

export const namedSteps = (template: TemplateDocument): readonly NamedStep[] =>
  template.spec.steps.map((step, index) => ({
    ...step,
    id: step.id ?? `step-${index + 1}`,
    name: step.name ?? step.action,
  }));

/** The pages of the form; one object is one page. */
export function parameterPages(template: TemplateDocument): readonly JsonObject[] {
  const { parameters } = template.spec;
  if (parameters === undefined) return [];
  return Array.isArray(parameters) ? parameters : [parameters];
}

const largestDocument = 1_000_000;
const mostAliases = 200;

/** Reads the template in a YAML text. Throws `template-invalid` with every problem at `file:line:column`. */
export function parseTemplate(text: string, file = 'template.yaml'): TemplateDocument {
  if (text.length > largestDocument) {
    throw invalid(file, [{ where: file, message: `longer than ${largestDocument} characters` }]);
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  const document = pickTemplate(Array.isArray(documents) ? documents : []);
  if (document === undefined) {
    throw invalid(file, [{ where: file, message: 'no document of kind Template', fix: example }]);
  }
  const errors = document.errors.map(({ pos, message }) => ({
    where: at(file, lines, pos[0]),
    message: message.split('\n')[0] ?? message,
  }));
  if (errors.length > 0) throw invalid(file, errors);
  return check(document, lines, file);
}

const example =
  'It starts with `apiVersion: scaffolder.backstage.io/v1beta3` and `kind: Template`.';

function pickTemplate(documents: readonly Document.Parsed[]): Document.Parsed | undefined {
  const template = documents.find((document) => document.get('kind') === 'Template');
  return template ?? documents.find((document) => document.errors.length > 0);
}

function check(document: Document.Parsed, lines: LineCounter, file: string): TemplateDocument {
  const result = TemplateDocument.safeParse(toJson(document, file));
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => ({
      where: placeOf(document, lines, file, path),
      message: `${path.join('.') || 'document'}: ${message}`,
    }));
    throw invalid(file, problems);
  }
  const ids = new Set<string>();
  const repeated: ErrorItem[] = [];
  for (const [index, { id }] of namedSteps(result.data).entries()) {
    const where = placeOf(document, lines, file, ['spec', 'steps', index]);
    if (ids.has(id))
      repeated.push({ where, message: `the step id ${id} is used twice`, fix: 'Rename one.' });
    ids.add(id);
  }
  if (repeated.length > 0) throw invalid(file, repeated);
  return result.data;
}

function toJson(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw invalid(file, [{ where: file, message }]);
  }
}

function placeOf(
  document: Document.Parsed,
  lines: LineCounter,
  file: string,
  path: readonly PropertyKey[],
): string {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return at(file, lines, node.range[0]);
  }
  return file;
}

function at(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${file}:${line}:${col}`;
}

const invalid = (file: string, errors: readonly ErrorItem[]): PltfError =>
  new PltfError('template-invalid', {
    detail: `${file} is not a template: ${errors[0]?.message ?? ''}`,
    errors: errors.slice(0, 100),
  });
