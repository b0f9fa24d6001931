import type { TokenScope } from '@pltf/contracts';
import type { Tx } from '../../persistence/transaction.ts';

export interface NewToken {
  readonly id: string;
  readonly name: string;
  readonly kind: 'personal' | 'machine';
  readonly user: string;
  readonly hash: Buffer;
  readonly hint: string;
  readonly scopes: readonly TokenScope[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export async function addToken(tx: Tx, token: NewToken): Promise<void> {
  await tx.sql
    .insertInto('tokens')
    .values({
      id: token.id,
      name: token.name,
      kind: token.kind,
      user: token.user,
      hash: token.hash,
      hint: token.hint,
      scopes: [...token.scopes],
      created_at: token.createdAt,
      expires_at: token.expiresAt,
      last_used_at: null,
      revoked_at: null,
    })
    .execute();
}

/** How many tokens of this user still work. */
export async function countTokens(tx: Tx, user: string, now: Date): Promise<number> {
  const row = await tx.sql
    .selectFrom('tokens')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('user', '=', user)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  return row.count;
}

export interface TokenOwner {
  readonly user: string;
  readonly name: string;
}

/** Whose token this is, while it works. */
export async function lockToken(tx: Tx, id: string): Promise<TokenOwner | undefined> {
  return tx.sql
    .selectFrom('tokens')
    .select(['user', 'name'])
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
}

export async function revokeTokenRow(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.sql.updateTable('tokens').set({ revoked_at: now }).where('id', '=', id).execute();
}

/** Takes every way in from a user: sessions, tokens and unused sign-in links. */
export async function revokeAll(tx: Tx, user: string, now: Date): Promise<void> {
  await tx.sql.deleteFrom('sessions').where('user', '=', user).execute();
  await tx.sql
    .updateTable('tokens')
    .set({ revoked_at: now })
    .where('user', '=', user)
    .where('revoked_at', 'is', null)
    .execute();
  await tx.sql
    .deleteFrom('sign_in_links')
    .where('user', '=', user)
    .where('used_at', 'is', null)
    .execute();
}

export async function addSignInLink(
  tx: Tx,
  user: string,
  hash: Buffer,
  now: Date,
  expiresAt: Date,
): Promise<void> {
  await tx.sql
    .deleteFrom('sign_in_links')
    .where('expires_at', '<', now)
    .where('used_at', 'is', null)
    .execute();
  await tx.sql
    .insertInto('sign_in_links')
    .values({ hash, user, created_at: now, expires_at: expiresAt, used_at: null })
    .execute();
}

/** Takes the link, once: of two at the same time one gets the user. */
export async function takeSignInLink(tx: Tx, hash: Buffer, now: Date): Promise<string | undefined> {
  const row = await tx.sql
    .updateTable('sign_in_links')
    .set({ used_at: now })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('user')
    .executeTakeFirst();
  return row?.user;
}

export async function addSession(
  tx: Tx,
  user: string,
  hash: Buffer,
  now: Date,
  expiresAt: Date,
): Promise<void> {
  await tx.sql.deleteFrom('sessions').where('expires_at', '<', now).execute();
  await tx.sql
    .insertInto('sessions')
    .values({ hash, user, created_at: now, seen_at: now, expires_at: expiresAt })
    .execute();
}

export async function dropSession(tx: Tx, hash: Buffer): Promise<void> {
  await tx.sql.deleteFrom('sessions').where('hash', '=', hash).execute();
}
