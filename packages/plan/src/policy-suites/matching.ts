import { at, type Json, listOf, objectOf, scalarText, textOf, textsOf } from './files.ts';

/** Group, version, kind and the plural name of an object's resource. */
export interface ResourceName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
}

/** The plural that Kubernetes has for a kind, by the rules that its built-in kinds follow. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith('endpoints')) return lower;
  if (/[^aeiou]y$/.test(lower)) return `${lower.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(lower) ? `${lower}es` : `${lower}s`;
}

export function resourceNameOf(object: Json): ResourceName {
  const apiVersion = textOf(object.apiVersion) ?? '';
  const slash = apiVersion.lastIndexOf('/');
  const kind = textOf(object.kind) ?? '';
  return {
    group: apiVersion.slice(0, Math.max(slash, 0)),
    version: apiVersion.slice(slash + 1),
    kind,
    resource: pluralOf(kind),
  };
}

function allows(list: unknown, value: string): boolean {
  const texts = textsOf(list);
  return texts.includes('*') || texts.includes(value);
}

/** Whether an object is of a rule of `resourceRules`, asked for by an operation. */
export function isOfRule(rule: Json, object: Json, operation: string): boolean {
  const { group, version, resource } = resourceNameOf(object);
  const names = textsOf(rule.resourceNames);
  return (
    allows(rule.apiGroups, group) &&
    allows(rule.apiVersions, version) &&
    (allows(rule.resources, resource) || textsOf(rule.resources).includes('*/*')) &&
    (rule.operations === undefined || allows(rule.operations, operation)) &&
    (names.length === 0 || names.includes(textOf(at(object, 'metadata', 'name')) ?? ''))
  );
}

/** Whether labels satisfy a selector; an empty one takes everything. */
export function selects(selector: unknown, labels: unknown): boolean {
  const { matchLabels, matchExpressions } = objectOf(selector);
  const held = objectOf(labels);
  return (
    Object.entries(objectOf(matchLabels)).every(([key, value]) => held[key] === value) &&
    listOf(matchExpressions)
      .map(objectOf)
      .every(({ key, operator, values }) => {
        const value = held[String(key)];
        const within = value !== undefined && textsOf(values).includes(scalarText(value));
        if (operator === 'In') return within;
        if (operator === 'NotIn') return !within;
        return operator === 'Exists' ? value !== undefined : value === undefined;
      })
  );
}

/** `matchConstraints` of a ValidatingAdmissionPolicy. */
export function isConstrained(
  constraints: Json,
  object: Json,
  namespace: Json,
  operation: string,
): boolean {
  const isOfAny = (rules: unknown): boolean =>
    listOf(rules).some((rule) => isOfRule(objectOf(rule), object, operation));
  return (
    isOfAny(constraints.resourceRules) &&
    !isOfAny(constraints.excludeResourceRules) &&
    selects(constraints.objectSelector, at(object, 'metadata', 'labels')) &&
    selects(constraints.namespaceSelector, at(namespace, 'metadata', 'labels'))
  );
}
