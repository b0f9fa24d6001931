import { ExceptionView, RequestView } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CliCall, Home } from './testing/call-cli.ts';
import { exception } from './testing/policy-answers.ts';
import { testId } from './testing/scenario.ts';
import { startTestPlatform, type TestPlatform, testToken } from './testing/test-platform.ts';

let platform: TestPlatform;
let home: Home;

beforeEach(async () => {
  platform = await startTestPlatform();
  home = new Home({ PLTF_URL: platform.url, PLTF_TOKEN: testToken });
});
afterEach(async () => {
  await platform[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const pltf = (words: readonly string[], call?: CliCall) => home.pltf([...words], call);
const id = testId('exc');
const asking = ['exception', 'request', 'users-api', 'allowed-regions'];
const because = ['--reason', 'our provider opens in spring', '--control', 'no customer data there'];
const bodyOf = (name: string) => platform.requests.find((each) => each.name === name)?.body;

describe('pltf exception request', () => {
  test('asks with an end of 30 days, and prints what it would exempt', async () => {
    const { code, out } = await pltf([...asking, ...because, '--env', 'prod']);

    expect(code).toBe(0);
    expect(out).toContain('It would exempt');
    expect(out).toContain('users-api.prod  runs: mars is not one of eu (pltf.yaml:4:18)');
    const body = bodyOf('requestException') as { expiresAt: string; scope: object };
    expect(body.scope).toEqual({ component: 'users-api', environment: 'prod' });
    const days = (Date.parse(body.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
  });

  test('takes a day, and includes all of it', async () => {
    await pltf([...asking, ...because, '--until', '2027-01-31']);

    expect(bodyOf('requestException')).toMatchObject({ expiresAt: '2027-01-31T23:59:59.000Z' });
  });

  test.each([
    [[...asking, '--control', 'no customer data there'], '--reason is needed'],
    [[...asking, '--reason', 'short', '--control', 'no customer data there'], 'at least 10'],
    [[...asking, ...because, '--until', 'spring'], '"spring" is no day'],
    [[...asking, ...because, '--until', '2027-02-31'], 'no day'],
    [['exception', 'request', '../etc', 'allowed-regions', ...because], 'name of a component'],
  ])('refuses %j before anything is sent', async (words, said) => {
    const { code, err } = await pltf(words);

    expect(code).not.toBe(0);
    expect(err).toContain(said);
    expect(bodyOf('requestException')).toBeUndefined();
  });
});

describe('pltf exception approve', () => {
  const approving = ['exception', 'approve', id, '--reason', 'contract is signed'];

  test('shows what it exempts, and sends exactly that', async () => {
    const { code, err, out } = await pltf([...approving, '--yes']);

    expect(code).toBe(0);
    expect(err).toContain('users-api.prod  runs: mars is not one of eu');
    expect(out).toContain('is approved until 2036-01-01');
    expect(bodyOf('approveException')).toEqual({ reason: 'contract is signed', seen: 'd1' });
  });

  test('approves nothing that nobody confirmed', async () => {
    const { code, err } = await pltf(approving);

    expect(code).not.toBe(0);
    expect(err).toContain('was not confirmed');
    expect(bodyOf('approveException')).toBeUndefined();
  });
});

describe('pltf exception', () => {
  test.each(['reject', 'revoke'] as const)(
    '%s wants a reason, and says how it stands',
    async (verb) => {
      const without = await pltf(['exception', verb, id]);
      const done = await pltf(['exception', verb, id, '--reason', 'there is another way']);

      expect(without.code).not.toBe(0);
      expect(without.err).toContain('--reason is needed');
      expect(done.out).toContain(verb === 'reject' ? 'is rejected' : 'is revoked');
    },
  );

  test('show tells a debt from what nothing needs any more', async () => {
    platform.handlers.getException = () =>
      exception({ id, state: 'approved', approver: 'ada', use: 'unneeded', exempts: [] });

    const { out } = await pltf(['exception', 'show', id]);

    expect(out).toContain('Nothing needs it any more');
    expect(out).toContain('excepted');
  });

  test('an id is checked before it is part of a path', async () => {
    const { code, err } = await pltf(['exception', 'show', '../../users']);

    expect(code).not.toBe(0);
    expect(err).toContain('pltf exception list');
  });
});

describe('with --json', () => {
  test.each<[readonly string[], { parse(value: unknown): unknown }]>([
    [['exception', 'show', id], ExceptionView],
    [[...asking, ...because], ExceptionView],
    [['exception', 'approve', id, '--reason', 'contract is signed', '--yes'], ExceptionView],
    [['exception', 'withdraw', id], ExceptionView],
    [
      ['request', 'create', 'A queue that keeps order', '--what', 'Orders must not overtake'],
      RequestView,
    ],
    [['request', 'show', testId('ask')], RequestView],
    [
      ['request', 'answer', testId('ask'), 'decline', '--reason', 'use postgres for that'],
      RequestView,
    ],
    [['request', 'withdraw', testId('ask')], RequestView],
  ])('%j gives one document of the shape of the API', async (words, shape) => {
    const { code, out, err } = await pltf([...words, '--json']);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(() => shape.parse(JSON.parse(out))).not.toThrow();
  });

  test.each([
    [['exception', 'list'], 'items'],
    [['request', 'list', '--overdue'], 'items'],
    [['guardrail', 'list'], 'items'],
    [['guardrail', 'show', 'allowed-regions'], 'guardrail'],
    [['debts'], 'items'],
  ])('%j gives one document', async (words, key) => {
    const { code, out, err } = await pltf([...words, '--json']);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toHaveProperty(key);
  });
});

describe('for people', () => {
  test('a guardrail shows why, its text and who is hit, with how old that is', async () => {
    const { out } = await pltf(['guardrail', 'show', 'allowed-regions']);

    expect(out).toContain("object.spec.region == 'eu'");
    expect(out).toContain('users-api.prod');
    expect(out).toMatch(/As of .* ago, of 3 placements/);
  });

  test('lists and debts are tables with what presses', async () => {
    const outs = await Promise.all(
      [
        ['guardrail', 'list'],
        ['exception', 'list', '--state', 'pending'],
        ['request', 'list'],
        ['debts'],
      ].map(async (words) => (await pltf(words)).out),
    );

    for (const [at, word] of ['enforce', 'pending', 'A queue', 'denied'].entries())
      expect(outs[at]).toContain(word);
  });

  test('findings that nobody looked for yet are not shown as good', async () => {
    platform.handlers.listGuardrails = () => ({
      items: [],
      audit: { behind: true, placements: 0 },
    });

    expect((await pltf(['guardrail', 'list'])).err).toContain(
      'Nothing that runs was looked at yet',
    );
  });
});
