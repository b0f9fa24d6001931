import { PlacementObject, platformGroup } from '@pltf/contracts';
import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../template/json.ts';

/**
 * The CustomResourceDefinition `placements.pltf.dev`, so that clusters hold placements and the rendered guardrails look
 * at them. Its schema is that of the plan.
 */
export function placementDefinition(): JsonObject {
  const schema = structural(z.toJSONSchema(PlacementObject, { io: 'input' }) as JsonObject);
  const { properties } = schema as { readonly properties: JsonObject };
  const { apiVersion, kind, spec } = properties;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `placements.${platformGroup}`,
      labels: { 'app.kubernetes.io/managed-by': 'pltf' },
    },
    spec: {
      group: platformGroup,
      scope: 'Namespaced',
      names: {
        kind: 'Placement',
        listKind: 'PlacementList',
        plural: 'placements',
        singular: 'placement',
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: withoutEnum(apiVersion),
                kind: withoutEnum(kind),
                metadata: { type: 'object' },
                spec: spec ?? {},
              },
            },
          },
          additionalPrinterColumns: columns,
        },
      ],
    },
  };
}

const columns = [
  { name: 'Owner', type: 'string', jsonPath: '.spec.owner' },
  { name: 'Tier', type: 'integer', jsonPath: '.spec.tier' },
  { name: 'Region', type: 'string', jsonPath: '.spec.region' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

const withoutEnum = (schema: JsonValue | undefined): JsonObject => ({
  type: isJsonObject(schema) && typeof schema['type'] === 'string' ? schema['type'] : 'string',
});

const kept = ['type', 'enum', 'pattern', 'required', 'minLength', 'maxLength'] as const;
/** An API server reads RE2, which looks neither ahead nor back; it refuses a definition with such a pattern. */
const looksAround = /\(\?(?:[=!]|<[=!])/;
const isForeign = (value: JsonValue | undefined): boolean =>
  typeof value === 'string' && looksAround.test(value);
const anything: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true };

/**
 * JSON Schema as Kubernetes wants it: each value has one type, and alternatives of objects become one object with the
 * keys of all. What is stricter in the platform is looked at by the platform; a cluster keeps every field.
 */
function structural(schema: JsonObject): JsonObject {
  const alternatives = [schema['anyOf'], schema['oneOf'], schema['allOf']].find(Array.isArray);
  if (alternatives !== undefined)
    return joined(
      (alternatives as readonly JsonObject[]).map(structural),
      Array.isArray(schema['allOf']),
    );
  if (schema['const'] !== undefined)
    return { type: typeof schema['const'], enum: [schema['const']] };
  if (typeof schema['type'] !== 'string') return anything;
  const own = Object.fromEntries(
    kept
      .filter((key) => schema[key] !== undefined)
      .filter((key) => key !== 'pattern' || !isForeign(schema[key]))
      .map((key) => [key, schema[key]]),
  ) as JsonObject;
  const { properties, additionalProperties, items } = schema;
  if (isJsonObject(items)) return { ...own, items: structural(items) };
  if (isJsonObject(properties)) {
    const members = Object.entries(properties).map(([key, member]) => [
      key,
      isJsonObject(member) ? structural(member) : anything,
    ]);
    return { ...own, properties: Object.fromEntries(members) as JsonObject };
  }
  if (isJsonObject(additionalProperties))
    return { ...own, additionalProperties: structural(additionalProperties) };
  return schema['type'] === 'object' ? { ...own, ...anything } : own;
}

/** One object with the keys of all; anything where they are not all objects. */
function joined(schemas: readonly JsonObject[], isAll: boolean): JsonObject {
  const all = schemas.map(({ properties }) => properties);
  if (!all.every(isJsonObject)) return anything;
  const properties = new Map<string, JsonValue>();
  for (const [key, member] of all.flatMap((one) => Object.entries(one))) {
    const there = properties.get(key);
    properties.set(key, there === undefined ? member : eitherOf(there, member));
  }
  const lists = schemas.map(
    ({ required }) => (Array.isArray(required) ? required : []) as string[],
  );
  const required = isAll
    ? [...new Set(lists.flat())]
    : (lists[0] ?? []).filter((key) => lists.every((list) => list.includes(key)));
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
  };
}

function eitherOf(one: JsonValue, other: JsonValue): JsonValue {
  if (!isJsonObject(one) || !isJsonObject(other) || one['type'] !== other['type']) return anything;
  const [a, b] = [one['enum'], other['enum']];
  if (Array.isArray(a) && Array.isArray(b))
    return { type: one['type'] ?? 'string', enum: [...new Set([...a, ...b])] as JsonValue };
  return { type: one['type'] ?? 'string' };
}
