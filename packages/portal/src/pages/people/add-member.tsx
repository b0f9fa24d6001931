import type { TeamRole } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { usersQuery } from '../../api/queries.ts';
import type { Team } from '../../api/views.ts';
import { Button } from '../../parts/button.tsx';

interface AddMemberProps {
  readonly team: Team;
  readonly onAdd: (user: string, role: TeamRole) => void;
}

/** Takes somebody into a team, as a developer; the role can be changed in the list. */
export function AddMember({ team, onAdd }: AddMemberProps): ReactNode {
  const users = useInfiniteQuery(usersQuery(useClient()));
  const [user, setUser] = useState('');
  const members = new Set(team.members.map((member) => member.user));
  const others = (users.data?.pages.flatMap(({ items }) => items) ?? []).filter(
    ({ name, disabled }) => !members.has(name) && !disabled,
  );
  return (
    <div className="row">
      <select
        className="input input-small"
        aria-label={`Person to add to ${team.name}`}
        value={user}
        onChange={(event) => setUser(event.target.value)}
      >
        <option value="">{others.length === 0 ? 'Everybody is in it' : 'Add somebody…'}</option>
        {others.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <Button
        size="small"
        not={user === '' ? 'Choose a person first.' : undefined}
        onClick={() => {
          onAdd(user, 'developer');
          setUser('');
        }}
      >
        Add
      </Button>
    </div>
  );
}
