import type { ActiveException, Guardrail, Verdict } from '@pltf/contracts';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { JsonObject, JsonValue } from '../template/json.ts';
import { admissionEvaluator } from './admission-evaluator.ts';
import { renderAdmission } from './admission-policy.ts';
import { compileGuardrails } from './compile-guardrails.ts';
import { evaluateGuardrails, type GuardedObject, modeAt } from './evaluate-guardrails.ts';
import { exampleObject, mergePatch } from './example-objects.ts';
import { identityOf } from './object-identity.ts';
import { shippedGuardrails } from './shipped.ts';
import { casesOf } from './test-guardrails.ts';

const everyCase = shippedGuardrails().flatMap((guardrail) =>
  casesOf(guardrail).map((one) => ({
    ...one,
    guardrail,
    title: `${guardrail.metadata.name}: ${one.name}`,
  })),
);
const all = compileGuardrails(shippedGuardrails());

interface Setting {
  readonly now: Date;
  readonly exceptions?: readonly ActiveException[];
}

/** The engine alone with one guardrail. */
function byEngine(guardrail: Guardrail, guarded: GuardedObject, setting: Setting) {
  const context = { exceptions: [], ...setting };
  return evaluateGuardrails(compileGuardrails([guardrail]), [guarded], context)[0];
}

/** Among all others, compiled once for everything. */
function inBundle(guardrail: Guardrail, guarded: GuardedObject, setting: Setting) {
  const verdicts = evaluateGuardrails(all, [guarded], { exceptions: [], ...setting });
  return verdicts.find((verdict) => verdict.guardrail === guardrail.metadata.name);
}

/** As the API gets it and answers: everything through JSON. */
function throughJson(guardrail: Guardrail, guarded: GuardedObject, setting: Setting) {
  const sent = JSON.parse(JSON.stringify({ guardrail, guarded })) as {
    readonly guardrail: Guardrail;
    readonly guarded: GuardedObject;
  };
  const verdict = byEngine(sent.guardrail, sent.guarded, setting);
  return verdict === undefined ? undefined : (JSON.parse(JSON.stringify(verdict)) as Verdict);
}

/** As a cluster answers that was given the rendered YAML. */
function inCluster(
  guardrail: Guardrail,
  guarded: GuardedObject,
  setting: Setting,
  approved: readonly GuardedObject[] = [],
) {
  const rendered = renderAdmission(guardrail, { ...setting, objects: approved });
  const yaml = rendered.objects.map((object) => stringify(object)).join('---\n');
  return admissionEvaluator(yaml)(
    guarded.object as JsonObject,
    guarded.oldObject as JsonObject | undefined,
  );
}

/** What a cluster can say of a verdict: looked at or not, and by which way it speaks. */
function shown(verdict: Verdict | undefined) {
  const fails =
    verdict?.state === 'deny' || verdict?.state === 'warn' || verdict?.state === 'error';
  return {
    fails,
    denied: fails && verdict.mode === 'enforce',
    warned: fails && verdict.mode === 'warn',
    audited: fails && verdict.mode !== 'enforce',
  };
}

function shownByCluster(answer: ReturnType<typeof inCluster>) {
  const [denied, warned, audited] = [answer.denials, answer.warnings, answer.audits].map(
    (failures) => failures.length > 0,
  );
  return { fails: denied || audited, denied, warned, audited };
}

test.each(everyCase)(
  'every surface says the same: $title',
  ({ guardrail, guarded, now, expected }) => {
    const setting = { now };

    const verdict = byEngine(guardrail, guarded, setting);

    expect(inBundle(guardrail, guarded, setting)).toEqual(verdict);
    expect(throughJson(guardrail, guarded, setting)).toEqual(verdict);
    expect(shownByCluster(inCluster(guardrail, guarded, setting))).toEqual(shown(verdict));
    expect(shown(verdict).fails).toBe(expected === 'fail');
  },
);

// What does not say which component it belongs to is no component's exception.
const failing = everyCase.filter(
  ({ expected, guarded }) =>
    expected === 'fail' && identityOf(guarded.object as JsonObject).component === 'users-api',
);
const exceptionFor = (
  { guardrail, guarded }: (typeof everyCase)[number],
  digest: string,
): ActiveException => ({
  id: 'exc_1',
  guardrail: guardrail.metadata.name,
  scope: { component: 'users-api' },
  owner: 'mia',
  team: 'team-identity',
  expiresAt: '2027-01-01T00:00:00Z',
  covers: { [guarded.subject]: digest },
});

test.each(failing)('an exception exempts on every surface: $title', (one) => {
  const { guardrail, guarded, now } = one;
  const digest = byEngine(guardrail, guarded, { now })?.digest ?? 'none';
  const setting = { now, exceptions: [exceptionFor(one, digest)] };

  const verdict = byEngine(guardrail, guarded, setting);

  expect(verdict?.state).toBe('excepted');
  expect(throughJson(guardrail, guarded, setting)).toEqual(verdict);
  expect(inCluster(guardrail, guarded, setting, [guarded])).toMatchObject({
    looked: [],
    allowed: true,
  });
});

test('what an exception covers on one object, no other failing case of the same guardrail slips through', () => {
  for (const one of failing) {
    const digest = byEngine(one.guardrail, one.guarded, one)?.digest ?? 'none';
    const others = failing.filter(
      (other) => other.guardrail.metadata.name === one.guardrail.metadata.name && other !== one,
    );
    for (const other of others) {
      // The same object by name, changed into something else that fails.
      const changed = { ...other.guarded, subject: one.guarded.subject };
      const setting = { now: other.now, exceptions: [exceptionFor(one, digest)] };
      const verdict = byEngine(other.guardrail, changed, setting);

      const answer = inCluster(other.guardrail, changed, setting, [one.guarded]);

      expect(answer.looked.length === 0, other.title).toBe(verdict?.state === 'excepted');
    }
  }
});

test('before its day an enforce warns in a cluster too', () => {
  const one = failing.find(({ guardrail }) => guardrail.spec.mode === 'enforce');
  if (one === undefined) throw new Error('no guardrail enforces');
  const guardrail: Guardrail = {
    ...one.guardrail,
    spec: { ...one.guardrail.spec, enforceFrom: '2026-06-01' },
  };

  const before = { now: new Date('2026-05-31T23:59:59Z') };
  const after = { now: new Date('2026-06-01T00:00:00Z') };

  expect(modeAt(guardrail, before.now)).toBe('warn');
  expect(byEngine(guardrail, one.guarded, before)).toMatchObject({
    state: 'warn',
    enforceFrom: '2026-06-01',
  });
  expect(inCluster(guardrail, one.guarded, before)).toMatchObject({ allowed: true });
  expect(inCluster(guardrail, one.guarded, before).warnings).not.toEqual([]);
  expect(byEngine(guardrail, one.guarded, after)?.state).toBe('deny');
  expect(inCluster(guardrail, one.guarded, after).allowed).toBe(false);
});

test('rendering is deterministic, and says the lowest Kubernetes', () => {
  const now = new Date('2026-06-01T00:00:00Z');
  for (const guardrail of shippedGuardrails()) {
    const first = renderAdmission(guardrail, { now });
    const again = renderAdmission(JSON.parse(JSON.stringify(guardrail)) as Guardrail, { now });

    expect(stringify(again.objects)).toBe(stringify(first.objects));
    expect(first.kubernetes, guardrail.metadata.name).toMatch(/^1\.3\d$/);
  }
});

test.each([
  ['placements', [{ group: 'pltf.dev', resource: 'placements' }]],
  ['workloads', [{ group: 'apps', resource: 'deployments' }]],
  [
    'both',
    [
      { group: 'pltf.dev', resource: 'placements' },
      { group: 'apps', resource: 'deployments' },
    ],
  ],
  ['everything', [{ group: '*', resource: '*' }]],
])('environments match on every surface alike: %s', (_, resources) => {
  const [first] = shippedGuardrails();
  if (first === undefined) throw new Error('nothing is shipped');
  const guardrail: Guardrail = {
    ...first,
    spec: {
      ...first.spec,
      match: {
        resources: resources.map((one) => ({ version: '*', ...one })),
        environments: ['prod', 'live'],
        conditions: [],
      },
      variables: [],
      validations: [{ expression: 'false', message: 'never' }],
    },
  };
  const setting = { now: new Date('2026-06-01T00:00:00Z') };
  const label = 'pltf.dev/environment';
  let looked = 0;
  for (const environment of ['prod', 'live', 'staging', null]) {
    const patched: readonly JsonValue[] = [
      mergePatch(exampleObject('placement'), { spec: { environment } }),
      mergePatch(exampleObject('deployment'), { metadata: { labels: { [label]: environment } } }),
      mergePatch(exampleObject('deployment'), { metadata: { labels: null } }),
    ];
    for (const object of patched) {
      const guarded = { object: object as JsonObject, subject: 'x' };
      const verdict = byEngine(guardrail, guarded, setting);
      if (verdict !== undefined) looked += 1;

      expect(shownByCluster(inCluster(guardrail, guarded, setting))).toEqual(shown(verdict));
    }
  }
  expect(looked).toBeGreaterThan(2);
  expect(looked).toBeLessThan(12);
});
