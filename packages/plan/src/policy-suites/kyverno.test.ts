import { expect, it } from 'vitest';
import { runKyvernoTest } from './index.ts';

const policy = `
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: no-latest}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}
  matchConditions:
    - {name: not-system, expression: "object.metadata.namespace != 'kube-system'"}
  variables:
    - {name: images, expression: 'object.spec.containers.map(c, c.image)'}
    - {name: allowed, expression: "resource.Get('v1', 'configmaps', 'default', 'registries').data.names.split(',')"}
  validations:
    - expression: variables.images.all(i, !i.endsWith(':latest'))
      message: not the latest
    - expression: variables.images.all(i, i.split('/')[0] in variables.allowed)
      messageExpression: "'not from ' + variables.allowed.join()"
`;

function pod(name: string, image: string, namespace?: string): string {
  const where = namespace === undefined ? '' : `, namespace: ${namespace}`;
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}${where}}, spec: {containers: [{image: '${image}'}]}}`;
}

const files: Record<string, string> = {
  'p/policy.yaml': policy,
  'p/test/context.yaml': `
kind: Context
spec:
  resources:
    - {apiVersion: v1, kind: ConfigMap, metadata: {name: registries, namespace: default}, data: {names: 'a.io,b.io'}}
`,
  'p/test/values.yaml': `
kind: Values
policies:
  - {name: no-latest, resources: [{name: removed, values: {request.operation: DELETE}}]}
`,
  'p/test/resources.yaml': [
    pod('good', 'a.io/x:1'),
    pod('latest', 'a.io/x:latest'),
    pod('elsewhere', 'c.io/x:1'),
    pod('system', 'c.io/x:latest', 'kube-system'),
    pod('removed', 'a.io/x:latest'),
    '{apiVersion: v1, kind: Pod, metadata: {name: broken}, spec: {}}',
    '{apiVersion: v1, kind: Service, metadata: {name: good}}',
    `{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}, spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: 'a.io/x:latest'}]}}}}}}`,
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{image: 'a.io/x:2'}]}}}}`,
  ].join('\n---\n'),
  'p/test/kyverno-test.yaml': `
kind: Test
metadata: {name: images}
policies: [../policy.yaml]
resources: [resources.yaml]
context: context.yaml
variables: values.yaml
results:
  - {policy: no-latest, isValidatingPolicy: true, kind: Pod, resources: [good], result: pass}
  - {policy: no-latest, isValidatingPolicy: true, kind: Pod, resources: [latest, default/elsewhere], result: fail}
  - {policy: no-latest, isValidatingPolicy: true, kind: Pod, resources: [kube-system/system, removed], result: skip}
  - {policy: no-latest, isValidatingPolicy: true, kind: Service, resources: [good], result: skip}
  - {policy: no-latest, isValidatingPolicy: true, kind: CronJob, resources: [nightly], result: fail}
  - {policy: no-latest, isValidatingPolicy: true, kind: Deployment, resources: [web], result: pass}
  - {policy: no-latest, isValidatingPolicy: true, kind: Pod, resources: [broken, unknown], result: pass}
  - {policy: other, isValidatingPolicy: true, kind: Pod, resources: [good], result: pass}
`,
};
const read = (path: string): string | undefined => files[path];
const now = new Date('2026-06-01T00:00:00Z');

it('gives one case for each resource of each result', () => {
  const cases = runKyvernoTest('p/test/kyverno-test.yaml', read, now);

  expect(cases.map(({ case: name, got, passed }) => [name, got, passed])).toEqual([
    ['no-latest on Pod good', 'pass', true],
    ['no-latest on Pod latest', 'fail: not the latest', true],
    ['no-latest on Pod default/elsewhere', 'fail: not from a.iob.io', true],
    ['no-latest on Pod kube-system/system', 'skip', true],
    ['no-latest on Pod removed', 'skip', true],
    ['no-latest on Service good', 'skip', true],
    ['no-latest on CronJob nightly', 'fail: not the latest', true],
    ['no-latest on Deployment web', 'pass', true],
    ['no-latest on Pod broken', 'error: variables.images: no such key: containers', false],
    ['no-latest on Pod unknown', 'missing: there is no such resource', false],
    ['other on Pod good', 'error: there is no such policy', false],
  ]);
});

it('names the file that is missing in every case', () => {
  const cases = runKyvernoTest(
    'p/test/kyverno-test.yaml',
    (path) => (path === 'p/policy.yaml' ? undefined : files[path]),
    now,
  );

  expect(cases).toHaveLength(11);
  expect(new Set(cases.map(({ got }) => got))).toEqual(
    new Set(['error: there is no file p/policy.yaml']),
  );
});

it('fails a lookup that its context does not answer, and does not pass it', () => {
  const cases = runKyvernoTest(
    'p/test/kyverno-test.yaml',
    (path) => (path.endsWith('context.yaml') ? 'kind: Context\nspec: {}\n' : files[path]),
    now,
  );

  expect(cases[0]).toMatchObject({ passed: false });
  expect(cases[0]?.got).toMatch(/configmaps registries is not in the context/);
});
