import { addComponent } from './build-component.ts';
import { addHistory } from './build-history.ts';
import { people, services } from './content.ts';
import { goldenPaths } from './golden-paths.ts';
import { addGovernance } from './governance/build-governance.ts';
import { day, minute, past } from './times.ts';
import { emptyWorld, newId, type World } from './world.ts';

/** A platform with 35 services, some of them ill, and a week of history. */
export function buildWorld(): World {
  const world = emptyWorld(goldenPaths);
  addPeople(world);
  for (const [index, row] of services.entries()) addComponent(world, row, index);
  addHistory(world);
  addGovernance(world);
  return world;
}

function addPeople(world: World): void {
  const teams = [...new Set(services.map(([, , owner]) => owner))];
  const names = people.map(([name]) => name);
  for (const [index, team] of teams.entries()) {
    const members = [1, 2, 4].map((step) => names[(index + step) % names.length] ?? 'ben');
    world.teams.set(team, {
      name: team,
      displayName: team
        .replace('team-', '')
        .replace(/-/g, ' ')
        .replace(/^./, (letter) => letter.toUpperCase()),
      members: [...new Set(members)].map((user, place) => ({
        user,
        role: place === 2 ? ('viewer' as const) : ('developer' as const),
      })),
    });
  }
  for (const [index, [name, displayName, role]] of people.entries()) {
    const own = [...world.teams.values()].flatMap(({ name: team, members }) =>
      members.filter(({ user }) => user === name).map((member) => ({ team, role: member.role })),
    );
    world.users.set(name, {
      name,
      displayName,
      role,
      teams: own,
      createdAt: past((40 + index) * day),
      disabled: name === 'gael',
    });
  }
  world.tokens.push(
    {
      id: newId('tok'),
      name: 'laptop',
      kind: 'personal',
      user: 'ana',
      scopes: ['read', 'write', 'git'],
      hint: 'pltf_…9f2c',
      createdAt: past(9 * day),
      expiresAt: past(-21 * day),
      lastUsedAt: past(3 * minute),
    },
    {
      id: newId('tok'),
      name: 'Continuous integration of the warehouse bridge (old runner, to be replaced)',
      kind: 'machine',
      user: 'ci-warehouse',
      scopes: ['git'],
      hint: 'pltf_…11ab',
      createdAt: past(60 * day),
      expiresAt: past(-2 * day),
    },
  );
}
