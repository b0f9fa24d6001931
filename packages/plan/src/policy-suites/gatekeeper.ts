import { celValue, compileCel } from '../cel/index.ts';
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
import { resourceNameOf, selects } from './matching.ts';
import type { SuiteCase } from './suite-case.ts';
import { answersOf, compileRules, type ValidationRules } from './validation.ts';

const engine = 'K8sNativeValidation';

/** What Gatekeeper adds to every template's variables. */
const ownVariables: readonly Json[] = [
  { name: 'anyObject', expression: 'object == null ? oldObject : object' },
  { name: 'params', expression: 'params.?spec.?parameters.orValue(null)' },
];

/** The CEL of a constraint template; undefined for one that has none. */
function sourceOf(template: Json): Json | undefined {
  for (const target of listOf(at(template, 'spec', 'targets')).map(objectOf))
    for (const code of listOf(target.code).map(objectOf))
      if (code.engine === engine) return objectOf(code.source);
  return undefined;
}

/**
 * Runs a `suite.yaml` of Gatekeeper over its templates that have CEL (engine K8sNativeValidation); tests of templates
 * in Rego alone give no cases. What is wrong with a file is the `got` of every case that needs it.
 */
export function runGatekeeperSuite(path: string, read: ReadFile): readonly SuiteCase[] {
  return readObjects(read, path)
    .filter(({ kind }) => kind === 'Suite')
    .flatMap((suite) => listOf(suite.tests).map(objectOf))
    .filter(({ skip }) => skip !== true)
    .flatMap((test) => casesOf(path, test, read));
}

function casesOf(path: string, test: Json, read: ReadFile): readonly SuiteCase[] {
  const cases = listOf(test.cases).map(objectOf);
  const name = String(test.name);
  const result = (one: Json, expected: string, got: string, passed: boolean): SuiteCase => ({
    suite: path,
    test: name,
    case: String(one.name),
    expected,
    got,
    passed,
  });
  try {
    const templatePath = beside(path, String(test.template));
    // Most of the public templates are Rego alone, and some of them are not even YAML to a strict reader.
    if (read(templatePath)?.includes(engine) === false) return [];
    const template = onlyObject(read, templatePath);
    const source = sourceOf(template);
    if (source === undefined) return [];
    const rules = compileRules({
      ...source,
      variables: [...ownVariables, ...listOf(source.variables)],
    });
    const constraint = onlyObject(read, beside(path, String(test.constraint)));
    return cases
      .filter(({ skip }) => skip !== true)
      .map((one) => {
        const messages = violationsOf(rules, constraint, path, one, read);
        const assertions = listOf(one.assertions).map(objectOf);
        const wanted = assertions.length > 0 ? assertions : [{ violations: 'yes' }];
        const passed = wanted.every((assertion) => holds(assertion, messages));
        const got = `${messages.length} violations${messages.map((text) => `; ${text}`).join('')}`;
        return result(one, wanted.map(assertionText).join(', '), got, passed);
      });
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    return cases.map((one) => result(one, 'to be read', got, false));
  }
}

function onlyObject(read: ReadFile, path: string): Json {
  const [object] = readObjects(read, path);
  if (object === undefined) throw new Error(`${path} holds no object`);
  return object;
}

function assertionText(assertion: Json): string {
  const message = textOf(assertion.message);
  const count = `violations: ${scalarText(assertion.violations ?? 'yes')}`;
  return message === undefined ? count : `${count} like ${message}`;
}

function holds(assertion: Json, messages: readonly string[]): boolean {
  const message = textOf(assertion.message);
  const counted = messages.filter((text) => message === undefined || isLike(text, message)).length;
  const { violations = 'yes' } = assertion;
  if (typeof violations === 'number') return counted === violations;
  const none = violations === 'no' || violations === false;
  return none ? counted === 0 : counted > 0;
}

/** The suite's messages are patterns; the text of the pattern itself is taken as a match as well. */
function isLike(text: string, pattern: string): boolean {
  if (text.includes(pattern)) return true;
  // By the engine's own patterns, which no suite can make slow.
  const matches = compileCel('text.matches(pattern)');
  const result = matches.ok ? matches.expression.evaluate({ text, pattern }) : undefined;
  return result?.ok === true && result.value === true;
}

function violationsOf(
  rules: ValidationRules,
  constraint: Json,
  path: string,
  one: Json,
  read: ReadFile,
): readonly string[] {
  const given = onlyObject(read, beside(path, String(one.object)));
  const request = given.kind === 'AdmissionReview' ? objectOf(given.request) : createOf(given);
  const object = request.object ?? null;
  const oldObject = request.oldObject ?? null;
  const anyObject = object ?? oldObject;
  if (!isMatched(objectOf(at(constraint, 'spec', 'match')), objectOf(anyObject))) return [];
  const inputs = {
    object: celValue(object),
    oldObject: celValue(oldObject),
    request: celValue(request),
    params: celValue(constraint),
  };
  return answersOf(rules, inputs)
    .filter(({ state }) => state !== 'pass')
    .map(({ message }) => message);
}

function createOf(object: Json): Json {
  const { group, version, kind, resource } = resourceNameOf(object);
  return {
    operation: 'CREATE',
    kind: { group, version, kind },
    resource: { group, version, resource },
    name: at(object, 'metadata', 'name') ?? '',
    namespace: at(object, 'metadata', 'namespace') ?? '',
    object,
  };
}

/** `spec.match` of a constraint: kinds, namespaces and labels. */
function isMatched(match: Json, object: Json): boolean {
  const { group, kind } = resourceNameOf(object);
  const kinds = listOf(match.kinds).map(objectOf);
  const namespace = textOf(at(object, 'metadata', 'namespace')) ?? '';
  const isIn = (list: unknown): boolean =>
    textsOf(list).some((name) =>
      name.endsWith('*') ? namespace.startsWith(name.slice(0, -1)) : name === namespace,
    );
  const allows = (list: unknown, value: string): boolean =>
    list === undefined || textsOf(list).some((one) => one === '*' || one === value);
  return (
    (kinds.length === 0 ||
      kinds.some((one) => allows(one.apiGroups, group) && allows(one.kinds, kind))) &&
    (match.namespaces === undefined || namespace === '' || isIn(match.namespaces)) &&
    !isIn(match.excludedNamespaces) &&
    selects(match.labelSelector, at(object, 'metadata', 'labels'))
  );
}
