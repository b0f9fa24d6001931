import { celValue } from '../cel/index.ts';
import {
  at,
  beside,
  type Json,
  listOf,
  objectOf,
  type ReadFile,
  readObjects,
  scalarText,
  textOf,
  textsOf,
} from './files.ts';
import { policyForController } from './kyverno-autogen.ts';
import { contextOf, type SuiteContext } from './kyverno-context.ts';
import { isConstrained, resourceNameOf } from './matching.ts';
import type { SuiteCase } from './suite-case.ts';
import { answersOf, compileRules, conditionsHold, type ValidationRules } from './validation.ts';

interface Loaded {
  readonly policies: readonly Json[];
  readonly resources: readonly Json[];
  readonly context: SuiteContext;
  /** Rules by the policy's `spec`, compiled once. */
  readonly rules: Map<Json, ValidationRules>;
}

/**
 * Runs a `kyverno-test.yaml` over its policies of the kind ValidatingPolicy (`policies.kyverno.io`): one case for each
 * resource of each result. What a cluster would answer comes from the test's own `context`, `variables` and `userinfo`
 * files. Results for other kinds of policies give no cases.
 */
export function runKyvernoTest(path: string, read: ReadFile, now: Date): readonly SuiteCase[] {
  return readObjects(read, path)
    .filter(({ kind }) => kind === 'Test')
    .flatMap((test) => {
      const name = scalarText(at(test, 'metadata', 'name'));
      const results = listOf(test.results).map(objectOf);
      const outcome = attempt(() => load(test, path, read, now));
      return results.flatMap((result) =>
        casesOf(result, outcome).map((one) => ({ suite: path, test: name, ...one })),
      );
    });
}

const clusterWide = new Set(
  `ClusterRole ClusterRoleBinding CustomResourceDefinition FlowSchema IngressClass Namespace Node PersistentVolume
   PriorityClass PriorityLevelConfiguration RuntimeClass StorageClass`.split(/\s+/),
);

/** An object that belongs into a namespace and names none is in `default`, as when it is created. */
function inNamespace(object: Json): Json {
  const metadata = objectOf(object.metadata);
  const isNamed = metadata.namespace !== undefined || clusterWide.has(String(object.kind));
  return isNamed ? object : { ...object, metadata: { ...metadata, namespace: 'default' } };
}

type Case = Omit<SuiteCase, 'suite' | 'test'>;

function attempt<Value>(make: () => Value): Value | string {
  try {
    return make();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function load(test: Json, path: string, read: ReadFile, now: Date): Loaded {
  const objects = (files: unknown): readonly Json[] =>
    textsOf(files).flatMap((file) => readObjects(read, beside(path, file)));
  return {
    policies: objects(test.policies),
    resources: objects(test.resources).map(inNamespace),
    context: contextOf(test, path, read, now),
    rules: new Map(),
  };
}

function casesOf(result: Json, loaded: Loaded | string): readonly Case[] {
  const expected = String(result.result);
  const names = textsOf(result.resources);
  const make = (name: string, got: string): Case => ({
    case: `${String(result.policy)} on ${textOf(result.kind) ?? 'any'} ${name}`,
    expected,
    got,
    passed: got === expected || got.startsWith(`${expected}:`),
  });
  if (typeof loaded === 'string') return names.map((name) => make(name, `error: ${loaded}`));
  const policy = loaded.policies.find(
    (one) => at(one, 'metadata', 'name') === textOf(result.policy)?.split('/').at(-1),
  );
  if (policy === undefined)
    return names.map((name) => make(name, 'error: there is no such policy'));
  if (policy.kind !== 'ValidatingPolicy') return [];
  return names.map((name) => {
    const found = resourcesOf(loaded.resources, name, textOf(result.kind));
    if (found.length === 0) return make(name, 'missing: there is no such resource');
    const answers = found.map((resource) => answerOf(policy, resource, loaded));
    return make(name, answers.find((answer) => !answer.startsWith(expected)) ?? answers[0] ?? '');
  });
}

/** Resources by `name` or `namespace/name`. */
function resourcesOf(
  resources: readonly Json[],
  name: string,
  kind: string | undefined,
): readonly Json[] {
  const [last = '', namespace] = name.split('/').toReversed();
  return resources.filter(
    (resource) =>
      at(resource, 'metadata', 'name') === last &&
      (kind === undefined || resource.kind === kind) &&
      (namespace === undefined ||
        namespace === '' ||
        (at(resource, 'metadata', 'namespace') ?? 'default') === namespace),
  );
}

/** `pass`, `fail: …`, `skip` or `error: …` */
function answerOf(policy: Json, resource: Json, loaded: Loaded): string {
  const written = objectOf(policy.spec);
  const spec = policyForController(written, resource) ?? written;
  const request = loaded.context.requestOf(scalarText(at(policy, 'metadata', 'name')), resource);
  const namespace = loaded.context.namespaceOf(
    textOf(at(resource, 'metadata', 'namespace')) ?? 'default',
  );
  const isNamespaced = resourceNameOf(resource).kind !== 'Namespace';
  const isJson = at(written, 'evaluation', 'mode') === 'JSON';
  const constraints = objectOf(spec.matchConstraints);
  if (!isJson && !isConstrained(constraints, resource, namespace, String(request.operation)))
    return 'skip';
  const rules = attempt(() => rulesOf(spec, policy, loaded));
  if (typeof rules === 'string') return `error: ${rules}`;
  const inputs = {
    object: celValue(resource),
    oldObject: celValue(null),
    request: celValue(request),
    namespaceObject: celValue(isNamespaced ? namespace : null),
  };
  const holds = conditionsHold(rules, inputs);
  if (holds === false) return 'skip';
  if (holds !== true) return `error: ${holds}`;
  const [first] = answersOf(rules, inputs).filter(({ state }) => state !== 'pass');
  return first === undefined ? 'pass' : `${first.state}: ${first.message}`;
}

function rulesOf(spec: Json, policy: Json, loaded: Loaded): ValidationRules {
  const isWritten = spec === policy.spec;
  const known = isWritten ? loaded.rules.get(spec) : undefined;
  if (known !== undefined) return known;
  const { functions } = loaded.context;
  const rules = compileRules(spec, { functions, unchecked: true });
  if (isWritten) loaded.rules.set(spec, rules);
  return rules;
}
