import { once } from 'node:events';
import { connect } from 'node:net';
import { createClient, EventView, type LogLine } from '@pltf/contracts';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EventQueries, postgresEventQueries } from '../persistence/event-queries.ts';
import { transact } from '../persistence/transaction.ts';
import { EventTail } from './event-tail.ts';
import { startTestApp, type TestApp, tellEvent } from './testing/test-app.ts';

type Person = Awaited<ReturnType<TestApp['person']>>;

let app: TestApp;
let member: Person;
let linesAsked: number;
let logsEnded: Promise<void>;

beforeEach(async () => {
  let ended: () => void = () => undefined;
  logsEnded = new Promise((resolve) => {
    ended = resolve;
  });
  linesAsked = 0;
  app = await startTestApp({
    streamTimes: { heartbeatMs: 50, slowestMs: 1_000 },
    handlers: {
      // Endless, as `logs -f` of a chatty service is.
      placementLogs: async function* (_, context) {
        context.authorize({});
        try {
          for (;;) {
            linesAsked += 1;
            yield {
              at: new Date().toISOString(),
              instance: 'a',
              stream: 'out',
              text: 'x'.repeat(1_000),
            } as unknown as LogLine;
          }
        } finally {
          ended();
        }
      },
      taskLog: async function* (_, context) {
        context.authorize({}, 'platform:write');
        yield* [];
      },
      runLog: async function* () {
        yield { at: new Date().toISOString() } as unknown as LogLine;
      },
    },
  });
  member = await app.person('member');
});
afterEach(() => app[Symbol.asyncDispose]());

interface Stream extends AsyncDisposable {
  readonly response: Response;
  /** The next event; comments are counted and left out. */
  next(): Promise<Record<string, string>>;
  comments(): number;
  ended: Promise<void>;
}

async function open(
  person: { headers: Record<string, string> },
  query = '',
  headers: Record<string, string> = {},
): Promise<Stream> {
  const away = new AbortController();
  const response = await fetch(`${app.url}/api/v1/events${query}`, {
    headers: { ...person.headers, ...headers },
    signal: away.signal,
  });
  const waiting: Record<string, string>[] = [];
  let wake: () => void = () => undefined;
  let comments = 0;
  const reading = (async () => {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(
      new TextDecoderStream() as never,
    ) as unknown as AsyncIterable<string>) {
      rest += chunk;
      const parts = rest.split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        if (part.startsWith(':')) comments += 1;
        else if (!part.startsWith('retry')) {
          waiting.push(
            Object.fromEntries(
              part
                .split('\n')
                .map((line) => [
                  line.slice(0, line.indexOf(':')),
                  line.slice(line.indexOf(':') + 2),
                ]),
            ),
          );
          wake();
        }
      }
    }
  })().catch(() => undefined);
  return {
    response,
    comments: () => comments,
    ended: reading,
    next: async () => {
      const deadline = Date.now() + 20_000;
      while (waiting.length === 0) {
        if (Date.now() > deadline) throw new Error('no event came');
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          new Promise((resolve) => setTimeout(resolve, 100)),
        ]);
      }
      return waiting.shift()!;
    },
    [Symbol.asyncDispose]: async () => {
      away.abort();
      await reading;
    },
  };
}

const summaries = async (stream: Stream, count: number): Promise<string[]> => {
  const found: string[] = [];
  while (found.length < count)
    found.push(EventView.parse(JSON.parse((await stream.next())['data']!)).summary);
  return found;
};

const lastSeq = async (): Promise<number> =>
  (
    await app.db
      .selectFrom('events')
      .select(({ fn }) => fn.max('seq').as('seq'))
      .executeTakeFirstOrThrow()
  ).seq ?? 0;

describe('following events', () => {
  test('brings each as it happens, numbered, typed and described', async () => {
    await using stream = await open(member);
    await tellEvent(app.db, 'users-api', 'created');

    const event = await stream.next();

    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    expect(event).toMatchObject({ id: String(await lastSeq()), event: 'component-created' });
    expect(EventView.parse(JSON.parse(event['data']!))).toMatchObject({
      component: 'users-api',
      summary: 'created',
    });
  });

  test("begins after the number asked for, and a reconnecting browser's Last-Event-ID counts more", async () => {
    const from = await lastSeq();
    for (const name of ['one', 'two', 'three']) await tellEvent(app.db, 'users-api', name);

    await using stream = await open(member, `?after=${from}`);
    await using again = await open(member, `?after=${from}`, { 'last-event-id': String(from + 2) });

    expect(await summaries(stream, 3)).toEqual(['one', 'two', 'three']);
    expect(await summaries(again, 1)).toEqual(['three']);
  });

  test('loses and repeats nothing while many write and followers come and go', async () => {
    const from = await lastSeq();
    const count = 400;
    const writing = Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let index = 0; index < count / 8; index += 1)
          await tellEvent(app.db, 'users-api', `${writer}-${index}`);
      }),
    );
    const followers = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 20));
        return open(member, `?after=${from}`);
      }),
    );

    const seen = await Promise.all(followers.map((stream) => summaries(stream, count)));
    await writing;

    const told = await app.db
      .selectFrom('events')
      .select('summary')
      .where('seq', '>', from)
      .orderBy('seq')
      .execute();
    for (const list of seen) expect(list).toEqual(told.map(({ summary }) => summary));
    await Promise.all(followers.map((stream) => stream[Symbol.asyncDispose]()));
  });

  test('of one component brings no others', async () => {
    await using stream = await open(member, '?component=users-api');
    await tellEvent(app.db, 'other-api', 'not this');
    await tellEvent(app.db, 'users-api', 'this');

    expect(await summaries(stream, 1)).toEqual(['this']);
  });

  test('shows what concerns people to administrators and auditors only, live and from the table', async () => {
    const from = await lastSeq();
    const auditor = await app.person('auditor', { role: 'auditor' });
    await using asMember = await open(member, `?after=${from}`);
    await using asAuditor = await open(auditor, `?after=${from}`);
    await app.person('newcomer');
    await tellEvent(app.db, 'users-api', 'created');

    const [forMember] = await summaries(asMember, 1);
    const forAuditor = await summaries(asAuditor, 5);

    expect(forMember).toBe('created');
    expect(forAuditor).toEqual([
      'auditor was added',
      'The token "test" of auditor was made',
      'newcomer was added',
      'The token "test" of newcomer was made',
      'created',
    ]);
  });

  test('asks the table once for each change, however many follow', async () => {
    const real = postgresEventQueries(app.db);
    let reads = 0;
    const counted: EventQueries = {
      ...real,
      after: (...asked) => {
        reads += 1;
        return real.after(...asked);
      },
    };
    await using tail = new EventTail({
      queries: counted,
      session: app.session,
      onError: () => undefined,
    });
    const followers = Array.from({ length: 20 }, () =>
      tail.follow({ people: false }, undefined, new AbortController().signal),
    );
    const firsts = followers.map((follower) => follower.next());
    await expect.poll(() => reads).toBeGreaterThanOrEqual(20);
    const before = reads;

    await tellEvent(app.db, 'users-api', 'counted');

    expect((await Promise.all(firsts)).map(({ value }) => (value as EventView).summary)).toEqual(
      Array(20).fill('counted'),
    );
    // One read finds the event and one finds no more; a notification in between asks once more.
    expect(reads - before).toBeLessThanOrEqual(3);
  });

  test('reads the table again instead of keeping everything for one that does not take it', async () => {
    const from = await lastSeq();
    const tail = app.tail.follow({ people: false }, undefined, new AbortController().signal);
    const first = tail.next();
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let batch = 0; batch < 6; batch += 1) {
      await transact(app.db, async (tx) => {
        for (let index = 0; index < 400; index += 1) {
          tx.tell({
            type: 'component-created',
            actor: 'x',
            component: 'x',
            summary: String(batch * 400 + index),
          });
        }
        await Promise.resolve();
      });
    }

    const seen = [((await first).value as EventView).seq];
    while (seen.length < 2_400) seen.push(((await tail.next()).value as EventView).seq);

    expect(seen).toEqual(Array.from({ length: 2_400 }, (_, index) => from + 1 + index));
    await tail.return(undefined);
  });

  test('says now and then that it is still there', async () => {
    await using stream = await open(member);

    await expect.poll(stream.comments).toBeGreaterThanOrEqual(2);
  });

  test('goes on after the database was away', async () => {
    await using stream = await open(member);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
      app.db,
    );
    await expect.poll(async () => app.session.number).toBeUndefined();
    await tellEvent(app.db, 'users-api', 'while away').catch(() =>
      tellEvent(app.db, 'users-api', 'while away'),
    );

    expect(await summaries(stream, 1)).toEqual(['while away']);
  });
});

describe('an open stream', () => {
  test('ends at once when its person is disabled, and not when somebody else is', async () => {
    const admin = createClient({
      url: app.url,
      token: (await app.person('boss', { role: 'platform' })).token,
    });
    const other = await app.person('other');
    await using mine = await open(member);
    await using others = await open(other);
    let isOver = false;
    void others.ended.then(() => {
      isOver = true;
    });

    await admin.changeUser({ params: { user: 'member' }, body: { disabled: true } });

    await mine.ended;
    expect(isOver).toBe(false);
  });

  test('ends when its token is revoked', async () => {
    await using stream = await open(member);

    await createClient({ url: app.url, token: member.token }).revokeToken({
      params: { id: member.tokenId },
    });

    await stream.ended;
  });

  test('ends when the server stops, which does not wait for it', async () => {
    await using own = await startTestApp();
    const person = await own.person('somebody');
    const response = await fetch(`${own.url}/api/v1/events`, { headers: person.headers });
    const started = Date.now();

    await own.app.close();

    await response.text().catch(() => undefined);
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  test('stops its source when the reader leaves', async () => {
    const away = new AbortController();
    const response = await fetch(`${app.url}/api/v1/placements/a.prod/logs`, {
      headers: member.headers,
      signal: away.signal,
    });
    await response.body!.getReader().read();

    away.abort();

    await logsEnded;
  });

  test('is read no faster than it is taken, and cut off when it is not taken at all', async () => {
    const socket = connect(app.port, '127.0.0.1');
    socket.pause();
    socket.write(
      `GET /api/v1/placements/a.prod/logs HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${member.token}\r\n\r\n`,
    );
    socket.on('error', () => undefined);

    await logsEnded;

    // What fits between two sockets, not what two seconds could make.
    expect(linesAsked).toBeLessThan(20_000);
    socket.resume();
    await once(socket, 'close');
  });
});

describe('a stream that may not be read', () => {
  test('is answered with a problem, like anything else', async () => {
    const nobody = await fetch(`${app.url}/api/v1/events`);
    const forbidden = await fetch(`${app.url}/api/v1/tasks/task_01hzzzzzzzzzzzzzzzzzzzzzzz/log`, {
      headers: member.headers,
    });
    const unasked = await fetch(`${app.url}/api/v1/runs/run_01hzzzzzzzzzzzzzzzzzzzzzzz/log`, {
      headers: member.headers,
    });

    expect([nobody.status, forbidden.status, unasked.status]).toEqual([401, 403, 500]);
    expect(forbidden.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });
});

describe('the list of what happened', () => {
  test('is newest first, page by page, with the same filters', async () => {
    for (const name of ['one', 'two', 'three']) await tellEvent(app.db, 'users-api', name);
    await tellEvent(app.db, 'other-api', 'other');
    const client = createClient({ url: app.url, token: member.token });

    const first = await client.listEvents({ query: { component: 'users-api', limit: 2 } });
    const second = await client.listEvents({
      query: { component: 'users-api', limit: 2, cursor: first.next! },
    });
    const all = await client.listEvents({ query: {} });

    expect([...first.items, ...second.items].map(({ summary }) => summary)).toEqual([
      'three',
      'two',
      'one',
    ]);
    expect(second.next).toBeUndefined();
    expect(all.items.map(({ type }) => type)).not.toContain('user-added');
    await expect(
      client.listEvents({ query: { cursor: '1; drop table events' } }),
    ).rejects.toMatchObject({ code: 'bad-request' });
  });

  test('keeps its order and its contents', async () => {
    await tellEvent(app.db, 'users-api', 'kept');

    await expect(sql`delete from events`.execute(app.db)).rejects.toMatchObject({ code: '23001' });
    await expect(
      transact(app.db, async (tx) => {
        tx.tell({ type: 'component-created', actor: 'x', component: 'x', summary: 'undone' });
        await Promise.resolve();
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(
      await app.db.selectFrom('events').select('summary').where('summary', '=', 'undone').execute(),
    ).toEqual([]);
  });
});
