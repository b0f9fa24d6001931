import { createClient, PltfError } from '@pltf/contracts';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Handler } from '../kernel/request.ts';
import { ServerSession } from '../persistence/session.ts';
import { transact } from '../persistence/transaction.ts';
import { startTestApp, type TestApp } from './testing/test-app.ts';

type Behaviour = Handler<'createTeam'>;

let app: TestApp;
let admin: Awaited<ReturnType<TestApp['person']>>;
let carriedOut: number;
let behaviour: Behaviour;

/** Adds the team, as the real handler does. */
const addTeam: Behaviour = async ({ body }, context) => {
  context.authorize({ what: body.name });
  carriedOut += 1;
  await transact(app.db, (tx) =>
    app.people.createTeam(tx, body.name, body.name, context.actor.name),
  );
  return { name: body.name, displayName: body.name, members: [] };
};

beforeEach(async () => {
  carriedOut = 0;
  behaviour = addTeam;
  app = await startTestApp({
    handlers: { createTeam: (input, context) => behaviour(input, context) },
  });
  admin = await app.person('boss', { role: 'platform' });
});
afterEach(() => app[Symbol.asyncDispose]());

async function create(
  name: string,
  key?: string,
  headers: Record<string, string> = admin.headers,
  extra: object = {},
) {
  const response = await fetch(`${app.url}/api/v1/teams`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    body: JSON.stringify({ name, ...extra }),
  });
  const body = (await response.json()) as { readonly code?: string; readonly name?: string };
  return {
    status: response.status,
    body,
    replayed: response.headers.get('idempotency-replayed'),
    id: response.headers.get('x-request-id'),
  };
}

const audit = () => app.db.selectFrom('audit').selectAll().orderBy('seq').execute();
const underWay = () => app.db.selectFrom('requests').selectAll().execute();

describe('a change sent again with its key', () => {
  test('is carried out once and answered the same', async () => {
    const first = await create('team-a', 'key-1');
    const second = await create('team-a', 'key-1');

    expect(first).toMatchObject({ status: 201, body: { name: 'team-a' }, replayed: null });
    expect(second).toMatchObject({ status: 201, body: first.body, replayed: 'true' });
    expect(carriedOut).toBe(1);
  });

  test('five times at once is carried out once, and all hear the same', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => create('team-a', 'key-1')));

    expect(answers.map(({ status, body }) => [status, body.name])).toEqual(
      Array(5).fill([201, 'team-a']),
    );
    expect(carriedOut).toBe(1);
    expect(await underWay()).toEqual([]);
  });

  test('with its fields in another order is the same', async () => {
    const headers = {
      ...admin.headers,
      'content-type': 'application/json',
      'idempotency-key': 'key-1',
    };
    const send = (body: string) =>
      fetch(`${app.url}/api/v1/teams`, { method: 'POST', headers, body });

    const first = await send('{"name":"team-a","displayName":"A"}');
    const second = await send('{"displayName":"A","name":"team-a"}');

    expect([first.status, second.status]).toEqual([201, 201]);
    expect(carriedOut).toBe(1);
  });

  test('but saying something else is refused', async () => {
    await create('team-a', 'key-1');

    expect(await create('team-b', 'key-1')).toMatchObject({
      status: 422,
      body: { code: 'idempotency-mismatch' },
    });
    expect(carriedOut).toBe(1);
  });

  test('by somebody else is another change', async () => {
    const other = await app.person('other', { role: 'platform' });
    await create('team-a', 'key-1');

    expect(await create('team-b', 'key-1', other.headers)).toMatchObject({
      status: 201,
      replayed: null,
    });
  });

  test('is carried out again after a day, when its answer is forgotten', async () => {
    await create('team-a', 'key-1');
    app.clock.pass(25 * 3_600_000);
    await app.journal.sweep();

    expect(await create('team-a', 'key-1')).toMatchObject({
      status: 409,
      body: { code: 'name-taken' },
    });
  });
});

describe('a change that failed', () => {
  test('for good is answered the same again', async () => {
    await create('team-a', 'key-1');
    await create('team-a', 'key-2');

    expect(await create('team-a', 'key-2')).toMatchObject({
      status: 409,
      body: { code: 'name-taken' },
      replayed: 'true',
    });
    expect(carriedOut).toBe(2);
  });

  test('for the moment is tried again', async () => {
    behaviour = async () => {
      carriedOut += 1;
      throw new PltfError('agent-unavailable', { detail: 'not there' });
    };
    await create('team-a', 'key-1');
    behaviour = addTeam;

    expect(await create('team-a', 'key-1')).toMatchObject({ status: 201, replayed: null });
    expect(carriedOut).toBe(2);
  });

  test('after it changed something is never tried again', async () => {
    behaviour = async (input, context) => {
      await addTeam(input, context);
      throw new PltfError('agent-unavailable', { detail: 'not there' });
    };
    await create('team-a', 'key-1');
    behaviour = addTeam;

    expect(await create('team-a', 'key-1')).toMatchObject({
      status: 503,
      body: { code: 'agent-unavailable' },
      replayed: 'true',
    });
    expect(carriedOut).toBe(1);
  });

  test('for want of a right is tried again once the right is there', async () => {
    const member = await app.person('climber');
    expect((await create('team-a', 'key-1', member.headers)).status).toBe(403);
    await createClient({ url: app.url, token: admin.token }).changeUser({
      params: { user: 'climber' },
      body: { role: 'platform' },
    });

    expect((await create('team-a', 'key-1', member.headers)).status).toBe(201);
  });
});

describe('an answer with a secret', () => {
  test('is given once and kept nowhere', async () => {
    const make = () =>
      fetch(`${app.url}/api/v1/tokens`, {
        method: 'POST',
        headers: {
          ...admin.headers,
          'content-type': 'application/json',
          'idempotency-key': 'key-1',
        },
        body: JSON.stringify({ name: 'ci', scopes: ['read'] }),
      });
    const { token } = (await (await make()).json()) as { token: string };

    const again = await make();

    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({
      code: 'answer-lost',
      fix: expect.stringContaining('Revoke'),
    });
    expect(
      JSON.stringify(await app.db.selectFrom('idempotency').selectAll().execute()),
    ).not.toContain(token);
    expect(
      await app.db.selectFrom('tokens').select('id').where('name', '=', 'ci').execute(),
    ).toHaveLength(1);
  });
});

describe('when a server dies', () => {
  /** As a server leaves it that was killed in the middle. */
  async function left(key: string, changed: boolean, server = 4_242): Promise<void> {
    let leave: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      behaviour = async (input, context) => {
        context.authorize({});
        if (changed) await addTeam(input, context);
        await app.db
          .updateTable('requests')
          .set({ id: 'req_lost', server })
          .where('id', '=', context.requestId)
          .execute();
        resolve();
        return new Promise((_, reject) => {
          leave = () => reject(new Error('killed'));
        });
      };
    });
    const lost = create('team-a', key);
    await reached;
    leave();
    await lost;
    // What the request at hand wrote at its end is not there when it was killed.
    await app.db.deleteFrom('idempotency').execute();
    behaviour = addTeam;
    carriedOut = 0;
  }

  test('before it changed anything, the same request is carried out', async () => {
    await left('key-1', false);

    expect(await create('team-a', 'key-1')).toMatchObject({ status: 201, replayed: null });
    expect(await audit()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          request_id: 'req_lost',
          outcome: 'failed',
          why: 'the server ended before it changed anything',
        }),
      ]),
    );
    expect(await underWay()).toEqual([]);
  });

  test('after the change and before the answer, the same request is told so and not carried out again', async () => {
    await left('key-1', true);

    expect(await create('team-a', 'key-1')).toMatchObject({
      status: 409,
      body: { code: 'answer-lost' },
    });
    expect(await create('team-a', 'key-1')).toMatchObject({
      status: 409,
      body: { code: 'answer-lost' },
      replayed: 'true',
    });
    expect(carriedOut).toBe(0);
    expect(await audit()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          request_id: 'req_lost',
          actor: 'boss',
          action: 'createTeam',
          target: 'team-a',
          outcome: 'done',
        }),
      ]),
    );
  });

  test('what it left reaches the audit trail when a server starts', async () => {
    await left('key-1', true);
    app.session.emit('up', 0);
    await expect.poll(underWay).toEqual([]);

    expect((await audit()).filter(({ request_id }) => request_id === 'req_lost')).toHaveLength(1);
  });

  test('others wait for a living one instead of doing its work', async () => {
    const living = new ServerSession({ url: app.databaseUrl, onError: () => undefined });
    await living.open();
    await left('key-1', false, living.number);

    expect(await create('team-a', 'key-1')).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect(carriedOut).toBe(0);

    await living[Symbol.asyncDispose]();
    expect(await create('team-a', 'key-1')).toMatchObject({ status: 201 });
  });

  test('and only seems to, what it changes afterwards is undone', async () => {
    behaviour = async (input, context) => {
      context.authorize({});
      await app.db.deleteFrom('requests').where('id', '=', context.requestId).execute();
      return addTeam(input, context);
    };

    expect(await create('team-a', 'key-1')).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect(
      await app.db.selectFrom('teams').selectAll().where('name', '=', 'team-a').execute(),
    ).toEqual([]);
  });
});

describe('the audit trail', () => {
  test('says who did what to what, from where and why, with what outcome', async () => {
    const member = await app.person('member');
    const done = await create('team-a');
    const denied = await create('team-b', undefined, member.headers);
    const failed = await create('team-a');
    behaviour = async (_, context) => {
      context.authorize({});
      throw new Error('secret inside');
    };
    await create('team-c');

    const entries = await audit();

    const common = { via: 'token', action: 'createTeam', address: '127.0.0.1' };
    expect(entries).toMatchObject([
      {
        ...common,
        actor: 'boss',
        target: 'team-a',
        outcome: 'done',
        request_id: done.id,
        why: null,
      },
      {
        ...common,
        actor: 'member',
        target: 'team-b',
        outcome: 'denied',
        request_id: denied.id,
        why: expect.stringContaining('people:write needs the role platform'),
      },
      {
        ...common,
        actor: 'boss',
        target: 'team-a',
        outcome: 'failed',
        request_id: failed.id,
        why: expect.stringContaining('name-taken'),
      },
      {
        ...common,
        actor: 'boss',
        target: 'team-c',
        outcome: 'failed',
        why: expect.stringMatching(/^internal: request req_\w+ failed inside the platform$/),
      },
    ]);
  });

  test('names the person who signed in, and whoever tried to in vain nobody', async () => {
    const { url } = await createClient({ url: app.url, token: admin.token }).createSignInLink({
      body: {},
    });
    for (const token of [url.split('#token=')[1], 'guess']) {
      await fetch(`${app.url}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      });
    }

    expect((await audit()).filter(({ action }) => action === 'signIn')).toMatchObject([
      { actor: 'boss', via: 'session', outcome: 'done' },
      { actor: 'anonymous', via: 'anonymous', outcome: 'denied' },
    ]);
  });

  test('holds no reading, and nothing that was refused before it was a change', async () => {
    await fetch(`${app.url}/api/v1/users`, { headers: admin.headers });
    await create('NOT A NAME');
    await create('team-a', undefined, { authorization: 'Bearer wrong' });

    expect(await audit()).toEqual([]);
  });

  test('cannot be changed, emptied or shortened', async () => {
    await create('team-a');

    for (const attempt of [
      sql`update audit set actor = 'nobody'`,
      sql`delete from audit`,
      sql`truncate audit`,
    ]) {
      await expect(attempt.execute(app.db)).rejects.toMatchObject({ code: '23001' });
    }
  });

  test('is read by auditors and administrators, newest first, page by page', async () => {
    const auditor = await app.person('auditor', { role: 'auditor' });
    const member = await app.person('member');
    for (const name of ['team-a', 'team-b', 'team-c']) await create(name);
    const client = createClient({ url: app.url, token: auditor.token });

    const first = await client.listAudit({ query: { limit: 2 } });
    const second = await client.listAudit({ query: { limit: 2, cursor: first.next! } });
    const one = await client.listAudit({ query: { target: 'team-b', actor: 'boss' } });

    expect([...first.items, ...second.items].map(({ target }) => target)).toEqual([
      'team-c',
      'team-b',
      'team-a',
    ]);
    expect(second.next).toBeUndefined();
    expect(one.items).toHaveLength(1);
    await expect(
      createClient({ url: app.url, token: member.token }).listAudit({ query: {} }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('without its record', () => {
  test('no change is carried out', async () => {
    await sql`alter table requests rename to requests_away`.execute(app.db);

    expect(await create('team-a')).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(carriedOut).toBe(0);
  });

  test('no change is answered as done; it is recorded later', async () => {
    behaviour = async (input, context) => {
      const answer = await addTeam(input, context);
      await sql`alter table audit rename to audit_away`.execute(app.db);
      return answer;
    };
    expect(await create('team-a', 'key-1')).toMatchObject({ status: 500 });
    await sql`alter table audit_away rename to audit`.execute(app.db);
    behaviour = addTeam;

    expect(await create('team-a', 'key-1')).toMatchObject({
      status: 409,
      body: { code: 'answer-lost' },
    });
    expect(carriedOut).toBe(1);
    expect(await audit()).toMatchObject([
      { action: 'createTeam', target: 'team-a', outcome: 'done' },
    ]);
  });

  test('and without a session with the database, changes are refused clearly', async () => {
    await app.session[Symbol.asyncDispose]();

    expect(await create('team-a')).toMatchObject({
      status: 503,
      body: { code: 'database-unavailable' },
    });
    expect(carriedOut).toBe(0);
  });
});

test('what a handler set going goes on after the answer', async () => {
  let later: Promise<void> | undefined;
  behaviour = async (input, context) => {
    later = (async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await transact(app.db, (tx) => app.people.createTeam(tx, 'team-late', 'late', 'boss'));
    })();
    return addTeam(input, context);
  };

  await create('team-a');
  await later;

  expect(
    await app.db.selectFrom('teams').select('name').where('name', '=', 'team-late').execute(),
  ).toHaveLength(1);
});
