import type { ErrorItem } from '@pltf/contracts';
import { PlatformFile } from '@pltf/contracts';
import type { z } from 'zod';
import { nearest } from '../nearest.ts';
import type { YamlPlaces } from '../yaml-text.ts';

const mostProblems = 100;

/** What keeps a value from being a platform file, all at once: where, what was expected, the nearest valid key. */
export function shapeProblems(
  issues: readonly z.core.$ZodIssue[],
  places: YamlPlaces,
): readonly ErrorItem[] {
  return issues.flatMap((issue) => describe(issue, places)).slice(0, mostProblems);
}

function describe(issue: z.core.$ZodIssue, places: YamlPlaces): readonly ErrorItem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, mostProblems).map((key) => unknownKey([...path, key], places));
  const name = path.map(String).join('.').slice(0, 200);
  const message = lowerFirst(messageOf(issue));
  const where = issue.code === 'invalid_key' ? places.key(path) : places.value(path);
  return [{ where, message: name === '' ? message : `${name}: ${message}` }];
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
  const keys = keysAt(path.slice(0, -1));
  const meant = nearest(String(path.at(-1)), keys);
  return {
    where: places.key(path),
    message: `unknown key \`${path.map(String).join('.').slice(0, 200)}\``,
    fix: meant === undefined ? `Keys here: ${keys.join(', ')}.` : `Did you mean \`${meant}\`?`,
  };
}

interface Schema {
  readonly def: {
    readonly type: string;
    readonly innerType?: Schema;
    readonly shape?: Readonly<Record<string, Schema>>;
    readonly valueType?: Schema;
    readonly element?: Schema;
    readonly options?: readonly Schema[];
  };
}

/** The keys that the schema knows at a path. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let at: readonly Schema[] = [PlatformFile];
  for (const step of path) at = at.flatMap((schema) => child(schema, step));
  return [
    ...new Set(
      at.flatMap((schema) => objectsIn(schema)).flatMap(({ def }) => Object.keys(def.shape ?? {})),
    ),
  ];
}

const child = (schema: Schema, step: PropertyKey): readonly Schema[] =>
  objectsIn(schema).flatMap(({ def }) => {
    const found = def.shape?.[String(step)] ?? def.valueType ?? def.element;
    return found === undefined ? [] : [found];
  });

/** Behind defaults, optionals and unions: the objects, records and lists. */
function objectsIn(schema: Schema): readonly Schema[] {
  const { innerType, options } = schema.def;
  if (innerType !== undefined) return objectsIn(innerType);
  if (options !== undefined) return options.flatMap((option) => objectsIn(option));
  return [schema];
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
