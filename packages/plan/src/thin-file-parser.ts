import { type ErrorItem, ThinFile } from '@pltf/contracts';
import { type Document, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import { nearest } from './nearest.ts';

export type ParsedThinFile =
  | { readonly ok: true; readonly file: ThinFile }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

/** A thin file is a page of text; more is a mistake or an attack. */
const maximumBytes = 64 * 1024;
const maximumAliases = 20;
const maximumNesting = 200;

/**
 * Reads one thin file from YAML (or JSON). Never throws: every problem comes at once, each with
 * `file:line:column`, what was expected, and how to solve it.
 */
export function parseThinFile(text: string, fileName = 'pltf.yaml'): ParsedThinFile {
  const tooLarge = sizeProblem(text, fileName);
  if (tooLarge !== undefined) return { ok: false, problems: [tooLarge] };
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    strict: true,
    uniqueKeys: true,
    merge: false,
    stringKeys: true,
    version: '1.2',
  });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (document === undefined || document.contents === null) {
    return {
      ok: false,
      problems: [{ where: `${fileName}:1:1`, message: 'the file is empty', fix: smallest }],
    };
  }
  if (Array.isArray(documents) && documents.length > 1) {
    const fix = 'Keep one document; the other parts of a system live in repositories of their own.';
    return {
      ok: false,
      problems: [
        { where: `${fileName}:1:1`, message: `${documents.length} documents in one file`, fix },
      ],
    };
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      where: at(fileName, lines, error.pos[0]),
      message: (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''),
      fix: 'Write it as plain YAML.',
    }));
    return { ok: false, problems };
  }
  return check(document, lines, fileName);
}

const smallest = 'The smallest one has two lines: `kind: service` and `name: my-service`.';

function sizeProblem(text: string, fileName: string): ErrorItem | undefined {
  const where = `${fileName}:1:1`;
  if (text.length > maximumBytes) {
    return { where, message: `larger than ${maximumBytes / 1024} KiB`, fix: smallest };
  }
  let depth = 0;
  for (const char of text) {
    if (char === '[' || char === '{') depth += 1;
    if (char === ']' || char === '}') depth -= 1;
    if (depth > maximumNesting) return { where, message: 'nested too deeply', fix: smallest };
  }
  return undefined;
}

function check(document: Document.Parsed, lines: LineCounter, fileName: string): ParsedThinFile {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: maximumAliases });
  } catch {
    const fix = 'Write the values out instead of using anchors and aliases.';
    return {
      ok: false,
      problems: [{ where: `${fileName}:1:1`, message: 'too many aliases', fix }],
    };
  }
  const result = ThinFile.safeParse(value);
  if (result.success) return { ok: true, file: result.data };
  const problems = result.error.issues.flatMap((issue) =>
    describe(issue, document, lines, fileName),
  );
  return { ok: false, problems: problems.slice(0, 100) };
}

function describe(
  issue: z.core.$ZodIssue,
  document: Document.Parsed,
  lines: LineCounter,
  fileName: string,
): readonly ErrorItem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, path, document, lines, fileName));
  }
  const where = placeOf(document, lines, fileName, path);
  const name = path.length === 0 ? 'the file' : path.join('.');
  const missing = issue.code === 'invalid_type' && document.getIn(path) === undefined;
  const message = missing ? `${name} is missing` : `${name}: ${lowerFirst(issueMessage(issue))}`;
  return [{ where, message, fix: fixFor(path, missing) }];
}

/** For a union, the message of the closest branch says more than "invalid input". */
function issueMessage(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message;
  const messages = issue.errors.flatMap((branch) => branch.map((inner) => inner.message));
  return [...new Set(messages)].slice(0, 3).join(', or ') || issue.message;
}

function unknownKey(
  key: string,
  path: readonly string[],
  document: Document.Parsed,
  lines: LineCounter,
  fileName: string,
): ErrorItem {
  const known = knownKeys(path);
  const meant = nearest(key, known);
  return {
    where: placeOf(document, lines, fileName, [...path, key], true),
    message: `unknown key \`${[...path, key].join('.').slice(0, 200)}\``,
    fix:
      meant === undefined ? `Keys here: ${[...known].join(', ')}.` : `Did you mean \`${meant}\`?`,
  };
}

function knownKeys(path: readonly string[]): readonly string[] {
  if (path.at(-1) === 'run') return Object.keys(ThinFile.shape.run.unwrap().shape);
  if (path.at(-1) === 'slo') return Object.keys(ThinFile.shape.slo.unwrap().shape);
  if (path[0] === 'envs' && path.length === 2) return ['run', 'routes'];
  return Object.keys(ThinFile.shape);
}

function fixFor(path: readonly string[], missing: boolean): string {
  const key = path[0];
  if (key === 'kind') return 'Use one of service, worker, job, site.';
  if (key === 'name')
    return 'Lower-case letters, digits and single dashes, starting with a letter, at most 40.';
  return missing
    ? 'Add it.'
    : `Correct \`${path.join('.') || 'the file'}\`; \`pltf schema\` describes it.`;
}

function placeOf(
  document: Document.Parsed,
  lines: LineCounter,
  fileName: string,
  path: readonly string[],
  ofKey = false,
): string {
  for (let length = path.length; length > 0; length -= 1) {
    const parent =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (!isMap(parent)) continue;
    const key = path[length - 1];
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    const node = ofKey && length === path.length ? pair?.key : (pair?.value ?? pair?.key);
    const range = isNode(node) ? node.range : undefined;
    if (range !== undefined && range !== null) return at(fileName, lines, range[0]);
  }
  return `${fileName}:1:1`;
}

const isNode = (value: unknown): value is { range?: [number, number, number] | null } =>
  typeof value === 'object' && value !== null && 'range' in value;

function at(fileName: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${fileName}:${Math.max(1, line)}:${Math.max(1, col)}`;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
