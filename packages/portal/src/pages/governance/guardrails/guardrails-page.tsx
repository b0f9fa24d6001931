import type { GuardrailView } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { Search, ShieldCheck } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { guardrailsQuery } from '../../../api/governance-queries.ts';
import { Answer } from '../../../parts/answer.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { Segments } from '../../../parts/segments.tsx';
import { SeverityMark } from '../../../parts/severity-mark.tsx';
import { AuditLine } from '../audit-line.tsx';
import { GovernanceFrame } from '../frame.tsx';
import { byNeed, fits, type GuardrailFilter, totalOf } from './effect.ts';
import { EffectChart, EffectWords } from './effect-chart.tsx';
import { ModePill } from './mode-pill.tsx';

export function GuardrailsPage(): ReactNode {
  const query = useQuery(guardrailsQuery(useClient()));
  const [filter, setFilter] = useState<GuardrailFilter>({ text: '', showing: 'all' });
  return (
    <GovernanceFrame
      tab="guardrails"
      lead="What must hold for everything that runs. The same text decides on a laptop, in the pipeline, at the platform and in a cluster."
    >
      <Answer query={query} lines={10}>
        {({ items, audit }) => (
          <>
            <Tools items={items} filter={filter} onChange={setFilter} />
            <AuditLine audit={audit} />
            <List
              guardrails={items.filter((one) => fits(one, filter)).toSorted(byNeed)}
              any={items.length > 0}
            />
          </>
        )}
      </Answer>
    </GovernanceFrame>
  );
}

interface ToolsProps {
  readonly items: readonly GuardrailView[];
  readonly filter: GuardrailFilter;
  readonly onChange: (filter: GuardrailFilter) => void;
}

function Tools({ items, filter, onChange }: ToolsProps): ReactNode {
  const failing = items.filter(({ effect }) => totalOf(effect) > 0).length;
  const off = items.filter(({ effective }) => effective === 'off').length;
  return (
    <div className="row row-wrap governance-tools">
      <Segments
        legend="Which"
        value={filter.showing}
        onChange={(showing) => onChange({ ...filter, showing })}
        options={[
          ['all', 'All', items.length],
          ['failing', 'Broken somewhere', failing],
          ['off', 'Off', off],
        ]}
      />
      <div className="search governance-search">
        <Search size={16} aria-hidden />
        <input
          type="search"
          className="input"
          aria-label="Find a guardrail"
          placeholder="Find by title, control or owner"
          maxLength={100}
          value={filter.text}
          onChange={(event) => onChange({ ...filter, text: event.target.value })}
        />
      </div>
    </div>
  );
}

interface ListProps {
  readonly guardrails: readonly GuardrailView[];
  readonly any: boolean;
}

function List({ guardrails, any }: ListProps): ReactNode {
  if (guardrails.length === 0)
    return (
      <div className="panel">
        <Empty
          icon={ShieldCheck}
          title={any ? 'No guardrail like this' : 'This platform has no guardrails'}
          text={
            any
              ? 'Another word, or all of them.'
              : 'The platform team adds them as documents in guardrails/ beside the platform file.'
          }
        />
      </div>
    );
  return (
    <ul className="panel rows" aria-label="Guardrails">
      {guardrails.map((guardrail) => (
        <Row key={guardrail.id} guardrail={guardrail} />
      ))}
    </ul>
  );
}

function Row({ guardrail }: { readonly guardrail: GuardrailView }): ReactNode {
  const { id, title, severity, owner, source, effect, effective, history } = guardrail;
  return (
    <li className="list-row guardrail-row">
      <SeverityMark severity={severity} />
      <span className="list-name">
        <Link href={`/governance/guardrails/${id}`} className="list-link strong">
          {title}
        </Link>
        <span className="small faint cut" title={`${id}, ${owner}`}>
          <span className="mono">{id}</span> · {owner}
          {source === 'own' ? ' · your own' : ''}
        </span>
      </span>
      <ModePill guardrail={guardrail} />
      <EffectWords effect={effect} off={effective === 'off'} />
      <span className="guardrail-chart">
        <EffectChart history={history} height={24} label={title} />
      </span>
    </li>
  );
}
