import { type Endpoint, type ErrorItem, PltfError } from '@pltf/contracts';
import { z } from 'zod';

export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface ParsedInput {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** Problems beyond this many tell nobody more. */
const mostProblems = 50;
const deepest = 64;

/** Prepares an endpoint's parser: unknown keys are refused, so that a misspelt option is not ignored in silence. */
export function inputParser(endpoint: Endpoint): (raw: RawInput) => ParsedInput {
  const parts = (['params', 'query', 'body'] as const).flatMap((part) => {
    const schema = endpoint[part];
    return schema === undefined ? [] : [{ part, schema: strict(schema) }];
  });
  return (raw) => {
    const parsed: Record<string, unknown> = {};
    const problems: ErrorItem[] = [];
    for (const { part, schema } of parts) {
      const value = raw[part] ?? {};
      const unfit = unfitText(value, part);
      if (unfit !== undefined) {
        problems.push(unfit);
        continue;
      }
      const result = schema.safeParse(value);
      if (result.success) parsed[part] = result.data;
      else problems.push(...result.error.issues.map((issue) => toItem(part, issue)));
    }
    if (problems.length > 0) throw badRequest(problems);
    return parsed;
  };
}

const strict = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodObject ? schema.strict() : schema;

function toItem(part: string, issue: z.core.$ZodIssue): ErrorItem {
  const where = [part, ...issue.path.map(String)].join('.').slice(0, 200);
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, 5).map((name) => `\`${name.slice(0, 60)}\``);
    return { where, message: `unknown: ${names.join(', ')}` };
  }
  return { where, message: issue.message };
}

function badRequest(problems: readonly ErrorItem[]): PltfError {
  const shown = problems.slice(0, mostProblems);
  const [first] = shown;
  const detail =
    shown.length === 1 && first !== undefined
      ? `${first.where}: ${first.message}`
      : `${problems.length} fields are not valid`;
  return new PltfError('bad-request', { detail, errors: shown });
}

/** Text with NUL, which PostgreSQL cannot store, and nesting that would exhaust the stack of whoever walks it. */
function unfitText(value: unknown, part: string): ErrorItem | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value === 'string') {
      if (next.value.includes('\0'))
        return { where: part, message: 'a text holds the character NUL' };
    } else if (typeof next.value === 'object' && next.value !== null) {
      if (next.depth >= deepest) return { where: part, message: `nested deeper than ${deepest}` };
      const depth = next.depth + 1;
      for (const [key, inner] of Object.entries(next.value)) {
        if (key.includes('\0')) return { where: part, message: 'a name holds the character NUL' };
        open.push({ value: inner, depth });
      }
    }
  }
  return undefined;
}
