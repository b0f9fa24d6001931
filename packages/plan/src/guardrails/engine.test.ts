import type { Guardrail } from '@pltf/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtinPlatform } from '../platform-file/platform.ts';
import type { JsonObject } from '../template/json.ts';
import { compileGuardrails } from './compile-guardrails.ts';
import { denies, evaluateGuardrails } from './evaluate-guardrails.ts';
import { exampleObject, mergePatch } from './example-objects.ts';
import { guardrailsInForce } from './guardrails-in-force.ts';
import { parseGuardrails } from './parse-guardrails.ts';
import { replayGuardrails } from './replay.ts';
import { shippedGuardrails } from './shipped.ts';
import { testGuardrails } from './test-guardrails.ts';

const now = new Date('2026-06-01T00:00:00Z');
const context = { now, exceptions: [] };
const subject = 'users-api.prod';

/** A guardrail with one validation, and whatever else a test says. */
function guardrailOf(expression: string, spec: JsonObject = {}): Guardrail {
  const text = JSON.stringify({
    apiVersion: 'pltf.dev/v1',
    kind: 'Guardrail',
    metadata: { name: 'own' },
    spec: {
      ...{ title: 'Own', why: 'Because.', severity: 'high', owner: 'platform', mode: 'enforce' },
      match: { resources: [{ group: 'pltf.dev', resource: 'placements' }] },
      validations: [{ expression, message: 'not so' }],
      remedy: { text: 'Mend it.' },
      example: 'placement',
      cases: [
        { name: 'one', object: {}, verdict: 'pass' },
        { name: 'two', object: {}, verdict: 'fail' },
      ],
      ...spec,
    },
  });
  const parsed = parseGuardrails(text, 'own.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.guardrails[0] as Guardrail;
}

const evaluate = (guardrail: Guardrail, patch: JsonObject = {}, oldObject?: JsonObject) =>
  evaluateGuardrails(
    compileGuardrails([guardrail]),
    [
      {
        object: mergePatch(exampleObject('placement'), patch) as JsonObject,
        subject,
        ...(oldObject === undefined ? {} : { oldObject }),
      },
    ],
    context,
  )[0];

test.each([
  ['a key that is not there', 'object.spec.nothing.there == 1'],
  ['a comparison of what cannot be compared', "object.spec.tier < 'a'"],
  ['a list out of its bounds', 'object.spec.routes[99].public'],
  ['no truth at all', 'object.spec.tier'],
  ['null', 'null'],
  ['division by zero', '1 / 0 == 1'],
])('an expression that fails is an error and stops, never a pass: %s', (_, expression) => {
  const verdict = evaluate(guardrailOf(expression));

  expect(verdict?.state).toBe('error');
  expect(verdict && denies(verdict)).toBe(true);
});

test('an expression that runs out of steps is an error, and says so', () => {
  const deep = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].reduceRight(
    (inner, name) => `[1,2,3,4,5,6,7,8,9,10].all(${name}, ${inner})`,
    'true',
  );
  const since = performance.now();

  const verdict = evaluate(guardrailOf(`${deep} || true`));

  expect(verdict).toMatchObject({ state: 'error', message: expect.stringContaining('steps') });
  expect(performance.now() - since).toBeLessThan(2000);
});

test('many dear expressions share the steps of one guardrail', () => {
  const dear =
    '[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4].all(d, d > 0))))';
  const validations = Array.from({ length: 64 }, () => ({ expression: dear, message: 'x' }));

  expect(evaluate(guardrailOf('true', { validations }))?.state).toBe('error');
});

test('a failure in a condition is an error, unless another condition says that it is not concerned', () => {
  const broken = { name: 'broken', expression: 'object.spec.nothing.there' };
  const resources = [{ group: 'pltf.dev', resource: 'placements' }];
  const other = { name: 'other', expression: "object.spec.kind == 'job'" };

  expect(evaluate(guardrailOf('true', { match: { resources, conditions: [broken] } }))?.state).toBe(
    'error',
  );
  expect(
    evaluate(guardrailOf('true', { match: { resources, conditions: [broken, other] } })),
  ).toBeUndefined();
});

test('a message that cannot be made gives way to the plain one', () => {
  const failing = (messageExpression: string) =>
    evaluate(
      guardrailOf('true', {
        validations: [{ expression: 'false', message: 'plain', messageExpression }],
      }),
    )?.message;

  expect(failing("'tier ' + string(object.spec.tier)")).toBe('tier 2');
  for (const odd of ['object.spec.nothing', '1', "''", "'two\\nlines'"])
    expect(failing(odd)).toBe('plain');
});

test('variables are read when they are needed: one that would fail elsewhere does no harm', () => {
  const guardrail = guardrailOf("object.spec.kind != 'job' || variables.minute == '0'", {
    variables: [{ name: 'minute', expression: 'object.spec.schedule.minute' }],
  });

  expect(evaluate(guardrail)?.state).toBe('pass');
  expect(evaluate(guardrail, { spec: { kind: 'job' } })?.state).toBe('error');
});

test('the old object is null where there was none', () => {
  const guardrail = guardrailOf('oldObject == null || oldObject.spec.tier == object.spec.tier');

  expect(evaluate(guardrail)?.state).toBe('pass');
  expect(evaluate(guardrail, {}, exampleObject('placement'))?.state).toBe('pass');
  expect(evaluate(guardrail, { spec: { tier: 1 } }, exampleObject('placement'))?.state).toBe(
    'deny',
  );
});

test('environments match by what a placement says of itself; what says no environment is looked at', () => {
  const guardrail = guardrailOf('false', {
    match: { resources: [{ group: 'pltf.dev', resource: 'placements' }], environments: ['prod'] },
  });

  expect(evaluate(guardrail)?.state).toBe('deny');
  expect(evaluate(guardrail, { spec: { environment: 'staging' } })).toBeUndefined();
  expect(evaluate(guardrail, { spec: { environment: null } })?.state).toBe('deny');
});

test('the platform file sets modes and params, takes guardrails out, and gives its facts', () => {
  const platform = {
    ...builtinPlatform,
    defaultTeam: 'all',
    guardrails: {
      'tier-1-instances': { params: { minimum: 5 } },
      'regions-allowed': { mode: 'off' as const },
      'owned-by-a-team': { mode: 'enforce' as const, enforceFrom: '2027-01-01' },
    },
  };

  const inForce = guardrailsInForce(shippedGuardrails(), platform);

  const named = (name: string) => inForce.find(({ metadata }) => metadata.name === name)?.spec;
  expect(named('regions-allowed')).toBeUndefined();
  expect(named('tier-1-instances')?.params).toEqual({
    minimum: 5,
    platform: { production: ['prod'] },
  });
  expect(named('owned-by-a-team')).toMatchObject({
    mode: 'enforce',
    enforceFrom: '2027-01-01',
    params: { platform: { defaultTeam: 'all' } },
  });
});

test('the remedy of a failure proposes changes only to who tries them', () => {
  const compiled = compileGuardrails(shippedGuardrails());
  const object = mergePatch(exampleObject('placement'), {
    spec: { tier: 1, run: { instances: { minimum: 1, maximum: 3 } } },
  }) as JsonObject;

  const [failure] = evaluateGuardrails(compiled, [{ object, subject }], {
    ...context,
    includePasses: false,
    proposeFixes: true,
  });
  const [bare] = evaluateGuardrails(compiled, [{ object, subject }], {
    ...context,
    includePasses: false,
  });

  expect(failure?.fix).toEqual([{ path: ['envs', 'prod', 'run', 'instances'], value: '2..3' }]);
  expect(bare?.fix).toBeUndefined();
});

test('a replay tells who would be hit', () => {
  const compiled = compileGuardrails([guardrailOf('object.spec.tier <= 1')]);
  const objects = [1, 2, 3].map((tier) => ({
    object: mergePatch(exampleObject('placement'), { spec: { tier } }) as JsonObject,
    subject: `tier-${tier}.prod`,
  }));

  const replay = replayGuardrails(compiled, objects, context);

  expect(replay).toMatchObject({ looked: 3, passed: 1, excepted: [], errors: [], unused: [] });
  expect(replay.hit.map((verdict) => verdict.subject)).toEqual(['tier-2.prod', 'tier-3.prod']);
});

test('cases that fail are named, and a failing case that nobody looks at is a failure', () => {
  const guardrail = guardrailOf('object.spec.tier == 2', {
    cases: [
      { name: 'right', object: {}, verdict: 'pass' },
      { name: 'wrong', object: {}, verdict: 'fail' },
      { name: 'elsewhere', object: { kind: 'Other' }, verdict: 'fail' },
    ],
  });

  expect(testGuardrails([guardrail]).map(({ name, ok, state }) => ({ name, ok, state }))).toEqual([
    { name: 'right', ok: true, state: 'pass' },
    { name: 'wrong', ok: false, state: 'pass' },
    { name: 'elsewhere', ok: false, state: 'not-concerned' },
  ]);
});

test('no object makes the shipped guardrails throw, and each verdict is one of the five', () => {
  const compiled = compileGuardrails(shippedGuardrails());
  const anything = fc.object({ maxDepth: 3 });
  const head = fc.constantFrom<JsonObject>(
    { apiVersion: 'pltf.dev/v1', kind: 'Placement' },
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'v1', kind: 'Pod' },
  );
  fc.assert(
    fc.property(head, anything, anything, (first, spec, metadata) => {
      const object = JSON.parse(JSON.stringify({ ...first, spec, metadata })) as JsonObject;
      for (const verdict of evaluateGuardrails(compiled, [{ object, subject: 'x' }], context))
        expect(['pass', 'warn', 'deny', 'error']).toContain(verdict.state);
    }),
  );
});

test('equal objects have equal verdicts, whatever the order of their keys', () => {
  const compiled = compileGuardrails(shippedGuardrails());
  const turned = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .toReversed()
            .map(([key, member]) => [key, turned(member)]),
        )
      : value;
  const object = mergePatch(exampleObject('placement'), {
    spec: { tier: 1, owner: 'everyone' },
  }) as JsonObject;

  const verdicts = [object, turned(object) as JsonObject].map((one) =>
    evaluateGuardrails(compiled, [{ object: one, subject }], context),
  );

  expect(verdicts[0]).toEqual(verdicts[1]);
});
