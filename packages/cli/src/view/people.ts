import type { AuditEntry, Client, Me } from '@pltf/contracts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { table } from '../output/table.ts';
import { ago, until } from '../output/time.ts';
import { paintState } from './wellness.ts';

export type User = Me['user'];
type Token = Awaited<ReturnType<Client['listTokens']>>['items'][number];
type Team = Awaited<ReturnType<Client['listTeams']>>['items'][number];

const membership = ({ teams }: User): string =>
  teams.map(({ team, role }) => `${team} (${role})`).join(', ');

export function userTable(output: Output, rows: readonly User[]): void {
  const lines = table(
    rows,
    [
      { title: 'USER', value: ({ name }) => safe(name), cut: 'middle', paint: output.style.bold },
      { title: 'NAME', value: ({ displayName }) => safe(displayName) },
      { title: 'ROLE', value: ({ role }) => role, cut: 'never' },
      { title: 'TEAMS', value: (user) => safe(membership(user)) },
      { title: '', value: ({ disabled }) => (disabled ? 'locked out' : ''), cut: 'never' },
    ],
    output.columns,
    output.style.dim,
  );
  for (const line of lines) output.print(line);
}

export function teamTable(output: Output, rows: readonly Team[]): void {
  const members = (team: Team) => team.members.map(({ user, role }) => `${user} (${role})`);
  const lines = table(
    rows,
    [
      { title: 'TEAM', value: ({ name }) => safe(name), cut: 'middle', paint: output.style.bold },
      { title: 'NAME', value: ({ displayName }) => safe(displayName) },
      { title: 'MEMBERS', value: (team) => safe(members(team).join(', ')) },
    ],
    output.columns,
    output.style.dim,
  );
  for (const line of lines) output.print(line);
}

export function tokenTable(output: Output, rows: readonly Token[], now: number): void {
  const lines = table(
    rows,
    [
      { title: 'ID', value: ({ id }) => id, cut: 'never' },
      { title: 'FOR', value: ({ name }) => safe(name), paint: output.style.bold },
      { title: 'USER', value: ({ user }) => safe(user), cut: 'middle' },
      { title: 'MAY', value: ({ scopes }) => scopes.join(', ') },
      { title: 'ENDS', value: ({ expiresAt }) => until(expiresAt, now), cut: 'never' },
      {
        title: 'USED',
        value: ({ lastUsedAt }) => (lastUsedAt === undefined ? 'never' : ago(lastUsedAt, now)),
        cut: 'never',
      },
    ],
    output.columns,
    output.style.dim,
  );
  for (const line of lines) output.print(line);
}

export function auditTable(output: Output, rows: readonly AuditEntry[]): void {
  const lines = table(
    rows,
    [
      { title: 'AT', value: ({ at }) => at.replace(/\.\d+Z$/, 'Z'), cut: 'never' },
      { title: 'WHO', value: ({ actor }) => safe(actor), cut: 'middle' },
      { title: 'DID', value: ({ action }) => safe(action), cut: 'middle' },
      { title: 'TO', value: ({ target }) => safe(target), cut: 'middle' },
      {
        title: 'OUTCOME',
        value: ({ outcome }) => outcome,
        cut: 'never',
        paint: (text) => paintState(text, output.style),
      },
      { title: 'FROM', value: ({ via, address }) => safe(`${via} ${address}`) },
      { title: 'WHY', value: ({ why }) => safe(why ?? '') },
    ],
    output.columns,
    output.style.dim,
  );
  for (const line of lines) output.print(line);
}
