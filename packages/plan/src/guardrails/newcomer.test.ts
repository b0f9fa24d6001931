import { type Plan, PlatformFacts, PlatformFile } from '@pltf/contracts';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { planComponent } from '../planning/index.ts';
import { sampleFacts } from '../planning/testing/sample-facts.ts';
import { applyRemedy } from './apply-remedy.ts';
import { compileGuardrails } from './compile-guardrails.ts';
import { judgeWith } from './evaluate-guardrails.ts';
import { guardrailsInForce } from './guardrails-in-force.ts';
import { shippedGuardrails } from './shipped.ts';

const now = new Date('2026-11-21T12:00:00Z');

function planned(text: string, file: z.input<typeof PlatformFile> = {}): Plan {
  const platform = PlatformFile.parse(file);
  const guardrails = guardrailsInForce(shippedGuardrails(), platform);
  const facts = PlatformFacts.parse({ ...sampleFacts(), platform, guardrails });
  return planComponent({
    text,
    fileName: 'pltf.yaml',
    facts,
    now,
    judge: judgeWith(compileGuardrails(guardrails)),
  });
}

const findings = ({ verdicts }: Plan) =>
  verdicts
    .filter(({ state }) => state !== 'pass')
    .map(({ guardrail, subject, state }) => `${state} ${guardrail} ${subject}`);

test.each([
  ['the four lines', 'kind: service\nname: promoapi\nenv: prod\npolicy: pii=false\n'],
  ['what the golden path writes', 'kind: service\nname: promoapi\npath: node-service@1\n'],
  ['personal data', 'kind: service\nname: promoapi\npolicy: pii=true\n'],
  [
    'personal data with a region',
    'kind: service\nname: promoapi\nowner: team-a\npolicy: {pii: true, region: eu}\n',
  ],
  ['a worker', 'kind: worker\nname: promoapi\nrun: {command: node worker.js}\n'],
  ['a job', 'kind: job\nname: promoapi\nschedule: "0 3 * * *"\nrun: {command: node job.js}\n'],
  ['tier 1', 'kind: service\nname: promoapi\nowner: team-a\ntier: 1\n'],
  ['settings', 'kind: service\nname: promoapi\nrun: {env: {LOG_LEVEL: info, TOKEN_TTL: 60}}\n'],
])('a newcomer on the built-in platform is told nothing: %s', (_, text) => {
  const plan = planned(text);

  expect(plan.problems).toEqual([]);
  expect(plan.verdicts.length).toBeGreaterThan(5);
  expect(findings(plan).filter((finding) => !finding.includes('owned-by-a-team'))).toEqual([]);
  expect(findings(plan).length).toBeLessThanOrEqual(1);
});

test.each([
  [
    'tier 1 with one instance',
    'kind: service # here\nname: shop\nowner: team-a\ntier: 1\nrun: {instances: 1}\n',
    {},
    'tier-1-instances',
    'kind: service # here\nname: shop\nowner: team-a\ntier: 1\nrun: {instances: 1}\nenvs: {prod: {run: {instances: 2}}}\n',
  ],
  [
    'personal data that everybody can open',
    'kind: service\nname: shop\nowner: team-a\npolicy: pii=true\naccess: {public: true}\n',
    {
      environments: [{ name: 'prod', kind: 'stable', exposure: 'public', runtime: 'cluster' }],
      runtimes: { cluster: { driver: 'kubernetes', context: 'prod' } },
    },
    'personal-data-behind-sign-in',
    'kind: service\nname: shop\nowner: team-a\npolicy: pii=true\naccess: {public: true}\nenvs: {prod: {access: {signIn: true}}}\n',
  ],
  [
    'a region that nobody uses',
    'kind: service\nname: shop\npolicy: region=us\n',
    {},
    'regions-allowed',
    'kind: service\nname: shop\npolicy: region=eu\n',
  ],
] as const)(
  'a denial says where, and offers a change that was tried: %s',
  (_, text, file, guardrail, mended) => {
    const plan = planned(text, file as z.input<typeof PlatformFile>);
    const denial = plan.verdicts.find(
      (verdict) => verdict.guardrail === guardrail && verdict.state === 'deny',
    );

    expect(plan.outcome).toBe('denied');
    expect(denial?.where).toMatch(/^pltf\.yaml:\d+:\d+$/);
    expect(denial?.fix).toBeDefined();

    const changed = applyRemedy(text, denial?.fix ?? []);

    expect(changed).toBe(mended);
    expect(
      findings(planned(changed ?? '', file as z.input<typeof PlatformFile>)).filter((one) =>
        one.startsWith('deny'),
      ),
    ).toEqual([]);
  },
);

test('a secret in the file is refused, and no change is offered that would only hide it', () => {
  const plan = planned(
    'kind: service\nname: shop\nrun:\n  env:\n    STRIPE_TOKEN: sk_live_0123456789\n',
  );

  expect(plan.outcome).toBe('denied');
  const denial = plan.verdicts.find(({ state }) => state === 'deny');
  expect(denial).toMatchObject({
    guardrail: 'no-secrets-in-env',
    where: expect.stringMatching(/^pltf\.yaml:[45]:/),
  });
  expect(denial?.message).toContain('STRIPE_TOKEN');
  expect(denial?.message).not.toContain('sk_live');
  expect(denial?.fix).toBeUndefined();
});
