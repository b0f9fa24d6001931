import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transact } from '../../persistence/transaction.ts';
import { specOf, thinFile } from './testing/placed.ts';
import { policyBench } from './testing/policy-bench.ts';

type Bench = Awaited<ReturnType<typeof policyBench>>;
type Person = Awaited<ReturnType<Bench['app']['person']>>;

let bench: Bench;
let rita: Person;
let olga: Person;
let ada: Person;
let amir: Person;
let root: Person;

beforeAll(async () => {
  bench = await policyBench({ exceptions: { approvers: ['risk'] } });
  rita = await bench.app.person('rita', { teams: ['team-a'] });
  olga = await bench.app.person('olga', { teams: ['team-a'] });
  ada = await bench.app.person('ada', { teams: ['risk'] });
  amir = await bench.app.person('amir', { teams: ['risk'] });
  root = await bench.app.person('root', { role: 'platform' });
});
afterAll(() => bench?.[Symbol.asyncDispose]());

const wish = (component: string, days = 30) => ({
  guardrail: 'own-region',
  scope: { component, environment: 'prod' },
  owner: 'olga',
  reason: 'our provider opens there in spring',
  compensatingControl: 'no customer data goes there',
  expiresAt: bench.daysAhead(days),
});

async function requested(component: string, days = 30) {
  await bench.place(component, 'mars');
  return bench.as(rita.token).requestException({ body: wish(component, days) });
}

async function approved(component: string, by = ada, days = 30) {
  const asked = await requested(component, days);
  return bench.as(by.token).approveException({
    params: { id: asked.id },
    body: { reason: 'seen and accepted', seen: asked.exemptsDigest },
  });
}

describe('asking for an exception', () => {
  test('says what it would exempt, and is told', async () => {
    const asked = await requested('asked');

    expect(asked).toMatchObject({
      state: 'pending',
      requester: 'rita',
      owner: 'olga',
      team: 'team-a',
      guardrailTitle: 'Only where we have a contract',
      severity: 'high',
      exempts: [{ placement: 'asked.prod', found: 'placed', covered: false }],
      may: { approve: false, reject: false, withdraw: true },
    });
    expect(await bench.events()).toContainEqual(
      expect.objectContaining({ type: 'exception-requested', actor: 'rita' }),
    );
  });

  test('is refused where nothing breaks the guardrail', async () => {
    await bench.place('fine', 'eu');

    await expect(
      bench.as(rita.token).requestException({ body: wish('fine') }),
    ).rejects.toMatchObject({ code: 'exception-not-needed' });
  });

  test('is refused beyond the longest that production allows, in the past, and for ever', async () => {
    await bench.place('long', 'mars');

    for (const days of [90.01, -1, 0])
      await expect(
        bench.as(rita.token).requestException({ body: wish('long', days) }),
      ).rejects.toMatchObject({ code: 'exception-too-long' });
    const { expiresAt: _, ...forEver } = wish('long');
    await expect(
      bench.as(rita.token).requestException({ body: forEver as never }),
    ).rejects.toMatchObject({ code: 'bad-request' });
  });

  test('needs an owner who is a person of the team', async () => {
    await bench.place('owned', 'mars');

    for (const owner of ['ada', 'nobody-known'])
      await expect(
        bench.as(rita.token).requestException({ body: { ...wish('owned'), owner } }),
      ).rejects.toMatchObject({ code: 'bad-request', detail: expect.stringContaining(owner) });
  });

  test('is for the team of the component, and once at a time', async () => {
    await requested('twice');

    await expect(
      bench.as(rita.token).requestException({ body: wish('twice') }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      bench.as(ada.token).requestException({ body: wish('twice') }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('names guardrails and environments that are there', async () => {
    const body = wish('twice');

    await expect(
      bench.as(rita.token).requestException({ body: { ...body, guardrail: 'own-regoin' } }),
    ).rejects.toMatchObject({ code: 'not-found', fix: 'Did you mean own-region?' });
    await expect(
      bench.as(rita.token).requestException({
        body: { ...body, scope: { component: 'twice', environment: 'production' } },
      }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('approving an exception', () => {
  test('is never for who asked for it, whatever else they may do', async () => {
    await bench.place('own', 'mars');
    const body = { ...wish('own'), owner: 'olga' };
    const { id } = await bench.as(root.token).requestException({ body });

    await expect(
      bench.as(root.token).approveException({ params: { id }, body: { reason: 'me too' } }),
    ).rejects.toMatchObject({
      code: 'forbidden',
      detail: expect.stringContaining('root asked for'),
    });
    await expect(
      bench.db.updateTable('exceptions').set({ approver: 'root' }).where('id', '=', id).execute(),
    ).rejects.toThrow('check');
  });

  test('is for developers of the teams that the platform names, and administrators', async () => {
    const { id } = await requested('entitled');
    const body = { reason: 'why not' };

    for (const person of [olga, rita])
      await expect(
        bench.as(person.token).approveException({ params: { id }, body }),
      ).rejects.toMatchObject({ code: 'forbidden' });
    expect((await bench.as(root.token).approveException({ params: { id }, body })).approver).toBe(
      'root',
    );
  });

  test('binds it to the values that were shown, and covers them from then on', async () => {
    const exception = await approved('bound');

    expect(exception).toMatchObject({
      state: 'approved',
      approver: 'ada',
      use: 'needed',
      exempts: [{ placement: 'bound.prod', covered: true }],
      covers: { 'bound.prod': expect.stringMatching(/^sha256:/) },
    });
    await bench.reconcile('component', 'bound');
    expect(
      (await bench.as(rita.token).listVerdicts({ query: { component: 'bound' } })).items,
    ).toMatchObject([
      { placement: 'bound.prod', verdict: { state: 'excepted', exception: { id: exception.id } } },
    ]);
  });

  test('of something else than was shown is a conflict', async () => {
    const { id, exemptsDigest } = await requested('moved');
    await bench.place('moved', 'venus');

    await expect(
      bench.as(ada.token).approveException({
        params: { id },
        body: { reason: 'fine', seen: exemptsDigest },
      }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect((await bench.as(ada.token).getException({ params: { id } })).state).toBe('pending');
  });

  test('by two at once succeeds once', async () => {
    const { id } = await requested('race');

    const outcomes = await Promise.allSettled(
      [ada, amir, root].map(({ token }) =>
        bench.as(token).approveException({ params: { id }, body: { reason: 'me first' } }),
      ),
    );

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ code: 'exception-closed' });
    const told = (await bench.events()).filter(
      ({ type, details }) =>
        type === 'exception-approved' && (details as { exception?: string }).exception === id,
    );
    expect(told).toHaveLength(1);
  });

  test('is for people: a machine of the right team is nobody', async () => {
    const { id } = await requested('machine');
    await transact(bench.db, async (tx) => {
      await bench.people.createUser(
        tx,
        { name: 'robot', displayName: 'robot', role: 'member', kind: 'machine' },
        'test',
      );
      await bench.people.setMember(tx, 'risk', 'robot', 'developer', 'test');
    });
    const { token } = await bench.as(root.token).createToken({
      body: { name: 'robot', machine: 'robot', scopes: ['read', 'write'] },
    });

    await expect(
      bench.as(token).approveException({ params: { id }, body: { reason: 'beep' } }),
    ).rejects.toMatchObject({ code: 'forbidden', detail: 'robot is not a person' });
  });
});

describe('an exception in force', () => {
  test('does not cover a change that is worse, and covers the old one again', async () => {
    await approved('worse');
    const verdict = async () => {
      await bench.reconcile('component', 'worse');
      const { items } = await bench.as(rita.token).listVerdicts({ query: { component: 'worse' } });
      return items.map((item) => item.verdict.state);
    };
    expect(await verdict()).toEqual(['excepted']);

    await bench.place('worse', 'venus');
    expect(await verdict()).toEqual(['deny']);
    await bench.place('worse', 'mars');
    expect(await verdict()).toEqual(['excepted']);
    await bench.place('worse', 'eu');
    expect(await verdict()).toEqual([]);
  });

  test('that nothing needs any more is shown as such, and is a debt of its team', async () => {
    const { id } = await approved('unneeded');
    await bench.place('unneeded', 'eu');

    expect((await bench.as(rita.token).getException({ params: { id } })).use).toBe('unneeded');
    const { items } = await bench.as(rita.token).listDebts({ query: {} });
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'exception', exception: id, unneeded: true }),
    );
  });

  test('is revoked by its team or an approver, who say why', async () => {
    const { id } = await approved('revoked');
    const body = { reason: 'we moved back' };
    const stranger = await bench.app.person('stranger', { teams: ['others'] });

    await expect(
      bench.as(stranger.token).revokeException({ params: { id }, body }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await bench.as(olga.token).revokeException({ params: { id }, body })).toMatchObject({
      state: 'revoked',
      endedBy: 'olga',
      endedReason: 'we moved back',
    });
    await bench.reconcile('component', 'revoked');
    const { items } = await bench.as(rita.token).listVerdicts({ query: { component: 'revoked' } });
    expect(items.map(({ verdict }) => verdict.state)).toEqual(['deny']);
  });

  test('ends with its component: one of the same name gets nothing of it', async () => {
    const { id } = await approved('deleted');

    await transact(bench.db, (tx) => bench.service.componentGone(tx, 'deleted'));

    expect(await bench.as(rita.token).getException({ params: { id } })).toMatchObject({
      state: 'revoked',
      endedBy: 'platform',
    });
  });
});

describe('a request for an exception', () => {
  test('is withdrawn by who made it, and rejected by an approver', async () => {
    const first = await requested('withdrawn');
    await expect(
      bench.as(olga.token).withdrawException({ params: { id: first.id }, body: {} }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(
      await bench.as(rita.token).withdrawException({ params: { id: first.id }, body: {} }),
    ).toMatchObject({ state: 'withdrawn', endedBy: 'rita' });

    const second = await requested('rejected');
    expect(
      await bench.as(ada.token).rejectException({
        params: { id: second.id },
        body: { reason: 'there is another way' },
      }),
    ).toMatchObject({ state: 'rejected', decisionReason: 'there is another way' });
    await expect(
      bench.as(amir.token).approveException({ params: { id: second.id }, body: { reason: 'yes' } }),
    ).rejects.toMatchObject({ code: 'exception-closed' });
  });

  test('can be made for a change that was refused and never ran', async () => {
    await bench.place('refused', 'eu');
    const spec = specOf(thinFile('refused', 'mars'));
    const judgement = await bench.gate.judge({
      ...{ component: 'refused', owner: 'team-a', spec },
      thinFile: thinFile('refused', 'mars'),
      root: { names: [], texts: new Map() },
    });
    expect(judgement.verdicts).toContainEqual(
      expect.objectContaining({ subject: 'refused.prod', state: 'deny', where: 'pltf.yaml:4:18' }),
    );
    await transact(bench.db, (tx) => bench.gate.remember(tx, 'refused', judgement));

    const asked = await bench.as(rita.token).requestException({ body: wish('refused') });
    expect(asked.exempts).toMatchObject([{ placement: 'refused.prod', found: 'refused' }]);
    await bench
      .as(ada.token)
      .approveException({ params: { id: asked.id }, body: { reason: 'for now' } });
    const again = await bench.gate.judge({ component: 'refused', owner: 'team-a', spec });

    const inProd = again.verdicts.filter(({ subject }) => subject === 'refused.prod');
    expect(inProd.map(({ state }) => state)).toEqual(['excepted']);
    // Asked for production only: staging is refused still.
    expect(again.verdicts.find(({ subject }) => subject === 'refused.staging')?.state).toBe('deny');
  });
});
