import type { ComponentSummary } from '@pltf/contracts';
import { type CSSProperties, memo, type ReactNode } from 'react';
import { Link } from 'wouter';
import { KindIcon, kindWords } from '../../parts/kind.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Ago } from '../../parts/time.tsx';
import { WellnessMark } from '../../parts/wellness-mark.tsx';
import { cellsOf } from './cells.ts';
import { EnvironmentCell } from './environment-cell.tsx';
import { marked } from './match.ts';

interface CatalogueListProps {
  readonly rows: readonly ComponentSummary[];
  readonly columns: readonly string[];
  readonly search: string;
}

/** One row a service, its environments under each other so that the eye compares releases. */
export function CatalogueList({ rows, columns, search }: CatalogueListProps): ReactNode {
  return (
    <div
      className="panel catalogue scroll-x"
      style={{ '--columns': columns.length } as CSSProperties}
    >
      <div className="catalogue-row catalogue-head" aria-hidden>
        <span>Service</span>
        <span>Owner</span>
        {columns.map((environment) => (
          <span key={environment}>{environment}</span>
        ))}
        <span className="number">Changed</span>
      </div>
      <ul aria-label="Services">
        {rows.map((component) => (
          <Row key={component.name} component={component} columns={columns} search={search} />
        ))}
      </ul>
    </div>
  );
}

interface RowProps {
  readonly component: ComponentSummary;
  readonly columns: readonly string[];
  readonly search: string;
}

/** Remembered: a keystroke draws only rows whose marks change, an event only its own row. */
const Row = memo(function Row({ component, columns, search }: RowProps): ReactNode {
  const { name, kind, owner, description, state, wellness, changedAt } = component;
  return (
    <li className="catalogue-row">
      <span className="catalogue-name">
        <WellnessMark wellness={wellness} size={16} />
        <span className="catalogue-words">
          <span className="row">
            <Link href={`/components/${name}`} className="row-link cut" title={name}>
              <Marked text={name} search={search} />
            </Link>
            {state === 'ready' ? null : <span className="pill pill-busy">{state}</span>}
          </span>
          <span className="cut small quiet row-description" title={description}>
            <span className="kind" title={kindWords[kind]}>
              <KindIcon kind={kind} size={14} />
              <span className="unseen">{kindWords[kind]}.</span>
            </span>
            <Marked text={description === '' ? kindWords[kind] : description} search={search} />
          </span>
        </span>
      </span>
      <span className="cut quiet catalogue-owner" title={owner}>
        <Marked text={owner} search={search} />
      </span>
      <span className="environments">
        {cellsOf(component, columns).map((cell) => (
          <EnvironmentCell key={cell.environment} cell={cell} component={name} />
        ))}
      </span>
      <span className="number small faint catalogue-changed">
        <Ago at={changedAt} />
      </span>
    </li>
  );
});

function Marked({ text, search }: { readonly text: string; readonly search: string }): ReactNode {
  if (search.trim() === '') return text;
  let at = 0;
  return marked(text, search).map((part) => {
    const key = at;
    at += part.text.length;
    return part.hit ? <mark key={key}>{part.text}</mark> : part.text;
  });
}

const lines = ['38%', '52%', '44%', '61%', '35%', '57%', '49%', '42%'];

export function CatalogueSkeleton(): ReactNode {
  return (
    <div className="panel" role="status">
      <span className="unseen">Loading services…</span>
      {lines.map((width) => (
        <div className="catalogue-skeleton" key={width}>
          <Skeleton width="16px" height={16} />
          <span className="stack-tight">
            <Skeleton width={width} />
            <Skeleton width={`calc(${width} + 18%)`} height={10} />
          </span>
        </div>
      ))}
    </div>
  );
}
