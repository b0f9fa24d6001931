import type { ActiveException, Guardrail } from '@pltf/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../template/json.ts';
import { compileGuardrails } from './compile-guardrails.ts';
import { evaluateGuardrails } from './evaluate-guardrails.ts';
import { exampleObject, mergePatch } from './example-objects.ts';
import { findException, unneededExceptions } from './exceptions.ts';
import { parseGuardrails } from './parse-guardrails.ts';

const parsed = parseGuardrails(
  `
apiVersion: pltf.dev/v1
kind: Guardrail
metadata: {name: enough-instances}
spec:
  title: Enough instances
  why: One is none.
  severity: high
  owner: platform
  mode: enforce
  match: {resources: [{group: pltf.dev, resource: placements}]}
  validations:
    - expression: object.spec.run.instances.minimum >= 3
      message: too few
      path: spec.run.instances.minimum
    - expression: size(object.spec.routes) <= 1
      message: too many
  remedy: {text: Run three.}
  example: placement
  cases:
    - {name: three, object: {spec: {run: {instances: {minimum: 3}}}}, verdict: pass}
    - {name: two, object: {}, verdict: fail}
`,
  'own.yaml',
);
const guardrails: readonly Guardrail[] = parsed.ok ? parsed.guardrails : [];
const compiled = compileGuardrails(guardrails);
const placement = (patch: JsonObject): JsonObject =>
  mergePatch(exampleObject('placement'), patch) as JsonObject;
const withInstances = (minimum: number): JsonObject =>
  placement({ spec: { run: { instances: { minimum } } } });
const subject = 'users-api.prod';

function verdictOf(object: JsonObject, now: string, exceptions: readonly ActiveException[] = []) {
  const context = { now: new Date(now), exceptions };
  return evaluateGuardrails(compiled, [{ object, subject }], context)[0];
}

const day = '2026-06-10T12:00:00Z';
const digest = verdictOf(withInstances(2), day)?.digest ?? '';
const exception = (changes: Partial<ActiveException> = {}): ActiveException => ({
  id: 'exc_1',
  guardrail: 'enough-instances',
  scope: { component: 'users-api', environment: 'prod' },
  owner: 'mia',
  team: 'team-identity',
  startsAt: '2026-06-01T00:00:00Z',
  expiresAt: '2026-06-30T12:00:00Z',
  covers: { [subject]: digest },
  ...changes,
});

test('an exception in force turns a denial into a debt with an owner and an end', () => {
  expect(verdictOf(withInstances(2), day)).toMatchObject({ state: 'deny', message: 'too few' });
  expect(verdictOf(withInstances(2), day, [exception()])).toMatchObject({
    state: 'excepted',
    message: 'too few',
    exception: {
      id: 'exc_1',
      owner: 'mia',
      team: 'team-identity',
      expires: '2026-06-30T12:00:00Z',
    },
  });
});

test('its last instant is within it, and the next is not, however far the clock jumps', () => {
  expect(verdictOf(withInstances(2), '2026-06-30T12:00:00.000Z', [exception()])?.state).toBe(
    'excepted',
  );
  for (const now of ['2026-06-30T12:00:00.001Z', '2026-07-01T00:00:00Z', '2099-01-01T00:00:00Z'])
    expect(verdictOf(withInstances(2), now, [exception()])).toMatchObject({
      state: 'deny',
      expired: { id: 'exc_1', expired: '2026-06-30T12:00:00Z' },
    });
});

test('one that names a day ends with that day', () => {
  const one = exception({ expiresAt: '2026-06-30' });
  expect(verdictOf(withInstances(2), '2026-06-30T23:59:59Z', [one])?.state).toBe('excepted');
  expect(verdictOf(withInstances(2), '2026-07-01T00:00:00Z', [one])?.state).toBe('deny');
});

test.each(['', 'soon', '2026-13-45', '9999-99-99T00:00:00Z', '∞'])(
  'a date that cannot be read has passed: %j',
  (expiresAt) => {
    expect(verdictOf(withInstances(2), day, [exception({ expiresAt })])).toMatchObject({
      state: 'deny',
      expired: { id: 'exc_1' },
    });
    expect(verdictOf(withInstances(2), day, [exception({ endedAt: expiresAt })])?.state).toBe(
      'deny',
    );
    expect(verdictOf(withInstances(2), day, [exception({ startsAt: expiresAt })])?.state).toBe(
      'deny',
    );
  },
);

test('before it starts and after it was ended early it does not count', () => {
  expect(verdictOf(withInstances(2), '2026-05-31T23:59:59Z', [exception()])?.state).toBe('deny');
  const ended = exception({ endedAt: '2026-06-09T00:00:00Z' });
  expect(verdictOf(withInstances(2), day, [ended])).toMatchObject({
    state: 'deny',
    expired: { id: 'exc_1', expired: '2026-06-09T00:00:00Z' },
  });
});

test('what became worse than what was approved is not covered', () => {
  expect(verdictOf(withInstances(1), day, [exception()])?.state).toBe('deny');
  const alsoRoutes = placement({
    spec: {
      routes: [
        { host: 'a.example.com', public: false, signIn: false },
        { host: 'b.example.com', public: false, signIn: false },
      ],
    },
  });
  expect(verdictOf(alsoRoutes, day, [exception()])?.state).toBe('deny');
});

test('what has nothing to do with it may change', () => {
  const released = placement({ spec: { run: { command: ['node', 'other.js'] }, tier: 1 } });
  expect(verdictOf(released, day, [exception()])?.state).toBe('excepted');
});

test('without a path it is bound to what the expression reads', () => {
  const routes = (...hosts: readonly string[]) =>
    placement({
      spec: {
        run: { instances: { minimum: 3 } },
        routes: hosts.map((host) => ({ host, public: false, signIn: false })),
      },
    });
  const approved = verdictOf(routes('a.example.com', 'b.example.com'), day)?.digest ?? '';
  const one = exception({ covers: { [subject]: approved } });

  expect(verdictOf(routes('a.example.com', 'b.example.com'), day, [one])?.state).toBe('excepted');
  expect(verdictOf(routes('a.example.com', 'c.example.com'), day, [one])?.state).toBe('deny');
});

test('another guardrail, component, environment or placement is not covered', () => {
  const others = [
    exception({ guardrail: 'enough-disks' }),
    exception({ scope: { component: 'orders-api' } }),
    exception({ scope: { component: 'users-api', environment: 'staging' } }),
    exception({ covers: { 'users-api.staging': digest } }),
    exception({ covers: {} }),
  ];
  for (const one of others) expect(verdictOf(withInstances(2), day, [one])?.state).toBe('deny');
});

test('of several, one in force wins over those that ended, whatever their order', () => {
  const old = exception({ id: 'exc_0', expiresAt: '2026-06-02T00:00:00Z' });
  for (const list of [
    [old, exception()],
    [exception(), old],
  ])
    expect(verdictOf(withInstances(2), day, list)).toMatchObject({
      state: 'excepted',
      exception: { id: 'exc_1' },
    });
});

test('one that nothing needs any longer is found; one that is needed, ended or not evaluated is not', () => {
  const now = new Date(day);
  const evaluate = (minimum: number, exceptions: readonly ActiveException[]) =>
    evaluateGuardrails(compiled, [{ object: withInstances(minimum), subject }], {
      now,
      exceptions,
    });
  const list = [exception()];

  expect(unneededExceptions(list, evaluate(3, list), now)).toEqual(list);
  expect(unneededExceptions(list, evaluate(2, list), now)).toEqual([]);
  expect(unneededExceptions(list, [], now)).toEqual([]);
  expect(unneededExceptions(list, [], now, { ofEverything: true })).toEqual(list);
  const ended = [exception({ endedAt: '2026-06-02T00:00:00Z' })];
  expect(unneededExceptions(ended, evaluate(3, ended), now)).toEqual([]);
});

test('no failure is excepted but by one of its scope, its digest and its time', () => {
  const text = fc.constantFrom('a', 'b');
  const instant = fc.constantFrom('2026-01-01', '2026-06-01T00:00:00Z', '2027-01-01', 'never');
  const some = fc.record({
    id: fc.constantFrom('exc_1', 'exc_2'),
    guardrail: text,
    scope: fc.record({ component: text }),
    owner: fc.constant('mia'),
    team: fc.constant('team'),
    startsAt: instant,
    expiresAt: instant,
    covers: fc.dictionary(text, text),
  });
  fc.assert(
    fc.property(
      fc.array(some),
      text,
      text,
      text,
      text,
      (exceptions, guardrail, component, of, sum) => {
        const facts = { guardrail, component, environment: 'prod', subject: of, digest: sum };
        const { inForce } = findException(exceptions, facts, new Date(day));
        if (inForce === undefined) return;

        expect(inForce).toMatchObject({ guardrail, scope: { component } });
        expect(inForce.covers[of]).toBe(sum);
        expect(Date.parse(inForce.startsAt ?? '')).toBeLessThanOrEqual(Date.parse(day));
        expect(Date.parse(inForce.expiresAt)).toBeGreaterThanOrEqual(Date.parse(day));
      },
    ),
  );
});
