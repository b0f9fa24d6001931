import type { GoldenPathView } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { Hammer } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useSearchParams } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { pathsQuery, teamsQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { mayCreate, possibleOwners } from '../../session/rights.ts';
import { useMe } from '../../session/session.tsx';
import { CreateForm } from './create-form.tsx';
import type { Base } from './draft.ts';
import { PathCards } from './path-cards.tsx';

const lead =
  'Choose a golden path. What it would make is shown while you type; nothing is made before you say so.';

export function CreatePage(): ReactNode {
  const client = useClient();
  const me = useMe();
  const right = mayCreate(me);
  const paths = useQuery(pathsQuery(client));
  const teams = useQuery({ ...teamsQuery(client), enabled: right.allowed });
  if (!right.allowed) {
    return (
      <Page title="Create">
        <div className="panel">
          <Empty icon={Hammer} title="You cannot create yet" text={right.reason} />
        </div>
      </Page>
    );
  }
  const owners = possibleOwners(me, teams.data?.items.map(({ name }) => name) ?? []);
  return (
    <Page title="Create" lead={lead}>
      {paths.data === undefined || (teams.isPending && owners.length === 0) ? (
        paths.error === null ? (
          <div className="panel panel-body">
            <SkeletonLines lines={6} height={20} />
          </div>
        ) : (
          <ProblemNotice
            error={paths.error}
            onRetry={() => void paths.refetch()}
            retrying={paths.isFetching}
          />
        )
      ) : (
        <Chosen paths={paths.data.items} owners={owners} />
      )}
    </Page>
  );
}

interface ChosenProps {
  readonly paths: readonly GoldenPathView[];
  readonly owners: readonly string[];
}

/** The chosen path is in the address; the first supported one unless told. */
function Chosen({ paths, owners }: ChosenProps): ReactNode {
  const [params, setParams] = useSearchParams();
  const asked = params.get('path');
  const [base, setBase] = useState<Base>(() => ({
    name: params.get('name') ?? '',
    owner: owners[0] ?? '',
    description: '',
    ci: 'github',
  }));
  const chosen =
    paths.find(({ id }) => id === asked) ??
    paths.find(({ maturity }) => maturity === 'supported') ??
    paths[0];
  if (chosen === undefined) {
    return (
      <div className="panel">
        <Empty
          icon={Hammer}
          title="This platform has no golden paths"
          text="A golden path is a supported template. The platform team adds one to the platform file."
        />
      </div>
    );
  }
  return (
    <>
      <PathCards
        paths={paths}
        chosen={chosen.id}
        onChoose={(path) => setParams({ path }, { replace: true })}
      />
      <CreateForm key={chosen.id} path={chosen} owners={owners} base={base} onBase={setBase} />
    </>
  );
}
