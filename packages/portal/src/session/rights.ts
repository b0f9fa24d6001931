import type { Me } from '@pltf/contracts';

/** Allowed, or not and why: the portal never hides a door without a word. */
export type Right =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string };

const yes: Right = { allowed: true };
const no = (reason: string): Right => ({ allowed: false, reason });

/** What the portal offers; the server decides again for each request. */
export function mayOperate(me: Me, owner: string): Right {
  if (me.user.role === 'platform' || me.developerOf.includes(owner)) return yes;
  if (me.user.role === 'auditor') return no('Auditors read everything and change nothing.');
  const member = me.user.teams.find(({ team }) => team === owner);
  if (member !== undefined) {
    return no(
      `You are a viewer in ${owner}. Its developers and the platform team can change this.`,
    );
  }
  return no(`This belongs to ${owner}. Its developers and the platform team can change it.`);
}

export function mayCreate(me: Me): Right {
  if (me.user.role === 'platform' || (me.user.role === 'member' && me.developerOf.length > 0))
    return yes;
  if (me.user.role === 'auditor') return no('Auditors read everything and change nothing.');
  return no('You are a developer in no team yet. Ask the platform team to add you to one.');
}

/** People are read by the platform team and auditors, and changed by the platform team. */
export const mayReadPeople = (me: Me): Right =>
  me.user.role === 'member' ? no('The list of people is for the platform team and auditors.') : yes;

export const mayChangePeople = (me: Me): Right =>
  me.user.role === 'platform' ? yes : no('Only the platform team changes people and teams.');

export const mayReadAudit = (me: Me): Right =>
  me.user.role === 'member' ? no('The audit trail is for the platform team and auditors.') : yes;

/** Teams that a new component can belong to, the person's own first. */
export function possibleOwners(me: Me, teams: readonly string[]): readonly string[] {
  const own = me.developerOf;
  if (me.user.role !== 'platform') return own;
  return [...own, ...teams.filter((team) => !own.includes(team))];
}
