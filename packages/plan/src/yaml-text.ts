import type { ErrorItem } from '@pltf/contracts';
import {
  type Document,
  isScalar,
  type ParsedNode,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml';
import { isEmpty, offsetOf, placesIn, placesOf, type YamlPlaces } from './yaml-places.ts';

export type { YamlPlaces };

export type YamlText =
  | { readonly ok: true; readonly value: unknown; readonly places: YamlPlaces }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

/** Several documents of one file, in their order. */
export type YamlDocuments =
  | {
      readonly ok: true;
      readonly documents: readonly { readonly value: unknown; readonly places: YamlPlaces }[];
    }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

export interface YamlTextOptions {
  readonly fileName: string;
  readonly maximumBytes: number;
  /** The remedy for a file that is empty, too large or no such file at all. */
  readonly example: string;
}

const maximumAliases = 20;
const maximumNesting = 100;
const mostProblems = 100;
const tooDeep = 'nested too deeply';
const plain = 'Write it as plain YAML.';
/** NUL and half characters: databases, processes and other readers of YAML refuse them or change them. */
const unstorable = /[\0\p{Surrogate}]/u;

/**
 * One document of YAML (or JSON), of the part of YAML that is understood in full: plain data. What two readers could
 * read differently (a key that is there twice, merge keys, tags, version directives) is a problem, not a guess.
 * Never throws; all problems at once.
 */
export function readYamlText(text: string, options: YamlTextOptions): YamlText {
  const read = readYamlDocuments(text, { ...options, maximumDocuments: 1 });
  if (!read.ok) return read;
  const [document] = read.documents;
  // A file without a document is a problem already.
  return document === undefined ? { ok: false, problems: [] } : { ok: true, ...document };
}

/** As `readYamlText`, for a file that may hold several documents; empty ones between `---` do not count. */
export function readYamlDocuments(
  text: string,
  options: YamlTextOptions & { readonly maximumDocuments: number },
): YamlDocuments {
  const { fileName, example } = options;
  const whole = (message: string): YamlDocuments => ({
    ok: false,
    problems: [{ where: `${fileName}:1:1`, message, fix: example }],
  });
  const size = new TextEncoder().encode(text).length;
  if (size > options.maximumBytes) return whole(`larger than ${options.maximumBytes / 1024} KiB`);
  if (nesting(text) > maximumNesting) return whole(tooDeep);
  try {
    return read(text, options);
  } catch (error) {
    // Depth that brackets do not show ends the recursion of the YAML reader.
    if (error instanceof RangeError) return whole(tooDeep);
    return whole('this cannot be read as YAML');
  }
}

/** How deep brackets go; those in strings count too, and no honest file has so many. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === '[' || char === '{') depth += 1;
    if (char === ']' || char === '}') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function read(
  text: string,
  { fileName, example, maximumDocuments }: YamlTextOptions & { readonly maximumDocuments: number },
): YamlDocuments {
  const at = placesIn(text, fileName);
  const lead = text.length - text.trimStart().length;
  const spread = onLines(text.slice(lead));
  const parsed = parseAllDocuments<ParsedNode>(spread ?? text, {
    strict: true,
    // Looked for below: here it would compare every key with every other.
    uniqueKeys: false,
    merge: false,
    stringKeys: true,
    version: '1.2',
    prettyErrors: false,
  });
  const shift = spread === undefined ? 0 : lead;
  const documents = parsed.filter(
    ({ contents, errors }) => !isEmpty(contents) || errors.length > 0,
  );
  if (documents.length === 0) {
    return { ok: false, problems: [{ where: at(0), message: 'the file is empty', fix: example }] };
  }
  const shifted: At = (offset) => at(offset + shift);
  const problems = [
    ...several(documents, maximumDocuments, shifted),
    ...documents
      .slice(0, maximumDocuments)
      .flatMap((one) => unclear(one, documents.length === 1 ? text : '', shifted)),
  ];
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, mostProblems) };
  return valuesOf(documents, spread ?? text, shifted);
}

type At = (offset: number) => string;

function valuesOf(documents: readonly Document.Parsed[], text: string, at: At): YamlDocuments {
  const read = documents.map((document) => valueOf(document, text, at));
  const problems = read.flatMap((one) => (one.ok ? [] : one.problems));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, documents: read.flatMap((one) => (one.ok ? [one] : [])) };
}

function valueOf(document: Document.Parsed, text: string, at: At): YamlText {
  try {
    const value: unknown = document.toJS({ maxAliasCount: maximumAliases });
    return { ok: true, value, places: placesOf(document, text, at) };
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const fix = 'Write the values out instead of using anchors and aliases.';
    return { ok: false, problems: [{ where: at(0), message: 'too many aliases', fix }] };
  }
}

/**
 * A page pasted as one line, `kind: service / name: shop`, on lines of its own; every character keeps its place.
 * Undefined for anything else.
 */
function onLines(text: string): string | undefined {
  const line = text.trimEnd();
  const joint = / \/ (?=[a-z]+:(?:\s|$))/g;
  if (/[\r\n]/.test(line) || !/^[a-z]+: /.test(line) || !joint.test(line)) return undefined;
  return text.replace(joint, '  \n');
}

function several(
  documents: readonly Document.Parsed[],
  maximum: number,
  at: At,
): readonly ErrorItem[] {
  const extra = documents[maximum];
  if (extra === undefined) return [];
  const fix =
    maximum === 1
      ? 'Keep one document; the other parts of a system live in repositories of their own.'
      : `Keep at most ${maximum} in one file.`;
  return [{ where: at(extra.range[0]), message: `${documents.length} documents in one file`, fix }];
}

/** What keeps a document from being understood in full, in the order of the text. */
function unclear(document: Document.Parsed, text: string, at: At): readonly ErrorItem[] {
  const several = isOneLine(text);
  const deep = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (deep !== undefined) return [{ where: at(deep.pos[0]), message: tooDeep, fix: plain }];
  const found = [...document.errors, ...document.warnings]
    .slice(0, mostProblems)
    .map(({ code, message, pos }) => ({ offset: pos[0], ...explain(code, message, several) }));
  if (hasDirective(document)) found.push({ offset: 0, message: 'a `%` directive', fix: plain });
  if (document.errors.length === 0) found.push(...unclearNodes(document, at));
  return found
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, message, fix }) => ({ where: at(offset), message, fix }));
}

/** Several keys on one line, which YAML reads as a text with colons in it. */
function isOneLine(text: string): boolean {
  const line = text.trim();
  return (
    !line.includes('\n') && !line.startsWith('{') && (line.match(/[a-z]+: /g) ?? []).length > 1
  );
}

/** One that says another version, or what tags mean, would change how all the rest is read. */
const hasDirective = ({ directives }: Document.Parsed): boolean =>
  directives.yaml.explicit === true ||
  Object.keys(directives.tags).some((handle) => handle !== '!!');

function explain(
  code: string,
  message: string,
  oneLine: boolean,
): { readonly message: string; readonly fix: string } {
  if (code === 'TAB_AS_INDENT') return { message: 'a tab in the indentation', fix: 'Use spaces.' };
  if (code === 'NON_STRING_KEY')
    return { message: 'a key that is no text', fix: 'Put it in quotes.' };
  if (oneLine) {
    const fix = 'Put each on a line of its own, or write `{kind: service, name: shop}`.';
    return { message: 'several keys on one line', fix };
  }
  const first = (message.split('\n')[0] ?? '').slice(0, 300);
  return { message: first.charAt(0).toLowerCase() + first.slice(1), fix: plain };
}

interface Found {
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
}

/** Keys that are there twice or would not arrive as what they look like, and aliases of nothing. */
function unclearNodes(document: Document.Parsed, at: At): readonly Found[] {
  const found: Found[] = [];
  const anchors = new Set<string>();
  const note = (node: { readonly anchor?: string | undefined }): void => {
    if (node.anchor !== undefined) anchors.add(node.anchor);
  };
  visit(document, {
    Scalar: (_, scalar) => {
      note(scalar);
      const [bad] = typeof scalar.value === 'string' ? (unstorable.exec(scalar.value) ?? []) : [];
      if (bad === undefined) return undefined;
      const message = `the character U+${(bad.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}, which no text can have`;
      found.push({ offset: offsetOf(scalar) ?? 0, message, fix: 'Take it out.' });
      return found.length > mostProblems ? visit.BREAK : undefined;
    },
    Seq: (_, seq) => note(seq),
    Map: (_, map) => {
      note(map);
      found.push(...unclearKeys(map, at));
      return found.length > mostProblems ? visit.BREAK : undefined;
    },
    Alias: (_, alias) => {
      if (anchors.has(alias.source)) return undefined;
      const message = `\`*${alias.source.slice(0, 100)}\` is the alias of nothing`;
      found.push({
        offset: offsetOf(alias) ?? 0,
        message,
        fix: 'Put a text that begins with `*` in quotes.',
      });
      return found.length > mostProblems ? visit.BREAK : undefined;
    },
  });
  return found;
}

function unclearKeys(map: YAMLMap, at: At): readonly Found[] {
  const found: Found[] = [];
  const seen = new Map<string, number>();
  for (const { key } of map.items) {
    const offset = isScalar(key) ? offsetOf(key) : undefined;
    if (!isScalar(key) || offset === undefined || found.length > mostProblems) continue;
    const name = String(key.value);
    const before = seen.get(name);
    if (before !== undefined) {
      const fix = `It is at ${at(before)} too; keep one.`;
      found.push({ offset, message: `\`${name.slice(0, 100)}\` is there twice`, fix });
    } else if (name === '<<') {
      found.push({ offset, message: 'a merge key', fix: 'Write the keys out.' });
    } else if (name === '__proto__') {
      found.push({ offset, message: '`__proto__` cannot be a key', fix: 'Name it otherwise.' });
    }
    seen.set(name, before ?? offset);
  }
  return found;
}
