import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transact } from '../../persistence/transaction.ts';
import { regionGuardrail } from './testing/placed.ts';
import { policyBench } from './testing/policy-bench.ts';

type Bench = Awaited<ReturnType<typeof policyBench>>;
type Person = Awaited<ReturnType<Bench['app']['person']>>;

let bench: Bench;
let rita: Person;
let ada: Person;
let amir: Person;

beforeAll(async () => {
  bench = await policyBench({ exceptions: { approvers: ['risk'] } });
  rita = await bench.app.person('rita', { teams: ['team-a'] });
  ada = await bench.app.person('ada', { teams: ['risk'] });
  amir = await bench.app.person('amir', { teams: ['risk', 'team-a'] });
});
afterAll(() => bench?.[Symbol.asyncDispose]());

async function excepted(component: string, days: number, by = ada): Promise<string> {
  await bench.place(component, 'mars');
  const { id } = await bench.as(rita.token).requestException({
    body: {
      guardrail: 'own-region',
      scope: { component, environment: 'prod' },
      reason: 'our provider opens there in spring',
      compensatingControl: 'no customer data goes there',
      expiresAt: bench.daysAhead(days),
    },
  });
  await bench.as(by.token).approveException({ params: { id }, body: { reason: 'for now' } });
  return id;
}

const exceptionEvents = async (id: string): Promise<readonly string[]> =>
  (await bench.events())
    .filter(({ details }) => (details as { exception?: string }).exception === id)
    .map(({ type, details }) => {
      const { days } = details as { days?: number };
      return days === undefined ? type : `${type} ${days}`;
    });

const verdictsOf = async (component: string) =>
  (await bench.as(rita.token).listVerdicts({ query: { component } })).items.map(
    ({ verdict }) => verdict,
  );

describe('the end of an exception', () => {
  test('is announced 14, 7 and 1 days before, once each, and comes by itself', async () => {
    const id = await excepted('ends', 30);
    for (const days of [10, 7, 0.1, 7, 5, 0.5, 1]) {
      bench.passDays(days);
      await bench.reconcile('exception', id);
      await bench.reconcile('exception', id);
    }

    expect(await exceptionEvents(id)).toEqual([
      'exception-requested',
      'exception-approved',
      'exception-expiring 14',
      'exception-expiring 7',
      'exception-expiring 1',
      'exception-ended',
    ]);
    expect(await bench.as(rita.token).getException({ params: { id } })).toMatchObject({
      state: 'expired',
      endedBy: 'platform',
      endedReason: expect.stringContaining('its time was over'),
    });
  });

  test('a clock that jumps over it ends it at once, and the failure that is back says so', async () => {
    const id = await excepted('jumps', 60);
    await bench.reconcile('component', 'jumps');
    expect(await verdictsOf('jumps')).toMatchObject([{ state: 'excepted' }]);

    bench.passDays(400);
    await bench.reconcile('exception', id);
    expect(await bench.woken('guardrail-audit')).toContain('jumps');
    // 400 days on it is forgotten; what ended lately is remembered.
    bench.passDays(-339);
    await bench.reconcile('component', 'jumps');

    expect(await exceptionEvents(id)).toEqual([
      'exception-requested',
      'exception-approved',
      'exception-ended',
    ]);
    expect(await verdictsOf('jumps')).toMatchObject([{ state: 'deny', expired: { id } }]);
    const told = (await bench.events()).findLast(({ type }) => type === 'guardrails-audited');
    expect(told?.summary).toContain('because an exception has ended');
  });

  test('counts from its moment on, even when no reconciler has run', async () => {
    await excepted('unattended', 1);
    await bench.reconcile('component', 'unattended');
    expect(await verdictsOf('unattended')).toMatchObject([{ state: 'excepted' }]);

    bench.passDays(1.01);
    await bench.reconcile('component', 'unattended');

    expect(await verdictsOf('unattended')).toMatchObject([{ state: 'deny' }]);
  });
});

describe('when the approver goes', () => {
  const set = (user: string, change: { disabled: boolean }) =>
    transact(bench.db, (tx) =>
      bench.people.changeUser(tx, user, { role: undefined, ...change }, 'root'),
    );

  test('the exception is flagged, goes on for a week, and ends when nobody approves it anew', async () => {
    const gone = await bench.app.person('gone', { teams: ['risk'] });
    const id = await excepted('orphan', 60, gone);
    await set('gone', { disabled: true });
    expect(await bench.woken('exception')).toContain(id);

    await bench.reconcile('exception', id);
    const flagged = await bench.as(rita.token).getException({ params: { id } });
    expect(flagged).toMatchObject({
      state: 'approved',
      flag: { reason: 'its approver gone is gone' },
    });
    await bench.reconcile('component', 'orphan');
    expect(await verdictsOf('orphan')).toMatchObject([{ state: 'excepted' }]);
    bench.passDays(7.1);
    await bench.reconcile('exception', id);

    expect(await bench.as(rita.token).getException({ params: { id } })).toMatchObject({
      state: 'revoked',
      endedBy: 'platform',
      endedReason: expect.stringContaining('nobody approved it anew'),
    });
  });

  test('somebody else approves it anew, and it is as it was', async () => {
    const id = await excepted('adopted', 60);
    await transact(bench.db, (tx) => bench.people.removeMember(tx, 'risk', 'ada', 'root'));
    await bench.reconcile('exception', id);
    const { flag, may } = await bench.as(amir.token).getException({ params: { id } });
    expect(flag?.reason).toBe('its approver ada may not approve any more');
    expect(may.approve).toBe(true);

    const again = await bench
      .as(amir.token)
      .approveException({ params: { id }, body: { reason: 'mine now' } });

    expect(again).toMatchObject({
      state: 'approved',
      approver: 'amir',
      decisionReason: 'mine now',
    });
    expect(again.flag).toBeUndefined();
    bench.passDays(8);
    await bench.reconcile('exception', id);
    expect((await bench.as(rita.token).getException({ params: { id } })).state).toBe('approved');
    await transact(bench.db, (tx) =>
      bench.people.setMember(tx, 'risk', 'ada', 'developer', 'root'),
    );
  });

  test('an owner who left is replaced when it is approved anew', async () => {
    const leaver = await bench.app.person('leaver', { teams: ['team-a'] });
    await bench.place('handed-over', 'mars');
    const { id } = await bench.as(leaver.token).requestException({
      body: {
        guardrail: 'own-region',
        scope: { component: 'handed-over' },
        reason: 'our provider opens there in spring',
        compensatingControl: 'no customer data goes there',
        expiresAt: bench.daysAhead(60),
      },
    });
    const approve = (owner?: string) =>
      bench.as(ada.token).approveException({
        params: { id },
        body: { reason: 'for now', ...(owner === undefined ? {} : { owner }) },
      });
    await approve();
    await transact(bench.db, (tx) => bench.people.removeMember(tx, 'team-a', 'leaver', 'root'));
    await bench.reconcile('exception', id);

    await expect(approve()).rejects.toMatchObject({ code: 'bad-request' });
    expect(await approve('amir')).toMatchObject({ owner: 'amir', state: 'approved' });
  });
});

describe('an audit of everything', () => {
  test('writes what it finds, and when nothing changed, nothing but when it looked', async () => {
    await bench.place('one', 'mars');
    await bench.place('two', 'eu');
    await bench.reconcile('everything');
    const rows = () =>
      bench.db.selectFrom('guardrail_results').select(['placement', 'since']).execute();
    const before = { rows: await rows(), events: (await bench.events()).length };
    expect(before.rows.map(({ placement }) => placement)).toContain('one.prod');
    expect(before.rows.map(({ placement }) => placement)).not.toContain('two.prod');
    const xmin = () =>
      bench.db
        .selectFrom('guardrail_days')
        .select((row) => row.ref('xmin' as never).as('xmin'))
        .execute();
    const days = await xmin();

    const outcome = await bench.reconcile('everything');

    expect({ rows: await rows(), events: (await bench.events()).length }).toEqual(before);
    expect(await xmin()).toEqual(days);
    expect(outcome?.again.getTime()).toBeGreaterThan(bench.clock.now().getTime());
  });

  test('follows a guardrail that is sharper, milder or gone', async () => {
    await bench.place('follows', 'mars');
    const state = async (own: Readonly<Record<string, string>>) => {
      bench.setGuardrails(own);
      await bench.reconcile('everything');
      return (await verdictsOf('follows')).map((verdict) => verdict.state);
    };

    expect(await state({ 'own.yaml': regionGuardrail('enforce') })).toEqual(['deny']);
    expect(await state({ 'own.yaml': regionGuardrail('warn') })).toEqual(['warn']);
    expect(await state({})).toEqual([]);
    expect(await state({ 'own.yaml': regionGuardrail() })).toEqual(['deny']);
  });

  test('is what lists of guardrails show: the effect today, over time, and who is hit', async () => {
    await bench.reconcile('everything');
    const { items, audit } = await bench.as(rita.token).listGuardrails({ query: {} });
    const own = items.find(({ id }) => id === 'own-region');
    const one = await bench
      .as(rita.token)
      .getGuardrail({ params: { guardrail: 'own-region' }, query: {} });

    expect(own).toMatchObject({ source: 'own', mode: 'enforce', effective: 'enforce' });
    expect(own?.effect.deny).toBeGreaterThan(0);
    expect(own?.effect.looked).toBe(audit.placements);
    expect(own?.history.at(-1)).toMatchObject({ deny: own?.effect.deny });
    expect(audit).toMatchObject({ behind: expect.any(Boolean), asOf: expect.any(String) });
    expect(one.hit.map(({ placement }) => placement)).toContain('one.prod');
    expect(one.document.spec.cases).toHaveLength(2);
    expect(items.filter(({ mode }) => mode === 'off').length).toBe(bench.snapshotWith.length);
  });

  test('lets go of what is placed no more', async () => {
    await bench.place('leaves', 'mars');
    await bench.reconcile('component', 'leaves');
    expect(await verdictsOf('leaves')).toHaveLength(1);

    await bench.db.deleteFrom('placements').where('component', '=', 'leaves').execute();

    expect(await verdictsOf('leaves')).toEqual([]);
  });
});

describe('a guardrail that is only proposed', () => {
  test('is replayed over all that runs, and changes nothing', async () => {
    const auditor = await bench.app.person('auditor', { role: 'auditor' });
    await bench.reconcile('everything');
    const before = await bench.db.selectFrom('guardrail_results').selectAll().execute();

    const { guardrails } = await bench
      .as(auditor.token)
      .replayGuardrails({ body: { text: regionGuardrail('enforce', 'stricter') } });

    const [found] = guardrails;
    expect(found).toMatchObject({ guardrail: 'stricter', title: 'Only where we have a contract' });
    expect(found?.hits.map(({ placement }) => placement)).toContain('one.prod');
    expect(found?.teams).toEqual([{ team: 'team-a', placements: found?.deny }]);
    expect(await bench.db.selectFrom('guardrail_results').selectAll().execute()).toEqual(before);
  });

  test('is refused with its places when it is none, and for those who may not', async () => {
    const auditor = await bench.app.person('auditor-too', { role: 'auditor' });

    await expect(
      bench.as(auditor.token).replayGuardrails({ body: { text: 'kind: Guardrail' } }),
    ).rejects.toMatchObject({ code: 'bad-request', errors: expect.arrayContaining([]) });
    await expect(
      bench.as(rita.token).replayGuardrails({ body: { text: regionGuardrail() } }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});
