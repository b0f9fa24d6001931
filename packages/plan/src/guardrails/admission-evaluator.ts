import { parseAllDocuments } from 'yaml';
import { type CelExpression, celValue, celVariables, compileCel } from '../cel/index.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../template/json.ts';
import { resourceOf } from './object-identity.ts';

/** What an API server with these policies would answer to a request. */
export interface AdmissionAnswer {
  readonly allowed: boolean;
  /** Policies that looked at the object, by name. */
  readonly looked: readonly string[];
  readonly denials: readonly AdmissionFailure[];
  readonly warnings: readonly AdmissionFailure[];
  readonly audits: readonly AdmissionFailure[];
}

export interface AdmissionFailure {
  readonly policy: string;
  readonly message: string;
  /** The expression could not be evaluated, which `failurePolicy: Fail` counts as a failure. */
  readonly isError: boolean;
}

interface Policy {
  readonly name: string;
  readonly rules: readonly JsonObject[];
  readonly conditions: readonly CelExpression[];
  readonly variables: readonly { readonly name: string; readonly expression: CelExpression }[];
  readonly validations: readonly {
    readonly expression: CelExpression;
    readonly message: string;
    readonly messageExpression: CelExpression | undefined;
  }[];
}

interface Binding {
  readonly policy: string;
  readonly actions: readonly string[];
}

/**
 * Reads policies and bindings back from their YAML and answers as Kubernetes documents it for v1: constraints, match
 * conditions without variables, variables, validations, `failurePolicy: Fail`, actions of each binding. Selectors are
 * taken as met. For tests of what is rendered, and to try a policy without a cluster; throws for what no cluster would take.
 */
export function admissionEvaluator(
  yaml: string,
): (object: JsonObject, oldObject?: JsonObject) => AdmissionAnswer {
  const documents = parseAllDocuments(yaml).map((document): unknown => document.toJS());
  const objects = documents.filter(isJsonObject);
  const policies = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy').map(policyOf);
  const bindings = objects
    .filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding')
    .map(bindingOf);
  return (object, oldObject) => {
    const found = policies
      .filter(({ rules }) => rules.some((rule) => isOf(rule, object)))
      .map((policy) => ({ policy, failures: failuresOf(policy, object, oldObject) }));
    const looked = found.filter(({ failures }) => failures !== undefined);
    const by = (action: string): readonly AdmissionFailure[] =>
      looked.flatMap(({ policy, failures = [] }) =>
        bindings.some((one) => one.policy === policy.name && one.actions.includes(action))
          ? failures
          : [],
      );
    const denials = by('Deny');
    return {
      allowed: denials.length === 0,
      looked: looked.map(({ policy }) => policy.name),
      denials,
      warnings: by('Warn'),
      audits: by('Audit'),
    };
  };
}

const child = (value: JsonValue | undefined, key: string): JsonValue | undefined =>
  isJsonObject(value) ? value[key] : undefined;
const list = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];
const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const texts = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.map((item) => textOf(item as JsonValue)) : [];

function policyOf(object: JsonObject): Policy {
  const { spec } = object;
  const conditions = list(child(spec, 'matchConditions'));
  if (conditions.length > 64) throw new Error('Kubernetes takes at most 64 matchConditions');
  return {
    name: textOf(child(object['metadata'], 'name')),
    rules: list(child(child(spec, 'matchConstraints'), 'resourceRules')),
    conditions: conditions.map(({ expression }) => compiled(expression)),
    variables: list(child(spec, 'variables')).map(({ name, expression }) => ({
      name: textOf(name),
      expression: compiled(expression),
    })),
    validations: list(child(spec, 'validations')).map((one) => ({
      expression: compiled(one['expression']),
      message: textOf(one['message']),
      messageExpression:
        one['messageExpression'] === undefined ? undefined : compiled(one['messageExpression']),
    })),
  };
}

const bindingOf = ({ spec }: JsonObject): Binding => ({
  policy: textOf(child(spec, 'policyName')),
  actions: texts(child(spec, 'validationActions')),
});

function compiled(text: JsonValue | undefined): CelExpression {
  const compilation = compileCel(textOf(text));
  if (compilation.ok) return compilation.expression;
  throw new Error(`${textOf(text)}: ${compilation.problems[0]?.message ?? 'no expression'}`);
}

function isOf(rule: JsonObject, object: JsonObject): boolean {
  const [version = '', group = ''] = textOf(object['apiVersion']).split('/').reverse();
  const has = (key: string, value: string): boolean =>
    texts(rule[key]).some((one) => one === '*' || one === value);
  return (
    has('apiGroups', group) &&
    has('apiVersions', version) &&
    has('resources', resourceOf(textOf(object['kind'])))
  );
}

/** Undefined: a match condition says that the policy does not look at it. */
function failuresOf(
  { name, conditions, variables, validations }: Policy,
  object: JsonObject,
  oldObject: JsonObject | undefined,
): readonly AdmissionFailure[] | undefined {
  const inputs = { object: celValue(object), oldObject: celValue(oldObject ?? null) };
  const held = conditions.map((expression) => expression.evaluate(inputs));
  if (held.some((result) => result.ok && result.value === false)) return undefined;
  const fault = held.find((result) => !result.ok || result.value !== true);
  if (fault !== undefined) {
    const message = fault.ok ? 'a condition gives neither true nor false' : fault.message;
    return [{ policy: name, message, isError: true }];
  }
  const all = { ...inputs, variables: celVariables(variables, inputs) };
  return validations.flatMap(({ expression, message, messageExpression }) => {
    const result = expression.evaluate(all);
    if (result.ok && result.value === true) return [];
    if (!result.ok) return [{ policy: name, message: result.message, isError: true }];
    const told = messageExpression?.evaluate(all);
    const shown = told?.ok === true && typeof told.value === 'string' ? told.value : message;
    return [{ policy: name, message: shown, isError: result.value !== false }];
  });
}
