import type { PlatformRole, TeamRole } from '@pltf/contracts';
import type { Tx } from '../../persistence/transaction.ts';

export interface NewUser {
  readonly name: string;
  readonly displayName: string;
  readonly role: PlatformRole;
  readonly kind: 'person' | 'machine';
}

/** False when the name is taken. */
export async function addUser(tx: Tx, user: NewUser): Promise<boolean> {
  const row = await tx.sql
    .insertInto('users')
    .values({ name: user.name, display_name: user.displayName, role: user.role, kind: user.kind })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('name')
    .executeTakeFirst();
  return row !== undefined;
}

export interface LockedUser {
  readonly name: string;
  readonly role: PlatformRole;
  readonly kind: 'person' | 'machine';
  readonly disabled: boolean;
}

/** The user, and with it every administrator in one order, so that two who demote each other do it in turn. */
export async function lockUserAndAdministrators(
  tx: Tx,
  name: string,
): Promise<{ readonly user: LockedUser | undefined; readonly otherAdministrators: number }> {
  const rows = await tx.sql
    .selectFrom('users')
    .select(['name', 'role', 'kind', 'disabled_at'])
    .where((is) => is.or([is('name', '=', name), is('role', '=', 'platform')]))
    .orderBy('name')
    .forNoKeyUpdate()
    .execute();
  const users = rows.map(({ name: own, role, kind, disabled_at }) => ({
    name: own,
    role,
    kind,
    disabled: disabled_at !== null,
  }));
  const others = users.filter(
    (user) =>
      user.name !== name && user.role === 'platform' && user.kind === 'person' && !user.disabled,
  );
  return { user: users.find((user) => user.name === name), otherAdministrators: others.length };
}

export async function changeUserRow(
  tx: Tx,
  name: string,
  change: { readonly role: PlatformRole; readonly disabledAt: Date | null | undefined },
): Promise<void> {
  await tx.sql
    .updateTable('users')
    .set({
      role: change.role,
      ...(change.disabledAt === undefined ? {} : { disabled_at: change.disabledAt }),
    })
    .where('name', '=', name)
    .execute();
}

/** False when the name is taken. */
export async function addTeam(tx: Tx, name: string, displayName: string): Promise<boolean> {
  const row = await tx.sql
    .insertInto('teams')
    .values({ name, display_name: displayName })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('name')
    .executeTakeFirst();
  return row !== undefined;
}

export async function hasTeam(tx: Tx, name: string): Promise<boolean> {
  const row = await tx.sql
    .selectFrom('teams')
    .select('name')
    .where('name', '=', name)
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}

/** The user, held as it is until the transaction ends. */
export async function holdUser(tx: Tx, name: string): Promise<LockedUser | undefined> {
  const row = await tx.sql
    .selectFrom('users')
    .select(['name', 'role', 'kind', 'disabled_at'])
    .where('name', '=', name)
    .forShare()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { name: row.name, role: row.role, kind: row.kind, disabled: row.disabled_at !== null };
}

export async function putMember(tx: Tx, team: string, user: string, role: TeamRole): Promise<void> {
  await tx.sql
    .insertInto('team_members')
    .values({ team, user, role })
    .onConflict((conflict) => conflict.columns(['team', 'user']).doUpdateSet({ role }))
    .execute();
}

/** False when there was none. */
export async function dropMember(tx: Tx, team: string, user: string): Promise<boolean> {
  const row = await tx.sql
    .deleteFrom('team_members')
    .where('team', '=', team)
    .where('user', '=', user)
    .returning('team')
    .executeTakeFirst();
  return row !== undefined;
}
