import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../../template/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';

interface KnownKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly schema: JsonObject;
  readonly statusSubresource?: boolean;
}

const known: Readonly<Record<string, KnownKind>> = {
  ...kindsIn('argo-cd-schemas.json'),
  ...kindsIn('flux-schemas.json'),
};

function kindsIn(file: string): Readonly<Record<string, KnownKind>> {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly kinds: Readonly<Record<string, KnownKind>> }).kinds;
}

/** What the agent's own definition says against an object; a field that the definition does not have counts. */
export function agentProblems(object: KubernetesObject): readonly string[] {
  const kind = known[object.kind];
  if (kind === undefined) return [`${object.kind} is no kind of an agent`];
  const apiVersion = `${kind.group}/${kind.version}`;
  if (object.apiVersion !== apiVersion) return [`${object.kind} is of ${apiVersion}`];
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(closed(kind.schema, 0));
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** An API server takes no field that a definition does not name; `metadata` is its own. */
function closed(schema: JsonObject, depth: number): JsonObject {
  const { properties, items, additionalProperties } = schema as {
    readonly properties?: Readonly<Record<string, JsonObject>>;
    readonly items?: JsonObject;
    readonly additionalProperties?: unknown;
  };
  return {
    ...schema,
    ...(items === undefined ? {} : { items: closed(items, depth + 1) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, one]) => [
              name,
              depth === 0 && name === 'metadata' ? one : closed(one, depth + 1),
            ]),
          ),
          ...(additionalProperties === undefined ? { additionalProperties: false } : {}),
        }),
  };
}
