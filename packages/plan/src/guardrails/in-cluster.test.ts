import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseRegex } from '../cel/regex/syntax.ts';
import { clusterRole, type KubernetesObject, renderPlacement } from '../render/index.ts';
import { schemaProblems } from '../render/kubernetes/testing/openapi-schemas.ts';
import { inputWith } from '../render/kubernetes/testing/render-inputs.ts';
import type { JsonObject, JsonValue } from '../template/json.ts';
import { admissionEvaluator } from './admission-evaluator.ts';
import { renderAdmission } from './admission-policy.ts';
import { compileGuardrails } from './compile-guardrails.ts';
import { evaluateGuardrails } from './evaluate-guardrails.ts';
import { exampleObject } from './example-objects.ts';
import { placementDefinition } from './placement-definition.ts';
import { shippedGuardrails } from './shipped.ts';

const now = new Date('2026-06-01T00:00:00Z');
const compiled = compileGuardrails(shippedGuardrails());

test.each(['service', 'worker', 'job', 'site'])(
  'what the platform itself renders for a cluster breaks no shipped guardrail: %s',
  (kind) => {
    const schedule = kind === 'job' ? { 'pltf.dev/schedule': '0 3 * * *' } : {};
    const input = inputWith({ kind });
    Object.assign(input.placement.metadata.annotations, schedule);
    const objects = renderPlacement(input).map((object) => ({
      object: JSON.parse(JSON.stringify(object)) as JsonObject,
      subject: `${object.kind} ${object.metadata.name}`,
    }));

    const verdicts = evaluateGuardrails(compiled, objects, { now, exceptions: [] });

    expect(verdicts.length).toBeGreaterThan(5);
    expect(
      verdicts
        .filter(({ state }) => state !== 'pass')
        .map((verdict) => [verdict.guardrail, verdict.subject, verdict.message]),
    ).toEqual([]);
  },
);

test('one policy of many lets through what the engine lets through, all in one cluster', () => {
  const yaml = shippedGuardrails()
    .flatMap((guardrail) => renderAdmission(guardrail, { now }).objects)
    .map((object) => stringify(object))
    .join('---\n');
  const admit = admissionEvaluator(yaml);

  for (const name of ['placement', 'deployment', 'cronjob', 'pod'] as const) {
    const answer = admit(exampleObject(name));
    expect(answer.looked.length, name).toBeGreaterThan(0);
    expect([...answer.denials, ...answer.warnings, ...answer.audits], name).toEqual([]);
  }
});

test('what a cluster is given of guardrails and placements is of the shape that its API has', () => {
  const shipped = shippedGuardrails();
  // Each in the mode that it has, and denying at once: that is another set of actions.
  const enforced = shipped.map((one) => ({
    ...one,
    spec: { ...one.spec, mode: 'enforce' as const },
  }));
  const objects = [
    ...[...shipped, ...enforced].flatMap((one) => renderAdmission(one, { now }).objects),
    placementDefinition(),
    ...clusterRole({ name: 'pltf', namespace: 'pltf-system' }),
  ];

  expect(objects.length).toBeGreaterThan(4 * shipped.length);
  expect(objects.flatMap((object) => schemaProblems(object as KubernetesObject))).toEqual([]);
  const [policy] = objects as [JsonObject];
  const misspelt = { ...policy, spec: { ...(policy['spec'] as JsonObject), validation: [] } };
  expect(schemaProblems(misspelt as unknown as KubernetesObject)).toEqual([
    'ValidatingAdmissionPolicy.spec.validation is unknown',
  ]);
});

test('a cluster takes no more than 64 match conditions', () => {
  const [guardrail] = shippedGuardrails();
  if (guardrail === undefined) throw new Error('nothing is shipped');
  const rendered = renderAdmission(guardrail, { now });
  const conditions = Array.from({ length: 65 }, (_, index) => ({
    name: `c${index}`,
    expression: 'true',
  }));
  const [policy] = rendered.objects;
  const spec = { ...(policy?.['spec'] as JsonObject), matchConditions: conditions };

  expect(() => admissionEvaluator(stringify({ ...policy, spec }))).toThrow('64');
});

test('the definition of placements is structural, as Kubernetes demands', () => {
  const { spec } = placementDefinition() as unknown as {
    readonly spec: {
      readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: JsonObject } }];
    };
  };
  const root = spec.versions[0].schema.openAPIV3Schema;
  const allowed = new Set([
    ...['type', 'enum', 'pattern', 'required', 'minLength', 'maxLength', 'items', 'properties'],
    ...['additionalProperties', 'x-kubernetes-preserve-unknown-fields'],
  ]);
  let nodes = 0;
  const check = (schema: JsonValue | undefined, path: string): void => {
    const node = schema as JsonObject;
    nodes += 1;
    const { pattern } = node;
    if (typeof pattern === 'string') expect(() => parseRegex(pattern)).not.toThrow();
    const hasType =
      typeof node['type'] === 'string' || node['x-kubernetes-preserve-unknown-fields'] === true;
    expect(hasType, path).toBe(true);
    expect(
      Object.keys(node).filter((key) => !allowed.has(key)),
      path,
    ).toEqual([]);
    expect('properties' in node && 'additionalProperties' in node, path).toBe(false);
    if (node['type'] === 'array') check(node['items'], `${path}[]`);
    for (const [key, member] of Object.entries((node['properties'] ?? {}) as JsonObject))
      check(member, `${path}.${key}`);
    if (node['additionalProperties'] !== undefined)
      check(node['additionalProperties'], `${path}.*`);
  };

  check(root, '');

  expect(nodes).toBeGreaterThan(40);
  const validate = new Ajv({ strict: false }).compile(root);
  expect(validate(exampleObject('placement'))).toBe(true);
  expect(validate({ ...exampleObject('placement'), spec: { tier: 'one' } })).toBe(false);
});
