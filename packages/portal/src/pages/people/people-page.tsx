import { UserPlus, Users } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../parts/button.tsx';
import { Page } from '../../parts/page.tsx';
import { mayChangePeople, mayReadPeople } from '../../session/rights.ts';
import { useMe } from '../../session/session.tsx';
import { AddPerson } from './add-person.tsx';
import { AddTeam } from './add-team.tsx';
import { PeopleTable } from './people-table.tsx';
import { Teams } from './teams.tsx';

export function PeoplePage(): ReactNode {
  const me = useMe();
  const change = mayChangePeople(me).allowed;
  const [adding, setAdding] = useState<'person' | 'team'>();
  return (
    <Page
      title="People and teams"
      lead="A service belongs to a team; its developers may change and operate it, its viewers may read its source."
      actions={
        change ? (
          <>
            <Button icon={<Users size={16} aria-hidden />} onClick={() => setAdding('team')}>
              Add a team
            </Button>
            <Button
              look="primary"
              icon={<UserPlus size={16} aria-hidden />}
              onClick={() => setAdding('person')}
            >
              Add a person
            </Button>
          </>
        ) : undefined
      }
    >
      {mayReadPeople(me).allowed ? <PeopleTable may={change} /> : null}
      <Teams may={change} />
      {adding === 'person' ? <AddPerson onClose={() => setAdding(undefined)} /> : null}
      {adding === 'team' ? <AddTeam onClose={() => setAdding(undefined)} /> : null}
    </Page>
  );
}
