import type { Guardrail, Verdict } from '@pltf/contracts';
import { platformGroup } from '@pltf/contracts';
import { lintCel } from '../cel/index.ts';
import type { JsonObject } from '../template/json.ts';
import { type AdmissionContext, exceptionConditions } from './admission-exceptions.ts';
import {
  type AdmissionExpressions,
  admissionExpressions,
  celText,
} from './admission-expressions.ts';
import { modeAt } from './evaluate-guardrails.ts';
import { environmentLabel } from './object-identity.ts';

export interface RenderedAdmission {
  /** A ValidatingAdmissionPolicy and its ValidatingAdmissionPolicyBinding. */
  readonly objects: readonly JsonObject[];
  /** The lowest Kubernetes that evaluates it; undefined: none does. */
  readonly kubernetes: string | undefined;
  /** What a cluster will do otherwise than the platform does, and why. */
  readonly notes: readonly string[];
}

/** Kubernetes takes no more. */
const mostConditions = 64;
const firstKubernetes = '1.30';
const admission = 'admissionregistration.k8s.io/v1';

/**
 * A guardrail as Kubernetes evaluates it, deterministic. Render it anew when an exception begins or ends, a day of
 * `enforceFrom` comes, or the platform's facts change.
 */
export function renderAdmission(
  guardrail: Guardrail,
  context: AdmissionContext,
): RenderedAdmission {
  const { metadata, spec } = guardrail;
  const expressions = admissionExpressions(guardrail, context.now);
  const conditions = [...environmentCondition(spec.match), ...ownConditions(spec, expressions)];
  const exempting = exceptionConditions(guardrail, context, expressions);
  const room = mostConditions - conditions.length;
  const kept = exempting.conditions.slice(0, room);
  const left = exempting.conditions.slice(room).map(({ name }) => `${name}: no room for it`);
  const lint = lintOf(guardrail);
  const name = `pltf-${metadata.name}`;
  const notes = [...lint.notes, ...exempting.notes, ...left];
  const policy = {
    apiVersion: admission,
    kind: 'ValidatingAdmissionPolicy',
    metadata: {
      name,
      labels: labelsOf(metadata.name),
      annotations: annotationsOf(spec, lint.kubernetes),
    },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: resourceRules(spec.match) },
      ...section('matchConditions', [...conditions, ...kept]),
      ...section('variables', expressions.variables),
      validations: spec.validations.map(({ expression, message, messageExpression }) => ({
        expression: expressions.inPolicy(expression),
        message: `${spec.title}: ${message}`.slice(0, 1000),
        ...(messageExpression === undefined
          ? {}
          : {
              messageExpression: expressions.inPolicy(
                `${celText(`${spec.title}: `)} + (${messageExpression})`,
              ),
            }),
        reason: 'Forbidden',
      })),
    },
  };
  return {
    objects: [policy, bindingOf(guardrail, name, context.now)],
    kubernetes: lint.kubernetes,
    notes,
  };
}

const section = (key: string, items: readonly object[]): object =>
  items.length === 0 ? {} : { [key]: items };

const labelsOf = (guardrail: string) => ({
  'app.kubernetes.io/managed-by': 'pltf',
  [`${platformGroup}/guardrail`]: guardrail,
});

const annotationsOf = (spec: Guardrail['spec'], kubernetes: string | undefined) => ({
  [`${platformGroup}/controls`]: spec.controls.join(', '),
  [`${platformGroup}/minimum-kubernetes`]: kubernetes ?? 'none',
  [`${platformGroup}/owner`]: spec.owner,
  [`${platformGroup}/remedy`]: spec.remedy.text,
  [`${platformGroup}/severity`]: spec.severity,
  [`${platformGroup}/why`]: spec.why,
});

function bindingOf(guardrail: Guardrail, name: string, now: Date) {
  const onlyPlacements = guardrail.spec.match.resources.every(
    ({ group }) => group === platformGroup,
  );
  // A cluster has workloads that are not the platform's; its namespaces are labelled.
  const selector = { matchExpressions: [{ key: environmentLabel, operator: 'Exists' }] };
  return {
    apiVersion: admission,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name, labels: labelsOf(guardrail.metadata.name) },
    spec: {
      policyName: name,
      validationActions: actionsOf(modeAt(guardrail, now)),
      ...(onlyPlacements ? {} : { matchResources: { namespaceSelector: selector } }),
    },
  };
}

const actionsOf = (mode: Verdict['mode']): readonly string[] =>
  ({ enforce: ['Deny'], warn: ['Warn', 'Audit'], audit: ['Audit'] })[mode];

type Match = Guardrail['spec']['match'];

const resourceRules = ({ resources }: Match) =>
  resources.map(({ group, version, resource }) => ({
    apiGroups: [group],
    apiVersions: [version],
    operations: ['CREATE', 'UPDATE'],
    resources: [resource],
  }));

interface Condition {
  readonly name: string;
  readonly expression: string;
}

/** As `matches` decides it: a placement by its spec, other objects by their label; one that says none is looked at. */
function environmentCondition({ environments, resources }: Match): readonly Condition[] {
  if (environments === undefined) return [];
  const list = `[${environments.map(celText).join(', ')}]`;
  const label = celText(environmentLabel);
  const labels = 'has(object.metadata.labels)';
  const ofLabel = `!(${labels} && ${label} in object.metadata.labels) || object.metadata.labels[${label}] in ${list}`;
  const ofPlacement = `!has(object.spec.environment) || object.spec.environment in ${list}`;
  const isPlacement = `object.apiVersion.startsWith('${platformGroup}/') && object.kind == 'Placement'`;
  const all = (ours: boolean): boolean =>
    resources.every(({ group }) => (group === platformGroup) === ours && group !== '*');
  const expression = all(true)
    ? ofPlacement
    : all(false)
      ? ofLabel
      : `${isPlacement} ? (${ofPlacement}) : (${ofLabel})`;
  return [{ name: 'pltf-environments', expression }];
}

const ownConditions = (
  { match }: Guardrail['spec'],
  { alone }: AdmissionExpressions,
): readonly Condition[] =>
  match.conditions.map(({ name, expression }) => ({ name, expression: alone(expression) }));

/** Of all its expressions together. */
function lintOf({ spec }: Guardrail): {
  readonly kubernetes: string | undefined;
  readonly notes: readonly string[];
} {
  const texts = [
    ...spec.match.conditions.map(({ expression }) => expression),
    ...spec.variables.map(({ expression }) => expression),
    ...spec.validations.flatMap(({ expression, messageExpression }) => [
      expression,
      ...(messageExpression === undefined ? [] : [messageExpression]),
    ]),
  ];
  const lints = texts.map(lintCel);
  const notes = [...new Set(lints.flatMap((lint) => lint.notes))];
  if (lints.some(({ kubernetes }) => kubernetes === undefined))
    return { kubernetes: undefined, notes };
  const versions = [
    firstKubernetes,
    ...lints.map(({ kubernetes }) => kubernetes ?? firstKubernetes),
  ];
  return { kubernetes: versions.reduce((a, b) => (minorOf(b) > minorOf(a) ? b : a)), notes };
}

const minorOf = (version: string): number => Number(version.split('.')[1] ?? 0);
