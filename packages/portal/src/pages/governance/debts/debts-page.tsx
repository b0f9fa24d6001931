import type { Api, DebtItem, ResultOf } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { PartyPopper, ScanSearch, Users } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useSearchParams } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { debtsQuery } from '../../../api/governance-queries.ts';
import { teamsQuery } from '../../../api/queries.ts';
import { count, plural } from '../../../format/count.ts';
import { Answer } from '../../../parts/answer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { useMe } from '../../../session/session.tsx';
import { AuditLine } from '../audit-line.tsx';
import { GovernanceFrame } from '../frame.tsx';
import { DebtRow } from './debt-row.tsx';

export function DebtsPage(): ReactNode {
  const [params, setParams] = useSearchParams();
  const team = params.get('team') ?? undefined;
  const query = useQuery(debtsQuery(useClient(), team));
  return (
    <GovernanceFrame
      tab="debts"
      lead="What your teams owe: guardrails that fail, exceptions that end, questions that wait. The most pressing comes first."
      actions={
        <TeamChoice
          team={team}
          onChange={(next) => setParams(next === '' ? {} : { team: next }, { replace: true })}
        />
      }
    >
      <Answer query={query}>{(debts) => <Debts debts={debts} />}</Answer>
    </GovernanceFrame>
  );
}

interface TeamChoiceProps {
  readonly team: string | undefined;
  readonly onChange: (team: string) => void;
}

function TeamChoice({ team, onChange }: TeamChoiceProps): ReactNode {
  const teams = useQuery(teamsQuery(useClient())).data?.items ?? [];
  const known = teams.some(({ name }) => name === team);
  return (
    <select
      className="input input-small debts-team"
      aria-label="Whose debts"
      value={team ?? ''}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">My teams</option>
      {team === undefined || known ? null : <option>{team}</option>}
      {teams.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

const firstShown = 100;

function Debts({ debts }: { readonly debts: ResultOf<Api['listDebts']> }): ReactNode {
  const { teams, items, audit } = debts;
  const own = useMe().user.teams.length > 0;
  const [shown, setShown] = useState(firstShown);
  if (teams.length === 0)
    return (
      <div className="panel">
        <Empty
          icon={Users}
          title={own ? 'No team' : 'You are in no team'}
          text="Debts belong to teams. Choose one above to see what it owes."
        />
      </div>
    );
  return (
    <>
      {items.length === 0 ? null : <Tally items={items} />}
      <AuditLine audit={audit} />
      {items.length === 0 ? (
        <div className="panel">
          <Empty
            {...(audit.asOf === undefined
              ? {
                  icon: ScanSearch,
                  title: 'Not known yet',
                  text: 'No exception is open and nobody waits for an answer; what guardrails find is not known before the first look.',
                }
              : {
                  icon: PartyPopper,
                  title: 'Nothing owed',
                  text: `Every guardrail holds, no exception is open, nobody waits for an answer of ${teams.join(', ')}.`,
                })}
          />
        </div>
      ) : (
        <ul className="panel rows" aria-label="Debts, most pressing first">
          {items.slice(0, shown).map((item) => (
            <DebtRow key={keyOf(item)} item={item} team={teams.length > 1} />
          ))}
        </ul>
      )}
      {items.length > shown ? (
        <div className="more">
          <Button onClick={() => setShown(shown + 4 * firstShown)}>
            Show more of {count(items.length)}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function keyOf(item: DebtItem): string {
  if (item.kind === 'exception') return item.exception;
  return item.kind === 'request' ? item.request : `${item.placement} ${item.guardrail}`;
}

const tile = (number: number, words: string, tone: string): ReactNode => (
  <li className={`tile ${number === 0 ? '' : `tile-${tone}`}`}>
    <span className="tile-number">{count(number)}</span>
    <span className="small quiet">{words}</span>
  </li>
);

function Tally({ items }: { readonly items: readonly DebtItem[] }): ReactNode {
  const failing = items.filter((item) => item.kind === 'failing');
  const refused = failing.filter(({ state }) => state !== 'warn').length;
  const exceptions = items.filter((item) => item.kind === 'exception');
  const requests = items.filter((item) => item.kind === 'request');
  return (
    <ul className="tiles" aria-label={plural(items.length, 'debt')}>
      {tile(refused, 'refused at the next change', 'bad')}
      {tile(failing.length - refused, 'warned of', 'warn')}
      {tile(exceptions.length, 'exceptions open', 'warn')}
      {tile(requests.length, 'requests to answer', 'busy')}
    </ul>
  );
}
