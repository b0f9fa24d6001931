import { expect, it } from 'vitest';
import { runGatekeeperSuite } from './index.ts';

const template = `
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: replicas}
spec:
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: K8sNativeValidation
          source:
            variables:
              - name: replicas
                expression: variables.anyObject.spec.?replicas.orValue(1)
            validations:
              - expression: variables.replicas <= variables.params.most
                messageExpression: "'at most ' + string(variables.params.most) + ' replicas'"
              - expression: request.operation != 'DELETE'
                message: deleted
`;
const files: Record<string, string> = {
  'lib/replicas/template.yaml': template,
  'lib/rego/template.yaml': 'kind: ConstraintTemplate\nspec: {targets: [{rego: "package a"}]}\n',
  'lib/replicas/constraint.yaml': `
kind: Replicas
spec:
  match: {kinds: [{apiGroups: [apps], kinds: [Deployment]}], excludedNamespaces: [kube-*]}
  parameters: {most: 3}
`,
  'lib/replicas/few.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2}\n',
  'lib/replicas/many.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 4}\n',
  'lib/replicas/excluded.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: kube-system}\nspec: {replicas: 4}\n',
  'lib/replicas/other.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {replicas: 4}\n',
  'lib/replicas/deletion.yaml': `
kind: AdmissionReview
request:
  operation: DELETE
  oldObject: {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 9}}
`,
  'lib/suite.yaml': `
kind: Suite
apiVersion: test.gatekeeper.sh/v1alpha1
tests:
  - name: replicas
    template: replicas/template.yaml
    constraint: replicas/constraint.yaml
    cases:
      - {name: few, object: replicas/few.yaml, assertions: [{violations: no}]}
      - {name: many, object: replicas/many.yaml, assertions: [{violations: 1, message: at most 3}]}
      - {name: excluded, object: replicas/excluded.yaml, assertions: [{violations: no}]}
      - {name: another kind, object: replicas/other.yaml, assertions: [{violations: no}]}
      - {name: deletion, object: replicas/deletion.yaml, assertions: [{violations: 2}]}
      - {name: wrong expectation, object: replicas/few.yaml, assertions: [{violations: yes}]}
      - {name: wrong message, object: replicas/many.yaml, assertions: [{violations: 1, message: at most 4}]}
  - name: rego
    template: rego/template.yaml
    constraint: replicas/constraint.yaml
    cases: [{name: unknown, object: replicas/few.yaml, assertions: [{violations: no}]}]
`,
};
const read = (path: string): string | undefined => files[path];

it('gives what each case expects and what came, and nothing for Rego', () => {
  const cases = runGatekeeperSuite('lib/suite.yaml', read);

  expect(cases.map(({ case: name, passed }) => [name, passed])).toEqual([
    ['few', true],
    ['many', true],
    ['excluded', true],
    ['another kind', true],
    ['deletion', true],
    ['wrong expectation', false],
    ['wrong message', false],
  ]);
  expect(cases[6]).toMatchObject({
    suite: 'lib/suite.yaml',
    test: 'replicas',
    expected: 'violations: 1 like at most 4',
    got: '1 violations; at most 3 replicas',
  });
});

it.each([
  [
    'a missing file',
    (path: string) => (path.endsWith('few.yaml') ? undefined : files[path]),
    'there is no file lib/replicas/few.yaml',
  ],
  [
    'an expression that is none',
    (path: string) => files[path]?.replace('variables.replicas <=', 'variables.replicas <= <='),
    /expected a value/,
  ],
])('says what is wrong with %s in every case', (_name, reader, message) => {
  const cases = runGatekeeperSuite('lib/suite.yaml', reader);

  expect(cases).toHaveLength(7);
  for (const { got, passed } of cases) {
    expect(got).toMatch(message);
    expect(passed).toBe(false);
  }
});

it('counts a validation that fails on its values as a violation', () => {
  const reader = (path: string): string | undefined =>
    path.endsWith('constraint.yaml') ? 'kind: Replicas\nspec: {}\n' : files[path];

  const [few] = runGatekeeperSuite('lib/suite.yaml', reader);

  expect(few).toMatchObject({ case: 'few', passed: false });
});
