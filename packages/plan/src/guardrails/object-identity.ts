import { type Guardrail, platformGroup } from '@pltf/contracts';
import { isJsonObject, type JsonObject } from '../template/json.ts';
import { valueAt } from './object-path.ts';

/** On what is rendered for Kubernetes: which component and environment it belongs to. */
export const componentLabel = 'app.kubernetes.io/name';
export const environmentLabel = `${platformGroup}/environment`;

/** What a match and an exception ask of an object. */
export interface ObjectIdentity {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly environment: string | undefined;
  readonly component: string | undefined;
}

/** A placement says it itself; any other object by its labels. */
export function identityOf(object: JsonObject): ObjectIdentity {
  const [group, version] = groupAndVersion(text(object['apiVersion']) ?? '');
  const resource = resourceOf(text(object['kind']) ?? '');
  const { metadata, spec } = object;
  if (group === platformGroup && resource === 'placements') {
    return {
      group,
      version,
      resource,
      // Not its namespace: in a cluster each placement has one of its own.
      environment: text(isJsonObject(spec) ? spec['environment'] : undefined),
      component: text(isJsonObject(spec) ? spec['component'] : undefined),
    };
  }
  return {
    group,
    version,
    resource,
    environment: text(valueAt(metadata, ['labels', environmentLabel])),
    component: text(valueAt(metadata, ['labels', componentLabel])),
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

function groupAndVersion(apiVersion: string): readonly [string, string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** The resource of a kind by Kubernetes' own rule for plurals: `Ingress` → `ingresses`. */
export function resourceOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower === 'endpoints') return lower;
  if (/(?:s|x|z|ch|sh)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

type Match = Guardrail['spec']['match'];

/**
 * Whether a guardrail looks at objects of this kind and place at all; its conditions come on top. An object that does
 * not say its environment is looked at: what leaves out a label does not escape.
 */
export function matches(match: Match, object: ObjectIdentity): boolean {
  const { environments } = match;
  const isHere =
    environments === undefined ||
    object.environment === undefined ||
    environments.includes(object.environment);
  return isHere && match.resources.some((resource) => isOf(resource, object));
}

function isOf(rule: Match['resources'][number], object: ObjectIdentity): boolean {
  const is = (pattern: string, value: string): boolean => pattern === '*' || pattern === value;
  return (
    is(rule.group, object.group) &&
    is(rule.version, object.version) &&
    is(rule.resource, object.resource)
  );
}
