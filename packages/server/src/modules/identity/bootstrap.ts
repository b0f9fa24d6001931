import { TokenScope } from '@pltf/contracts';
import { sql } from 'kysely';
import type { Clock } from '../../kernel/clock.ts';
import { platformActor } from '../../kernel/events.ts';
import { type Db, type Tx, transact } from '../../persistence/transaction.ts';
import type { ResolveActor } from './actor-resolution.ts';
import type { CredentialsService, SignInLink } from './credentials-service.ts';
import type { PeopleService } from './people-service.ts';
import { hasTeam, holdUser, putMember } from './people-store.ts';
import { hashOf } from './token-text.ts';

export interface BootstrapDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly people: PeopleService;
  readonly credentials: CredentialsService;
  readonly resolveActor: ResolveActor;
  /** The platform file's `defaultTeam`. */
  readonly defaultTeam: string;
}

export interface Bootstrap {
  /**
   * Makes what a first sign-in needs: the default team, and the administrator `admin` as its developer. Idempotent;
   * what people have changed since stays. Answers with a sign-in link when `link` asks for one or while nobody has
   * ever signed in.
   */
  prepare(options: { readonly link: boolean }): Promise<SignInLink | undefined>;
  /**
   * The token by which the machine's owner uses the command line: `current` while it is good for a week more, else a
   * new one of `admin`, whose predecessor is revoked. Undefined when `admin` is disabled.
   */
  ensureLocalToken(current: string | undefined): Promise<LocalToken | undefined>;
}

export interface LocalToken {
  readonly text: string;
  /** False when it is the one that was handed in. */
  readonly renewed: boolean;
}

/** Of several servers that start at once, one prepares and the others find it done. */
const bootstrapLock = 7_350_004;
const administrator = 'admin';
const localTokenName = 'command line of this machine';
const localTokenDays = 90;
const renewBeforeMs = 7 * 86_400_000;

export function bootstrap(dependencies: BootstrapDependencies): Bootstrap {
  return {
    prepare: ({ link }) =>
      transact(dependencies.db, async (tx) => {
        await prepare(dependencies, tx);
        const usable = (await holdUser(tx, administrator))?.disabled === false;
        const wanted = link || !(await hasAnybodySignedIn(tx));
        return usable && wanted
          ? dependencies.credentials.createSignInLink(tx, administrator)
          : undefined;
      }),
    ensureLocalToken: (current) => ensureLocalToken(dependencies, current),
  };
}

async function prepare({ people, defaultTeam }: BootstrapDependencies, tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${bootstrapLock})`.execute(tx.sql);
  if (!(await hasTeam(tx, defaultTeam))) {
    await people.createTeam(tx, defaultTeam, defaultTeam, platformActor);
  }
  const first = await tx.sql
    .selectFrom('users')
    .select('name')
    .where('kind', '=', 'person')
    .limit(1)
    .executeTakeFirst();
  if (first !== undefined) return;
  const user = {
    name: administrator,
    displayName: 'Administrator',
    role: 'platform',
    kind: 'person',
  } as const;
  await people.createUser(tx, user, platformActor);
  await putMember(tx, defaultTeam, administrator, 'developer');
}

async function hasAnybodySignedIn(tx: Tx): Promise<boolean> {
  const row = await tx.sql
    .selectFrom('sign_in_links')
    .select('user')
    .where('used_at', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

async function ensureLocalToken(
  { db, clock, credentials, resolveActor }: BootstrapDependencies,
  current: string | undefined,
): Promise<LocalToken | undefined> {
  const actor =
    current === undefined ? undefined : await resolveActor({ kind: 'token', secret: current });
  if (
    current !== undefined &&
    actor?.name === administrator &&
    (await isGoodFor(db, current, clock))
  ) {
    return { text: current, renewed: false };
  }
  return transact(db, async (tx) => {
    const user = await holdUser(tx, administrator);
    if (user === undefined || user.disabled) return undefined;
    await tx.sql
      .updateTable('tokens')
      .set({ revoked_at: clock.now() })
      .where('user', '=', administrator)
      .where('name', '=', localTokenName)
      .where('revoked_at', 'is', null)
      .execute();
    const made = await credentials.createToken(tx, {
      user: administrator,
      kind: 'personal',
      name: localTokenName,
      scopes: TokenScope.options,
      days: localTokenDays,
      actor: platformActor,
    });
    return { text: made.text, renewed: true };
  });
}

async function isGoodFor(db: Db, token: string, clock: Clock): Promise<boolean> {
  const row = await db
    .selectFrom('tokens')
    .select('expires_at')
    .where('hash', '=', hashOf(token))
    .executeTakeFirst();
  return row !== undefined && row.expires_at.getTime() - clock.now().getTime() > renewBeforeMs;
}
