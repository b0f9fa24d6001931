import { type PlatformRole, PltfError, type TeamRole } from '@pltf/contracts';
import type { Clock } from '../../kernel/clock.ts';
import type { Tx } from '../../persistence/transaction.ts';
import { revokeAll } from './credential-store.ts';
import {
  addTeam,
  addUser,
  changeUserRow,
  dropMember,
  hasTeam,
  holdUser,
  type LockedUser,
  lockUserAndAdministrators,
  type NewUser,
  putMember,
} from './people-store.ts';

/** Names under which the platform itself and passers-by stand in events and in the audit trail. */
const takenByPlatform: ReadonlySet<string> = new Set(['platform', 'anonymous']);

export interface UserChange {
  readonly role: PlatformRole | undefined;
  readonly disabled: boolean | undefined;
}

export interface PeopleService {
  createUser(tx: Tx, user: NewUser, actor: string): Promise<void>;
  changeUser(tx: Tx, name: string, change: UserChange, actor: string): Promise<void>;
  createTeam(tx: Tx, name: string, displayName: string, actor: string): Promise<void>;
  setMember(tx: Tx, team: string, user: string, role: TeamRole, actor: string): Promise<void>;
  removeMember(tx: Tx, team: string, user: string, actor: string): Promise<void>;
}

/** Filled from above: who depends on what a person is and may do. */
export interface PeopleListener {
  personChanged(tx: Tx, user: string): Promise<void>;
}

export interface PeopleServiceDependencies {
  readonly clock: Clock;
  readonly listener?: PeopleListener;
}

/** People, machines and teams. Whoever calls has asked for authorization. */
export function peopleService({ clock, listener }: PeopleServiceDependencies): PeopleService {
  return {
    createUser: async (tx, user, actor) => {
      if (takenByPlatform.has(user.name) || !(await addUser(tx, user))) {
        throw new PltfError('name-taken', {
          detail: `the name ${user.name} is taken`,
          fix: 'Choose another name.',
        });
      }
      const added = user.kind === 'person' ? user.displayName : `The machine ${user.name}`;
      tx.tell({
        type: 'user-added',
        actor,
        summary: `${added} was added`,
        data: { user: user.name },
      });
    },
    changeUser: async (tx, name, change, actor) => {
      await changeUser(tx, name, change, actor, clock.now());
      await listener?.personChanged(tx, name);
    },
    createTeam: async (tx, name, displayName, actor) => {
      if (!(await addTeam(tx, name, displayName))) {
        throw new PltfError('name-taken', {
          detail: `there is a team ${name} already`,
          fix: 'Choose another name.',
        });
      }
      tx.tell({
        type: 'team-changed',
        actor,
        summary: `The team ${name} was added`,
        data: { team: name },
      });
    },
    setMember: async (tx, team, user, role, actor) => {
      if (!(await hasTeam(tx, team))) throw unknown('team', team);
      if ((await holdUser(tx, user)) === undefined) throw unknown('user', user);
      await putMember(tx, team, user, role);
      await listener?.personChanged(tx, user);
      tx.tell({
        type: 'team-changed',
        actor,
        summary: `${user} is ${role} of ${team}`,
        data: { team, user, role },
      });
    },
    removeMember: async (tx, team, user, actor) => {
      if (!(await hasTeam(tx, team))) throw unknown('team', team);
      if (!(await dropMember(tx, team, user))) throw unknown('member', `${team}/${user}`);
      await listener?.personChanged(tx, user);
      tx.tell({
        type: 'team-changed',
        actor,
        summary: `${user} left ${team}`,
        data: { team, user },
      });
    },
  };
}

async function changeUser(
  tx: Tx,
  name: string,
  change: UserChange,
  actor: string,
  now: Date,
): Promise<void> {
  const { user, otherAdministrators } = await lockUserAndAdministrators(tx, name);
  if (user === undefined) throw unknown('user', name);
  const next = { role: change.role ?? user.role, disabled: change.disabled ?? user.disabled };
  if (next.role === user.role && next.disabled === user.disabled) return;
  if (otherAdministrators === 0 && administers(user) && !administers({ ...user, ...next })) {
    throw new PltfError('last-administrator', {
      detail: `${name} is the only platform administrator`,
    });
  }
  const turned = next.disabled !== user.disabled;
  await changeUserRow(tx, name, {
    role: next.role,
    disabledAt: turned ? (next.disabled ? now : null) : undefined,
  });
  if (turned && next.disabled) await revokeAll(tx, name, now);
  const summary = turned
    ? `${name} was ${next.disabled ? 'disabled' : 'enabled again'}`
    : `${name} has the role ${next.role}`;
  tx.tell({
    type: 'user-changed',
    actor,
    summary,
    data: { user: name, role: next.role, disabled: next.disabled },
  });
}

/** A machine cannot sign in to the portal, so it does not count as somebody who can let others in again. */
const administers = ({ role, kind, disabled }: LockedUser): boolean =>
  role === 'platform' && kind === 'person' && !disabled;

const unknown = (what: string, name: string): PltfError =>
  new PltfError('not-found', { detail: `there is no ${what} ${name}` });
