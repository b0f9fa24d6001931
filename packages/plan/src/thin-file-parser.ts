import { type ErrorItem, ThinFile } from '@pltf/contracts';
import type { z } from 'zod';
import { nearest } from './nearest.ts';
import { readYamlText, type YamlPlaces } from './yaml-text.ts';

export type ParsedThinFile =
  | { readonly ok: true; readonly file: ThinFile; readonly places: YamlPlaces }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

/** A thin file is a page of text; more is a mistake or an attack. */
const maximumBytes = 64 * 1024;
const mostProblems = 100;
const example = 'The smallest one has two lines: `kind: service` and `name: my-service`.';

/**
 * Reads one thin file from YAML (or JSON), also when it was pasted as one line: `{kind: service, name: shop}` or
 * `kind: service / name: shop`. Never throws: every problem comes at once, each with `file:line:column`, what was
 * expected, and how to solve it.
 */
export function parseThinFile(text: string, fileName = 'pltf.yaml'): ParsedThinFile {
  const read = readYamlText(text, { fileName, maximumBytes, example });
  if (!read.ok) return read;
  const { value, places } = read;
  const result = ThinFile.safeParse(value);
  if (result.success) return { ok: true, file: result.data, places };
  const { issues } = result.error;
  const problems = issues.slice(0, mostProblems).flatMap((issue) => describe(issue, value, places));
  return { ok: false, problems: problems.slice(0, mostProblems).toSorted(byPlace) };
}

function byPlace(a: ErrorItem, b: ErrorItem): number {
  const [lineA = 0, columnA = 0] = a.where.split(':').slice(-2).map(Number);
  const [lineB = 0, columnB = 0] = b.where.split(':').slice(-2).map(Number);
  return lineA - lineB || columnA - columnB;
}

function describe(
  issue: z.core.$ZodIssue,
  value: unknown,
  places: YamlPlaces,
): readonly ErrorItem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, mostProblems).map((key) => unknownKey([...path, key], places));
  }
  if (path.length === 0) {
    return [{ where: places.value([]), message: 'keys and values were expected', fix: example }];
  }
  const name = path.map(String).join('.');
  if (valueAt(value, path) === undefined) {
    return [
      { where: places.value(path), message: `${name} is missing`, fix: fixFor(path, 'Add it.') },
    ];
  }
  const where = issue.code === 'invalid_key' ? places.key(path) : places.value(path);
  const fix = fixFor(path, `Correct \`${name}\`; \`pltf schema\` describes it.`);
  return [{ where, message: `${name}: ${lowerFirst(messageOf(issue))}`, fix }];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Readonly<Record<PropertyKey, unknown>>)[step]
        : undefined,
    value,
  );
}

/** For a union, the messages of its branches say more than "invalid input". */
function messageOf(issue: z.core.$ZodIssue): string {
  const inner =
    issue.code === 'invalid_union'
      ? issue.errors.flat()
      : issue.code === 'invalid_key'
        ? issue.issues
        : [];
  const messages = inner.map(({ message }) => message);
  return [...new Set(messages)].slice(0, 3).join(', or ') || issue.message;
}

function unknownKey(path: readonly PropertyKey[], places: YamlPlaces): ErrorItem {
  const known = knownKeys(path.slice(0, -1));
  const meant = nearest(String(path.at(-1)), known);
  return {
    where: places.key(path),
    message: `unknown key \`${path.map(String).join('.').slice(0, 200)}\``,
    fix: meant === undefined ? `Keys here: ${known.join(', ')}.` : `Did you mean \`${meant}\`?`,
  };
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const { run, slo, envs } = ThinFile.shape;
  if (path.at(-1) === 'run') return Object.keys(run.unwrap().shape);
  if (path[0] === 'slo')
    return path.length === 1 ? Object.keys(slo.unwrap().shape) : ['p50', 'p90', 'p95', 'p99'];
  if (path[0] === 'envs') return Object.keys(envs.unwrap().valueType.shape);
  return Object.keys(ThinFile.shape);
}

function fixFor(path: readonly PropertyKey[], otherwise: string): string {
  if (path[0] === 'kind') return `Use one of ${ThinFile.shape.kind.options.join(', ')}.`;
  if (path[0] === 'name')
    return 'Lower-case letters, digits and single dashes, starting with a letter, at most 40.';
  return otherwise;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
