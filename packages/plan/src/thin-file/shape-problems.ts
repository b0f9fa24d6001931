import type { ErrorItem } from '@pltf/contracts';
import type { z } from 'zod';
import type { YamlPlaces } from '../yaml-text.ts';
import { keysAt, meantKey } from './known-keys.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export interface ShapeReader {
  readonly shape: z.core.$ZodType;
  readonly places: YamlPlaces;
  readonly value: unknown;
  /** A whole file that is right, for one that is nothing like it. */
  readonly example: string;
  /** Words that people bring from elsewhere, with the path of what they mean. */
  readonly otherWords: Readonly<Record<string, string>>;
  /** The remedy for a value that is wrong, where one can be told from its path alone. */
  readonly fixFor: (path: Path) => string | undefined;
}

/** A problem of a shape for a person: place, what was expected, nearest key, remedy. */
export function describeIssue(issue: Issue, reader: ShapeReader): readonly ErrorItem[] {
  const { places, value, example, fixFor } = reader;
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, 100).map((key) => unknownKey([...path, key], reader));
  }
  if (path.length === 0) {
    return [{ where: places.value([]), message: 'keys and values were expected', fix: example }];
  }
  const name = path.map(String).join('.').slice(0, 200);
  if (valueAt(value, path) === undefined) {
    const fix = fixFor(path) ?? 'Add it.';
    return [{ where: places.value(path), message: `${name} is missing`, fix }];
  }
  const branch =
    issue.code === 'invalid_union' ? branchMeant(issue, valueAt(value, path), reader) : undefined;
  if (branch !== undefined) return branch;
  const where = issue.code === 'invalid_key' ? places.key(path) : places.value(path);
  const fix = fixFor(path) ?? `Correct \`${name}\`; \`pltf schema\` describes it.`;
  return [{ where, message: `${name}: ${lowerFirst(messageOf(issue))}`, fix }];
}

/** Problems in the order of the text. */
export function byPlace(a: ErrorItem, b: ErrorItem): number {
  const [lineA = 0, columnA = 0] = a.where.split(':').slice(-2).map(Number);
  const [lineB = 0, columnB = 0] = b.where.split(':').slice(-2).map(Number);
  return lineA - lineB || columnA - columnB;
}

/** Where a map could be one of several, the problems of the one that it resembles most. */
function branchMeant(
  issue: z.core.$ZodIssueInvalidUnion,
  value: unknown,
  reader: ShapeReader,
): readonly ErrorItem[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const known = keysAt(reader.shape, issue.path);
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    return unknown.slice(0, 20).map((key) => unknownKey([...issue.path, key], reader));
  }
  const [best, second] = issue.errors
    .filter((issues) => issues.every(({ code }) => code !== 'unrecognized_keys'))
    .filter((issues) => issues.every(({ path }) => path.length > 0));
  if (best === undefined || second !== undefined) return undefined;
  return best.flatMap((inner) =>
    describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, reader),
  );
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Readonly<Record<PropertyKey, unknown>>)[step]
        : undefined,
    value,
  );
}

/** For a union without a message of its own, the messages of its branches say more than "invalid input". */
function messageOf(issue: Issue): string {
  if (issue.code === 'invalid_union' && issue.message !== 'Invalid input') return issue.message;
  const inner =
    issue.code === 'invalid_union'
      ? issue.errors.flat()
      : issue.code === 'invalid_key'
        ? issue.issues
        : [];
  const messages = inner.map(({ message }) => message);
  return [...new Set(messages)].slice(0, 3).join(', or ') || issue.message;
}

function unknownKey(path: Path, { shape, places, otherWords }: ShapeReader): ErrorItem {
  const known = keysAt(shape, path.slice(0, -1));
  const meant = meantKey(shape, path, otherWords);
  return {
    where: places.key(path),
    message: `unknown key \`${path.map(String).join('.').slice(0, 200)}\``,
    fix: meant === undefined ? `Keys here: ${known.join(', ')}.` : `Did you mean \`${meant}\`?`,
  };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
