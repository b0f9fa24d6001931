import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { type ApiName, api, type PlatformRole, PltfError, TokenScope } from '@pltf/contracts';
import { pino } from 'pino';
import type { Handlers } from '../../kernel/request.ts';
import {
  bootstrap,
  createResolveActor,
  credentialsService,
  identityRoutes,
  peopleService,
  postgresIdentityQueries,
} from '../../modules/identity/index.ts';
import { postgresEventQueries } from '../../persistence/event-queries.ts';
import { ServerSession } from '../../persistence/session.ts';
import { createTestDatabase, type TestDatabase } from '../../persistence/test-database.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import { type AppOptions, createApp } from '../app.ts';
import { eventRoutes } from '../event-stream.ts';
import { EventTail } from '../event-tail.ts';
import { RequestJournal } from '../request-journal.ts';

export interface TestAppOptions extends Partial<Omit<AppOptions, 'handlers'>> {
  readonly handlers?: Partial<Handlers>;
  /** One of its own unless given. */
  readonly database?: TestDatabase;
}

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

/** The whole HTTP surface on a real socket and a real database, with the rooms above it replaced by `handlers`. */
export async function startTestApp(options: TestAppOptions = {}) {
  const database = options.database ?? (await createTestDatabase());
  const logged: Record<string, unknown>[] = [];
  const clock = new TestClock();
  const session = new ServerSession({ url: database.url, onError: () => undefined });
  const sessions = { idleMs: 12 * 3_600_000, absoluteMs: 7 * 86_400_000 };
  const { db } = database;
  const onError = (error: unknown): void => void logged.push({ level: 50, err: error });
  const resolveActor = createResolveActor({ db, clock, sessions });
  const tail = new EventTail({ queries: postgresEventQueries(db), session, onError });
  const journal = new RequestJournal({ db, session, clock, onError });
  const people = peopleService({ clock });
  const portalUrl = options.portalUrl ?? 'http://localhost';
  const credentials = credentialsService({ clock, sessions, portalUrl });
  const queries = postgresIdentityQueries(db);
  const platform = {
    organisation: 'Test',
    domain: 'localhost',
    portalUrl,
    routerPort: 7080,
    version: '0.0.0',
  };
  const app = createApp({
    serveGit: async ({ response }) => void response.writeHead(204).end(),
    resolveActor,
    journal,
    tail,
    clock,
    portalUrl,
    logger: pino(
      { level: 'debug' },
      new Writable({
        write: (line: Buffer, _, done) => {
          logged.push(JSON.parse(line.toString()) as Record<string, unknown>);
          done();
        },
      }),
    ),
    version: '0.0.0',
    hosts: [],
    portalDirectory: undefined,
    sessionLifetimeMs: sessions.absoluteMs,
    trustedProxies: [],
    validateAnswers: true,
    ...options,
    handlers: {
      ...unavailable,
      ...identityRoutes({ db, clock, queries, people, credentials, platform: () => platform }),
      ...eventRoutes({ queries: postgresEventQueries(db), tail }),
      ...options.handlers,
    } as Handlers,
  });
  const up = once(session, 'up');
  await session.open();
  await up;
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const first = bootstrap({
    db,
    clock,
    people,
    credentials,
    resolveActor,
    defaultTeam: 'everyone',
  });

  return {
    app,
    db,
    clock,
    session,
    journal,
    tail,
    logged,
    queries,
    people,
    credentials,
    resolveActor,
    port,
    first,
    databaseUrl: database.url,
    url: `http://127.0.0.1:${port}`,
    /** A person with a token; of teams as developer, or as viewer behind `:`. */
    person: (name: string, person: Person = {}) =>
      addPerson({ db, people, credentials }, name, person),
    signIn: (name: string) => signIn({ db, people, credentials }, name),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await tail[Symbol.asyncDispose]();
      await journal[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Time that a test moves. */
class TestClock {
  #aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  pass(ms: number): void {
    this.#aheadMs += ms;
  }
}

const unavailable = Object.fromEntries(
  (Object.keys(api) as ApiName[]).map((name) => [
    name,
    () => {
      throw new PltfError('unavailable', { detail: `${name} is not part of this test` });
    },
  ]),
);

interface Person {
  readonly role?: PlatformRole;
  readonly teams?: readonly string[];
  readonly scopes?: readonly TokenScope[];
}

interface Identity {
  readonly db: Db;
  readonly people: ReturnType<typeof peopleService>;
  readonly credentials: ReturnType<typeof credentialsService>;
}

async function addPerson(
  { db, people, credentials }: Identity,
  name: string,
  { role = 'member', teams = [], scopes = TokenScope.options }: Person,
) {
  return transact(db, async (tx) => {
    await people.createUser(tx, { name, displayName: name, role, kind: 'person' }, 'test');
    for (const entry of teams) {
      const [team = '', kind] = entry.split(':');
      const known = await tx.sql
        .selectFrom('teams')
        .select('name')
        .where('name', '=', team)
        .executeTakeFirst();
      if (known === undefined) await people.createTeam(tx, team, team, 'test');
      await people.setMember(tx, team, name, kind === 'viewer' ? 'viewer' : 'developer', 'test');
    }
    const token = await credentials.createToken(tx, {
      user: name,
      kind: 'personal',
      name: 'test',
      scopes,
      days: 30,
      actor: 'test',
    });
    return {
      name,
      token: token.text,
      tokenId: token.id,
      headers: { authorization: `Bearer ${token.text}` },
    };
  });
}

/** A session as the portal has one: the headers that its requests carry. */
async function signIn({ db, credentials }: Identity, name: string) {
  const { session } = await transact(db, async (tx) => {
    const link = await credentials.createSignInLink(tx, name);
    return credentials.signIn(tx, link.url.split('#token=')[1] ?? '');
  });
  const cookie = `pltf_session=${session}`;
  return {
    session,
    cookie: { cookie },
    headers: {
      cookie,
      'x-pltf-portal': '1',
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    },
  };
}

/** Adds an event to the table as the rooms above do. */
export async function tellEvent(db: Db, component: string, summary = 'something'): Promise<void> {
  await transact(db, async (tx) => {
    tx.tell({ type: 'component-created', actor: 'test', component, summary });
    await Promise.resolve();
  });
}
