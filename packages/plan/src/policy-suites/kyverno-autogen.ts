import { at, type Json, listOf, objectOf, textsOf } from './files.ts';
import { resourceNameOf } from './matching.ts';

const templates: Readonly<Record<string, string>> = {
  daemonsets: 'spec.template',
  deployments: 'spec.template',
  replicasets: 'spec.template',
  statefulsets: 'spec.template',
  jobs: 'spec.template',
  cronjobs: 'spec.jobTemplate.spec.template',
};

/**
 * A policy for pods as Kyverno makes it for what creates pods: the same rules over the pod's template. Undefined when
 * the object creates none, or the policy is not for pods alone.
 */
export function policyForController(spec: Json, object: Json): Json | undefined {
  const { group, resource } = resourceNameOf(object);
  const template = Object.hasOwn(templates, resource) ? templates[resource] : undefined;
  if (template === undefined || !isForPods(objectOf(spec.matchConstraints))) return undefined;
  const chosen = at(spec, 'autogen', 'podControllers', 'controllers');
  if (chosen !== undefined && !textsOf(chosen).includes(resource)) return undefined;
  const [rule] = listOf(at(spec, 'matchConstraints', 'resourceRules')).map(objectOf);
  const moved = movedInto(spec, template);
  return {
    ...objectOf(moved),
    matchConstraints: {
      resourceRules: [{ ...rule, apiGroups: [group], apiVersions: ['v1'], resources: [resource] }],
      ...(at(spec, 'matchConstraints', 'namespaceSelector') === undefined
        ? {}
        : { namespaceSelector: at(spec, 'matchConstraints', 'namespaceSelector') }),
    },
  };
}

function isForPods(constraints: Json): boolean {
  const rules = listOf(constraints.resourceRules).map(objectOf);
  const [rule] = rules;
  const isOnly = (list: unknown, value: string): boolean =>
    textsOf(list).length === 1 && textsOf(list)[0] === value;
  return (
    rules.length === 1 &&
    rule !== undefined &&
    constraints.excludeResourceRules === undefined &&
    Object.keys(objectOf(constraints.objectSelector)).length === 0 &&
    textsOf(rule.resourceNames).length === 0 &&
    isOnly(rule.apiGroups, '') &&
    isOnly(rule.apiVersions, 'v1') &&
    isOnly(rule.resources, 'pods')
  );
}

/** Every text of a policy, with `object.spec` and `object.metadata` (but for the namespace) read from the template. */
function movedInto(value: unknown, template: string): unknown {
  if (typeof value === 'string')
    return value
      .replaceAll('object.spec', `object.${template}.spec`)
      .replaceAll('oldObject.spec', `oldObject.${template}.spec`)
      .replaceAll(
        /(object|oldObject)\.metadata(?!\.namespace(?![A-Za-z0-9_]))/g,
        `$1.${template}.metadata`,
      );
  if (Array.isArray(value)) return value.map((item: unknown) => movedInto(item, template));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, movedInto(inner, template)]),
  );
}
