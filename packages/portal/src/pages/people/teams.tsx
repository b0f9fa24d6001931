import { TeamRole } from '@pltf/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Users, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { teamsQuery } from '../../api/queries.ts';
import type { Team } from '../../api/views.ts';
import { plural } from '../../format/count.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { useMe } from '../../session/session.tsx';
import { AddMember } from './add-member.tsx';

/** Teams with their members; the platform team changes them here. */
export function Teams({ may }: { readonly may: boolean }): ReactNode {
  const teams = useQuery(teamsQuery(useClient()));
  if (teams.data === undefined) {
    if (teams.error !== null)
      return (
        <ProblemNotice
          error={teams.error}
          onRetry={() => void teams.refetch()}
          retrying={teams.isFetching}
        />
      );
    return (
      <div className="panel panel-body">
        <SkeletonLines lines={4} />
      </div>
    );
  }
  if (teams.data.items.length === 0) {
    return (
      <div className="panel">
        <Empty
          icon={Users}
          title="No team yet"
          text="A service belongs to a team, so one is needed before the first service."
        />
      </div>
    );
  }
  return (
    <section className="teams" aria-label="Teams">
      {teams.data.items.map((team) => (
        <TeamCard key={team.name} team={team} may={may} />
      ))}
    </section>
  );
}

function TeamCard({ team, may }: { readonly team: Team; readonly may: boolean }): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const me = useMe().user.name;
  const done = { onSuccess: () => queryClient.invalidateQueries({ queryKey: ['teams'] }) };
  const set = useMutation({
    mutationFn: ({ user, role }: { readonly user: string; readonly role: TeamRole }) =>
      client.setMember({ params: { team: team.name, user }, body: { role } }),
    ...done,
  });
  const remove = useMutation({
    mutationFn: (user: string) => client.removeMember({ params: { team: team.name, user } }),
    ...done,
  });
  const error = set.error ?? remove.error;
  return (
    <article className="panel team">
      <div className="panel-head">
        <h2 className="team-name">
          <span className="cut" title={team.displayName}>
            {team.displayName}
          </span>
          {team.displayName === team.name ? null : (
            <span className="small faint mono">{team.name}</span>
          )}
        </h2>
        <Link className="small" href={`/?owner=${encodeURIComponent(team.name)}`}>
          Its services
        </Link>
      </div>
      <div className="panel-body stack-tight">
        <p className="small faint">{plural(team.members.length, 'member')}</p>
        <ul className="members">
          {team.members.map(({ user, role }) => (
            <li key={user} className="member">
              <span className="avatar" aria-hidden>
                {user.slice(0, 1)}
              </span>
              <span className="cut" title={user}>
                {user}
                {user === me ? <span className="faint"> (you)</span> : null}
              </span>
              {may ? (
                <>
                  <select
                    className="input input-small role-select"
                    aria-label={`Role of ${user} in ${team.name}`}
                    value={role}
                    onChange={(event) =>
                      set.mutate({ user, role: TeamRole.parse(event.target.value) })
                    }
                  >
                    {TeamRole.options.map((option) => (
                      <option key={option}>{option}</option>
                    ))}
                  </select>
                  <Button
                    look="plain"
                    size="small"
                    icon={<X size={14} aria-hidden />}
                    aria-label={`Remove ${user} from ${team.name}`}
                    onClick={() => remove.mutate(user)}
                  />
                </>
              ) : (
                <span className="small quiet">{role}</span>
              )}
            </li>
          ))}
        </ul>
        {may ? <AddMember team={team} onAdd={(user, role) => set.mutate({ user, role })} /> : null}
        {error === null ? null : <ProblemNotice error={error} />}
      </div>
    </article>
  );
}
