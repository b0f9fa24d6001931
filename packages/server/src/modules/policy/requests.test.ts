import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policyBench } from './testing/policy-bench.ts';

type Bench = Awaited<ReturnType<typeof policyBench>>;
type Person = Awaited<ReturnType<Bench['app']['person']>>;

let bench: Bench;
let rita: Person;
let dora: Person;

beforeAll(async () => {
  bench = await policyBench({ intake: { owner: 'desk', answerWithin: '2d' } });
  rita = await bench.app.person('rita', { teams: ['team-a'] });
  dora = await bench.app.person('dora', { teams: ['desk'] });
});
afterAll(() => bench?.[Symbol.asyncDispose]());

const ask = (title = 'A queue with ordering') =>
  bench
    .as(rita.token)
    .createRequest({ body: { title, what: 'Orders must not overtake each other.' } });

describe('a request for what does not fit', () => {
  test('goes to the team that answers for it, with a promised time', async () => {
    const request = await ask();

    expect(request).toMatchObject({
      state: 'open',
      requester: 'rita',
      owner: 'desk',
      overdue: false,
      may: { answer: false, withdraw: true },
    });
    expect(Date.parse(request.answerBy) - Date.parse(request.askedAt)).toBe(2 * 86_400_000);
    const seen = await bench.as(dora.token).getRequest({ params: { id: request.id } });
    expect(seen.may).toEqual({ answer: true, withdraw: false });
  });

  test('is answered once, with a reason, by somebody else of that team', async () => {
    const { id } = await ask('Another one');
    const body = { decision: 'declined' as const, reason: 'postgres/small has SKIP LOCKED' };

    await expect(
      bench.as(rita.token).answerRequest({ params: { id }, body }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await bench.as(dora.token).answerRequest({ params: { id }, body })).toMatchObject({
      state: 'declined',
      decidedBy: 'dora',
      decisionReason: body.reason,
    });
    await expect(
      bench.as(dora.token).answerRequest({ params: { id }, body }),
    ).rejects.toMatchObject({ code: 'request-closed' });
  });

  test('is not answered by who asked, also of that team', async () => {
    const { id } = await bench.as(dora.token).createRequest({
      body: { title: 'Something of mine', what: 'A thing for the desk itself.' },
    });

    await expect(
      bench.as(dora.token).answerRequest({
        params: { id },
        body: { decision: 'accepted', reason: 'of course I may' },
      }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('is told once when it has waited longer than promised, and is a debt', async () => {
    const { id } = await ask('Forgotten one');
    bench.passDays(1.9);
    expect(await bench.reconcile('request', id)).toMatchObject({ again: expect.any(Date) });
    bench.passDays(0.2);

    for (let look = 0; look < 3; look += 1) await bench.reconcile('request', id);

    const told = (await bench.events()).filter(
      ({ type, details }) =>
        type === 'request-overdue' && (details as { request?: string }).request === id,
    );
    expect(told).toHaveLength(1);
    const { items } = await bench.as(dora.token).listDebts({ query: {} });
    expect(items[0]).toMatchObject({ kind: 'request', overdue: true });
    const overdue = await bench.as(rita.token).listRequests({ query: { overdue: 'true' } });
    expect(overdue.items.map((item) => item.id)).toContain(id);
  });

  test('is withdrawn by who asked', async () => {
    const { id } = await ask('Not needed');

    await expect(
      bench.as(dora.token).withdrawRequest({ params: { id }, body: {} }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await bench.as(rita.token).withdrawRequest({ params: { id }, body: {} })).toMatchObject({
      state: 'withdrawn',
    });
  });

  test('is listed page by page, newest first', async () => {
    const first = await bench.as(rita.token).listRequests({ query: { limit: 2 } });
    const second = await bench
      .as(rita.token)
      .listRequests({ query: { limit: 2, ...(first.next ? { cursor: first.next } : {}) } });

    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toHaveLength(4);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });
});
