import { createClient } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let app: TestApp;
let admin: Awaited<ReturnType<TestApp['person']>>;
let root: ReturnType<typeof createClient>;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.person('root', { role: 'platform' });
  root = createClient({ url: app.url, token: admin.token });
});
afterAll(() => app[Symbol.asyncDispose]());

const as = (token: string) => createClient({ url: app.url, token });

const post = (path: string, headers: Record<string, string>, body: unknown, method = 'POST') =>
  fetch(`${app.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('a sign-in link', () => {
  test('signs in once, with a new session in a cookie that scripts cannot read', async () => {
    const { url } = await root.createSignInLink({ body: {} });
    const token = url.split('#token=')[1];

    const first = await post('/session', {}, { token });
    const second = await post('/session', {}, { token });

    expect(first.status).toBe(200);
    expect(await first.json()).toMatchObject({
      user: { name: 'root' },
      via: 'session',
      scopes: ['read', 'write', 'git'],
    });
    expect(first.headers.get('set-cookie')).toMatch(
      /^pltf_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/,
    );
    expect(await second.json()).toMatchObject({ status: 401, code: 'link-expired' });
    expect(second.headers.get('set-cookie')).toBeNull();
  });

  test('used twice at the same time signs in once', async () => {
    const { url } = await root.createSignInLink({ body: {} });
    const token = url.split('#token=')[1];

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post('/session', {}, { token })),
    );

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 401, 401, 401, 401,
    ]);
  });

  test('is over after a quarter of an hour', async () => {
    const { url, expiresAt } = await root.createSignInLink({ body: {} });
    expect(Date.parse(expiresAt) - app.clock.now().getTime()).toBeLessThanOrEqual(15 * 60_000);
    app.clock.pass(15 * 60_000 + 1);

    const answer = await post('/session', {}, { token: url.split('#token=')[1] });

    expect(answer.status).toBe(401);
  });

  test('for others is made by administrators only', async () => {
    const member = await app.person('member-with-ambition');

    await expect(
      as(member.token).createSignInLink({ body: { user: 'root' } }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(root.createSignInLink({ body: { user: 'nobody-known' } })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('is not made by a token that lacks a scope, which would widen it', async () => {
    const narrow = await app.person('narrow', { role: 'platform', scopes: ['read', 'write'] });

    await expect(as(narrow.token).createSignInLink({ body: {} })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      as(narrow.token).createUser({ body: { name: 'sock-puppet' } }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('a session', () => {
  const me = (cookie: { cookie: string }) => fetch(`${app.url}/api/v1/me`, { headers: cookie });

  test('ends by signing out', async () => {
    await app.person('leaves');
    const { headers, cookie } = await app.signIn('leaves');

    const out = await fetch(`${app.url}/api/v1/session`, { method: 'DELETE', headers });

    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^pltf_session=; .*Max-Age=0/);
    expect((await me(cookie)).status).toBe(401);
  });

  test('ends when another begins in the same browser', async () => {
    await app.person('again');
    const { headers, cookie } = await app.signIn('again');
    const { url } = await root.createSignInLink({ body: { user: 'again' } });

    const answer = await post('/session', headers, { token: url.split('#token=')[1] });

    expect(answer.status).toBe(200);
    expect((await me(cookie)).status).toBe(401);
  });

  test('lasts while it is used, at most a week, and ends twelve hours after the last use', async () => {
    await app.person('uses-it');
    const busy = await app.signIn('uses-it');
    const idle = await app.signIn('uses-it');

    const seen: number[] = [];
    for (let hours = 0; hours < 7 * 24; hours += 11) {
      seen.push((await me(busy.cookie)).status);
      app.clock.pass(11 * hourMs);
    }

    expect(new Set(seen)).toEqual(new Set([200]));
    expect((await me(busy.cookie)).status).toBe(401);
    expect((await me(idle.cookie)).status).toBe(401);
  });

  test('is over twelve hours after its last use, long before its week is', async () => {
    await app.person('idles');
    const { cookie } = await app.signIn('idles');
    app.clock.pass(11.9 * hourMs);
    expect((await me(cookie)).status).toBe(200);
    // To five minutes: not every use is written down.
    app.clock.pass(12 * hourMs + 1);

    expect((await me(cookie)).status).toBe(401);
  });

  test('is stored as a hash only', async () => {
    await app.person('hashed');
    const { session } = await app.signIn('hashed');

    const rows = await app.db
      .selectFrom('sessions')
      .selectAll()
      .where('user', '=', 'hashed')
      .execute();

    expect(
      JSON.stringify(rows.map((row) => ({ ...row, hash: row.hash.toString('latin1') }))),
    ).not.toContain(session);
  });
});

describe('a token', () => {
  test('works until it is revoked', async () => {
    const person = await app.person('token-owner');
    const made = await as(person.token).createToken({ body: { name: 'ci', scopes: ['read'] } });
    expect((await as(made.token).whoAmI({})).via).toBe('token');

    await as(person.token).revokeToken({ params: { id: made.id } });

    await expect(as(made.token).whoAmI({})).rejects.toMatchObject({ code: 'unauthenticated' });
    const left = await as(person.token).listTokens({ query: {} });
    expect(left.items.map(({ name }) => name)).toEqual(['test']);
  });

  test('expires', async () => {
    const person = await app.person('expiring');
    const made = await as(person.token).createToken({
      body: { name: 'short', scopes: ['read'], days: 1 },
    });
    app.clock.pass(dayMs + 1);

    await expect(as(made.token).whoAmI({})).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('shows its text once and leaves a hash', async () => {
    const person = await app.person('secretive');
    const made = await as(person.token).createToken({ body: { name: 'ci', scopes: ['read'] } });

    const listed = JSON.stringify(await as(person.token).listTokens({ query: {} }));
    const rows = await app.db.selectFrom('tokens').selectAll().where('id', '=', made.id).execute();

    expect(listed).not.toContain(made.token);
    expect(
      JSON.stringify(rows.map((row) => ({ ...row, hash: row.hash.toString('latin1') }))),
    ).not.toContain(made.token);
  });

  test('remembers when it was used, to a quarter of an hour', async () => {
    const person = await app.person('seen-often');
    const used = async () => {
      await as(person.token).whoAmI({});
      return (await as(person.token).listTokens({ query: {} })).items[0]?.lastUsedAt;
    };

    const first = await used();
    app.clock.pass(14 * 60_000);
    const second = await used();
    app.clock.pass(2 * 60_000);
    const third = await used();

    expect(second).toBe(first);
    expect(Date.parse(third ?? '')).toBeGreaterThan(Date.parse(first ?? ''));
  });

  test('makes tokens of at most its own scopes', async () => {
    const narrow = await app.person('cannot-widen', { scopes: ['read', 'write'] });

    await expect(
      as(narrow.token).createToken({ body: { name: 'wider', scopes: ['git'] } }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('to read makes none at all', async () => {
    const reader = await app.person('reads-only', { scopes: ['read'] });

    await expect(
      as(reader.token).createToken({ body: { name: 'x', scopes: ['read'] } }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('of somebody else reads as not there, except to administrators', async () => {
    const [mine, other] = [await app.person('mine'), await app.person('other')];

    await expect(
      as(other.token).revokeToken({ params: { id: mine.tokenId } }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await root.revokeToken({ params: { id: mine.tokenId } });
    await expect(as(mine.token).whoAmI({})).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('of a machine stands for the machine, which has the rights of its teams', async () => {
    await root.createTeam({ body: { name: 'robots' } });
    const made = await root.createToken({
      body: { name: 'ci', scopes: ['read', 'write'], machine: 'builder' },
    });
    await root.setMember({
      params: { team: 'robots', user: 'builder' },
      body: { role: 'developer' },
    });

    const me = await as(made.token).whoAmI({});

    expect(made).toMatchObject({
      kind: 'machine',
      user: 'builder',
      token: expect.stringMatching(/^pltf_mat_/),
    });
    expect(me).toMatchObject({
      user: { name: 'builder', role: 'member' },
      developerOf: ['robots'],
    });
    await expect(root.createSignInLink({ body: { user: 'builder' } })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test("of a machine is made by administrators only, and not in a person's name", async () => {
    const person = await app.person('not-a-machine');

    await expect(
      as(person.token).createToken({ body: { name: 'x', scopes: ['read'], machine: 'sneaky' } }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      root.createToken({ body: { name: 'x', scopes: ['read'], machine: 'not-a-machine' } }),
    ).rejects.toMatchObject({ code: 'name-taken' });
  });

  test('is refused beyond a hundred for one user', async () => {
    const hoarder = await app.person('hoarder');
    await app.db
      .insertInto('tokens')
      .values(
        Array.from({ length: 99 }, (_, index) => ({
          id: `tok_${index}`,
          name: 'x',
          kind: 'personal' as const,
          user: 'hoarder',
          hash: Buffer.from(`h${index}`),
          hint: 'x',
          scopes: ['read'],
          expires_at: new Date(app.clock.now().getTime() + dayMs),
          last_used_at: null,
          revoked_at: null,
        })),
      )
      .execute();

    await expect(
      as(hoarder.token).createToken({ body: { name: 'x', scopes: ['read'] } }),
    ).rejects.toMatchObject({ code: 'limit-reached' });
  });
});

describe('people and teams', () => {
  test('an added person signs in by the link of the answer, and can do nothing before joining a team', async () => {
    const added = await root.createUser({ body: { name: 'newcomer', displayName: 'New Comer' } });

    const session = await post('/session', {}, { token: added.url.split('#token=')[1] });

    expect(added.user).toMatchObject({
      name: 'newcomer',
      displayName: 'New Comer',
      role: 'member',
      teams: [],
      disabled: false,
    });
    expect(await session.json()).toMatchObject({ developerOf: [] });
  });

  test('a changed role counts from the next request on', async () => {
    const person = await app.person('rises');
    await expect(as(person.token).listUsers({ query: {} })).rejects.toMatchObject({
      code: 'forbidden',
    });

    await root.changeUser({ params: { user: 'rises' }, body: { role: 'auditor' } });

    await expect(as(person.token).listUsers({ query: {} })).resolves.toMatchObject({
      items: expect.any(Array),
    });
  });

  test('disabling ends sessions, tokens and links at once, and enabling brings none back', async () => {
    const person = await app.person('dismissed');
    const { cookie } = await app.signIn('dismissed');
    const { url } = await root.createSignInLink({ body: { user: 'dismissed' } });

    await root.changeUser({ params: { user: 'dismissed' }, body: { disabled: true } });
    await root.changeUser({ params: { user: 'dismissed' }, body: { disabled: false } });

    await expect(as(person.token).whoAmI({})).rejects.toMatchObject({ code: 'unauthenticated' });
    expect((await fetch(`${app.url}/api/v1/me`, { headers: cookie })).status).toBe(401);
    expect((await post('/session', {}, { token: url.split('#token=')[1] })).status).toBe(401);
  });

  test('names of the platform itself and of others are taken', async () => {
    for (const name of ['platform', 'anonymous', 'root']) {
      await expect(root.createUser({ body: { name } })).rejects.toMatchObject({
        code: 'name-taken',
      });
    }
    await expect(root.createTeam({ body: { name: 'robots' } })).rejects.toMatchObject({
      code: 'name-taken',
    });
  });

  test('members come, change and go', async () => {
    await root.createTeam({ body: { name: 'team-m' } });
    await app.person('moves');
    const params = { team: 'team-m', user: 'moves' };

    const joined = await root.setMember({ params, body: { role: 'viewer' } });
    const raised = await root.setMember({ params, body: { role: 'developer' } });
    const left = await root.removeMember({ params });

    expect([joined.members, raised.members, left.members]).toEqual([
      [{ user: 'moves', role: 'viewer' }],
      [{ user: 'moves', role: 'developer' }],
      [],
    ]);
    await expect(root.removeMember({ params })).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      root.setMember({ params: { ...params, team: 'nowhere' }, body: { role: 'viewer' } }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      root.setMember({ params: { ...params, user: 'nobody' }, body: { role: 'viewer' } }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });

  test('lists go on where the page before ended', async () => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await root.listUsers({
        query: { limit: 3, ...(cursor === undefined ? {} : { cursor }) },
      });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.next;
    } while (cursor !== undefined);

    const all = await app.db.selectFrom('users').select('name').orderBy('name').execute();
    expect(names).toEqual(all.map(({ name }) => name));
  });
});

describe('the last administrator', () => {
  test('can be neither demoted nor disabled, also when two try to remove each other at once', async () => {
    await using own = await startTestApp();
    const [one, two] = [
      await own.person('one', { role: 'platform' }),
      await own.person('two', { role: 'platform' }),
    ];
    const clients = [one, two].map(({ token }) => createClient({ url: own.url, token }));

    const outcomes = await Promise.allSettled([
      clients[0]!.changeUser({ params: { user: 'two' }, body: { role: 'member' } }),
      clients[1]!.changeUser({ params: { user: 'one' }, body: { disabled: true } }),
    ]);

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const left = await own.db
      .selectFrom('users')
      .selectAll()
      .where('role', '=', 'platform')
      .where('disabled_at', 'is', null)
      .execute();
    expect(left).toHaveLength(1);
    const last = createClient({ url: own.url, token: (left[0]!.name === 'one' ? one : two).token });
    await expect(
      last.changeUser({ params: { user: left[0]!.name }, body: { role: 'auditor' } }),
    ).rejects.toMatchObject({ code: 'last-administrator' });
  });

  test('is a person: a machine with the role does not count', async () => {
    await using own = await startTestApp();
    const boss = createClient({
      url: own.url,
      token: (await own.person('boss', { role: 'platform' })).token,
    });
    await boss.createToken({ body: { name: 'x', scopes: ['read'], machine: 'robot' } });
    await boss.changeUser({ params: { user: 'robot' }, body: { role: 'platform' } });

    await expect(
      boss.changeUser({ params: { user: 'boss' }, body: { disabled: true } }),
    ).rejects.toMatchObject({ code: 'last-administrator' });
  });
});

describe('the first start', () => {
  test('makes a team, an administrator and a link, and a second one makes nothing more', async () => {
    await using own = await startTestApp();

    const [first, again] = [
      await own.first.prepare({ link: false }),
      await own.first.prepare({ link: false }),
    ];

    expect(first?.url).toMatch(/^http:\/\/localhost\/sign-in#token=/);
    // Nobody has signed in yet, so each start prints a link.
    expect(again?.url).not.toBe(first?.url);
    expect((await own.queries.users({ limit: 10 })).items).toMatchObject([
      { name: 'admin', role: 'platform', teams: [{ team: 'everyone', role: 'developer' }] },
    ]);
  });

  test('prints no link any more once somebody has signed in, unless asked', async () => {
    await using own = await startTestApp();
    const link = await own.first.prepare({ link: false });
    await fetch(`${own.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: link?.url.split('#token=')[1] }),
    });

    expect(await own.first.prepare({ link: false })).toBeUndefined();
    expect(await own.first.prepare({ link: true })).toBeDefined();
  });

  test('by several servers at once makes everything once', async () => {
    await using own = await startTestApp();

    await Promise.all(Array.from({ length: 4 }, () => own.first.prepare({ link: false })));

    expect((await own.queries.users({ limit: 10 })).items).toHaveLength(1);
  });

  test("gives the machine's owner a token, keeps it while it is good and replaces it a week before its end", async () => {
    await using own = await startTestApp();
    await own.first.prepare({ link: false });

    const made = await own.first.ensureLocalToken(undefined);
    const kept = await own.first.ensureLocalToken(made?.text);
    own.clock.pass(84 * dayMs);
    const renewed = await own.first.ensureLocalToken(made?.text);

    expect(kept).toEqual({ text: made?.text, renewed: false });
    expect(renewed).toMatchObject({ renewed: true });
    expect(await own.resolveActor({ kind: 'token', secret: made?.text ?? '' })).toBeUndefined();
    expect(await own.resolveActor({ kind: 'token', secret: renewed?.text ?? '' })).toMatchObject({
      name: 'admin',
      role: 'platform',
    });
    expect(await own.first.ensureLocalToken('pltf_pat_forged')).toMatchObject({ renewed: true });
  });

  test('gives no token for an administrator who was disabled', async () => {
    await using own = await startTestApp();
    await own.first.prepare({ link: false });
    const other = createClient({
      url: own.url,
      token: (await own.person('other', { role: 'platform' })).token,
    });
    await other.changeUser({ params: { user: 'admin' }, body: { disabled: true } });

    expect(await own.first.ensureLocalToken(undefined)).toBeUndefined();
    expect(await own.first.prepare({ link: true })).toBeUndefined();
  });
});
