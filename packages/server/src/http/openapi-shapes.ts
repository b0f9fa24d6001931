import * as contracts from '@pltf/contracts';
import { type ApiName, api, type Endpoint } from '@pltf/contracts';
import { z } from 'zod';

export type Json = Record<string, unknown>;

/** The shapes of the API as JSON Schemas that refer to each other. */
export interface Shapes {
  /** Those that others may refer to, by name. */
  readonly components: Readonly<Record<string, Json>>;
  body(name: ApiName): Json | undefined;
  answer(name: ApiName): Json;
  /** Each parameter of the path or the query, and whether it must be given. */
  parameters(name: ApiName, part: 'params' | 'query'): readonly Parameter[];
}

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Json;
}

type Part = 'params' | 'query' | 'body' | 'answer';
const partId = (name: ApiName, part: Part): string => `${name} ${part}`;
const referenceStart = '#/components/schemas/';

/**
 * Shapes that contracts exports keep their names wherever they occur. What is sent is described as it is sent and an
 * answer as it is received; a shape that differs between the two, because fields have defaults, exists in both ways.
 */
export function collectShapes(): Shapes {
  const sent = toSchemas('input', ['params', 'query', 'body']);
  const received = toSchemas('output', ['answer']);
  const differing = differingNames(sent, received);
  const inputOf = (id: string): string => (differing.has(id) ? `${id}Input` : id);
  const renamed = Object.fromEntries(
    Object.entries(sent).map(([id, schema]) => [inputOf(id), renameReferences(schema, inputOf)]),
  );
  const all = { ...renamed, ...received };
  return {
    components: reachable(all),
    body: (name) => all[partId(name, 'body')],
    answer: (name) => all[partId(name, 'answer')] ?? {},
    parameters: (name, part) => parametersOf(all[partId(name, part)] ?? {}),
  };
}

function toSchemas(io: 'input' | 'output', parts: readonly Part[]): Record<string, Json> {
  const registry = z.registry<{ id?: string | undefined }>();
  for (const [id, schema] of Object.entries(contracts)) {
    if (schema instanceof z.ZodType) registry.add(schema, { id });
  }
  for (const name of Object.keys(api) as ApiName[]) {
    const endpoint: Endpoint = api[name];
    for (const part of parts) {
      const schema = endpoint[part];
      // Wrapped, so that a part which is a named shape itself refers to it.
      if (schema !== undefined)
        registry.add(
          z.lazy(() => strict(schema, io)),
          { id: partId(name, part) },
        );
    }
  }
  const { schemas } = z.toJSONSchema(registry, {
    io,
    unrepresentable: 'any',
    uri: (id) => `${referenceStart}${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [
      id,
      tidy(schema, io) as Json,
    ]),
  );
}

/** Unknown keys are refused in what is sent, as the server does. */
const strict = (schema: z.ZodType, io: 'input' | 'output'): z.ZodType =>
  io === 'input' && schema instanceof z.ZodObject ? schema.strict() : schema;

/** Bounds that every JSON number has say nothing; and later versions may add fields to an answer. */
function tidy(value: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(value)) return value.map((item) => tidy(item, io));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const isNoise =
        (key === 'minimum' && inner === Number.MIN_SAFE_INTEGER) ||
        (key === 'maximum' && inner === Number.MAX_SAFE_INTEGER) ||
        (key === 'additionalProperties' && inner === false && io === 'output');
      return isNoise ? [] : [[key, tidy(inner, io)]];
    }),
  );
}

function referencesOf(schema: Json): readonly string[] {
  return [...JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, id = '']) => id,
  );
}

function renameReferences(schema: Json, rename: (id: string) => string): Json {
  const text = JSON.stringify(schema).replace(
    /"#\/components\/schemas\/([^"]+)"/g,
    (_, id: string) => `"${referenceStart}${rename(id)}"`,
  );
  return JSON.parse(text) as Json;
}

/** Shapes that read otherwise when sent, and those that contain one. */
function differingNames(
  sent: Readonly<Record<string, Json>>,
  received: Readonly<Record<string, Json>>,
): Set<string> {
  const shared = Object.keys(sent).filter((id) => received[id] !== undefined);
  const differing = new Set(
    shared.filter(
      (id) => JSON.stringify(tidy(sent[id], 'output')) !== JSON.stringify(received[id]),
    ),
  );
  for (let before = -1; before !== differing.size; ) {
    before = differing.size;
    for (const id of shared) {
      if (referencesOf(sent[id] ?? {}).some((inner) => differing.has(inner))) differing.add(id);
    }
  }
  return differing;
}

/** Named shapes that some operation leads to: contracts describes more than the API. */
function reachable(all: Readonly<Record<string, Json>>): Record<string, Json> {
  const open = Object.keys(all)
    .filter((id) => id.includes(' '))
    .flatMap((id) => referencesOf(all[id] ?? {}));
  const kept: Record<string, Json> = {};
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const schema = all[id];
    if (schema === undefined || kept[id] !== undefined) continue;
    kept[id] = schema;
    open.push(...referencesOf(schema));
  }
  return Object.fromEntries(Object.entries(kept).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function parametersOf(schema: Json): readonly Parameter[] {
  const properties = (schema['properties'] ?? {}) as Record<string, Json>;
  const required = new Set((schema['required'] ?? []) as string[]);
  return Object.entries(properties).map(([name, inner]) => ({
    name,
    required: required.has(name),
    schema: inner,
  }));
}
