import { PlatformRole } from '@pltf/contracts';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link2, UserCheck, UserX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { usersQuery } from '../../api/queries.ts';
import type { User } from '../../api/views.ts';
import { More } from '../../parts/more.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { RowMenu } from '../../parts/row-menu.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { Ago } from '../../parts/time.tsx';
import { useMe } from '../../session/session.tsx';
import { SignInLink } from './sign-in-link.tsx';

/** Everybody with an account; the platform team changes roles and disables here. */
export function PeopleTable({ may }: { readonly may: boolean }): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const query = useInfiniteQuery(usersQuery(client));
  const [linking, setLinking] = useState<string>();
  const change = useMutation({
    mutationFn: ({
      user,
      ...body
    }: {
      readonly user: string;
      readonly role?: PlatformRole;
      readonly disabled?: boolean;
    }) => client.changeUser({ params: { user }, body }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['users'] }),
  });
  const users = query.data?.pages.flatMap(({ items }) => items);
  return (
    <section className="panel" aria-label="People">
      <div className="panel-head">
        <h2>People</h2>
      </div>
      {change.error === null ? null : <ProblemNotice error={change.error} />}
      {users === undefined ? (
        query.error === null ? (
          <div className="panel-body">
            <SkeletonLines lines={5} />
          </div>
        ) : (
          <ProblemNotice
            error={query.error}
            onRetry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        )
      ) : (
        <div className="scroll-x">
          <table className="table">
            <caption className="unseen">People</caption>
            <thead>
              <tr>
                <th scope="col">Person</th>
                <th scope="col">Role</th>
                <th scope="col">Teams</th>
                <th scope="col">Since</th>
                <th scope="col">
                  <span className="unseen">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {users.map((user) => (
                <Person
                  key={user.name}
                  user={user}
                  may={may}
                  onRole={(role) => change.mutate({ user: user.name, role })}
                  onDisabled={(disabled) => change.mutate({ user: user.name, disabled })}
                  onLink={() => setLinking(user.name)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More query={query} />
      {linking === undefined ? null : (
        <SignInLink user={linking} onClose={() => setLinking(undefined)} />
      )}
    </section>
  );
}

interface PersonProps {
  readonly user: User;
  readonly may: boolean;
  readonly onRole: (role: PlatformRole) => void;
  readonly onDisabled: (disabled: boolean) => void;
  readonly onLink: () => void;
}

function Person({ user, may, onRole, onDisabled, onLink }: PersonProps): ReactNode {
  const { name, role, teams, createdAt, disabled } = user;
  const self = useMe().user.name === name;
  return (
    <tr className={disabled ? 'disabled-row' : undefined}>
      <td>
        <Name user={user} self={self} />
      </td>
      <td>
        {may && !self ? (
          <select
            className="input input-small role-select"
            aria-label={`Role of ${name}`}
            value={role}
            onChange={(event) => onRole(PlatformRole.parse(event.target.value))}
          >
            {PlatformRole.options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        ) : (
          role
        )}
      </td>
      <td>
        <span className="row row-wrap">
          {teams.map(({ team, role: part }) => (
            <span key={team} className="tag" title={part}>
              {team}
              {part === 'viewer' ? ' (viewer)' : ''}
            </span>
          ))}
          {teams.length === 0 ? <span className="faint">–</span> : null}
        </span>
      </td>
      <td className="shrink faint small">
        <Ago at={createdAt} />
      </td>
      <td className="shrink">
        {may ? (
          <RowMenu
            label={`Actions for ${name}`}
            entries={[
              {
                id: 'link',
                title: 'New sign-in link…',
                not: disabled ? 'This account is disabled.' : undefined,
                icon: <Link2 size={16} aria-hidden />,
                onChoose: onLink,
              },
              disabled
                ? {
                    id: 'enable',
                    title: 'Enable',
                    icon: <UserCheck size={16} aria-hidden />,
                    onChoose: () => onDisabled(false),
                  }
                : {
                    id: 'disable',
                    title: 'Disable: ends sessions and tokens',
                    bad: true,
                    not: self ? 'That is you.' : undefined,
                    icon: <UserX size={16} aria-hidden />,
                    onChoose: () => onDisabled(true),
                  },
            ]}
          />
        ) : null}
      </td>
    </tr>
  );
}

function Name({ user, self }: { readonly user: User; readonly self: boolean }): ReactNode {
  const { name, displayName, disabled } = user;
  return (
    <span className="row">
      <span className="avatar" aria-hidden>
        {displayName.slice(0, 1)}
      </span>
      <span className="person">
        <span className="strong cut" title={displayName}>
          {displayName}
        </span>
        <span className="small quiet cut">
          {name}
          {disabled ? ', disabled' : ''}
          {self ? ', you' : ''}
        </span>
      </span>
    </span>
  );
}
