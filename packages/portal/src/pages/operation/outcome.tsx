import type { OperationView } from '@pltf/contracts';
import { ArrowUpRight, CircleHelp, Minus, Plus, Trash2, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { CopyLine } from '../../parts/copy.tsx';
import { OutLink } from '../../parts/link.tsx';
import { addressText, webAddress } from '../../parts/safe-url.ts';

/** What came of an operation: where to go from here, or what was undone or is gone. */
export function Outcome({ operation }: { readonly operation: OperationView }): ReactNode {
  const { kind, state, subject } = operation;
  if (kind === 'create' && state === 'done') return <Created operation={operation} />;
  return (
    <>
      <Receipt operation={operation} />
      {state === 'undone' && kind === 'create' ? (
        <p>
          <Link className="button" href={`/create?name=${encodeURIComponent(subject)}`}>
            Create again
          </Link>
        </p>
      ) : null}
      {state === 'done' && kind === 'delete' ? (
        <p>
          <Link className="button" href="/">
            All services
          </Link>
        </p>
      ) : null}
    </>
  );
}

function Created({ operation }: { readonly operation: OperationView }): ReactNode {
  const { subject, links } = operation;
  const clone = links['clone'];
  const preview = webAddress(links['preview']);
  return (
    <section className="panel" aria-label="What next">
      <div className="panel-body stack">
        <div className="row row-wrap">
          {preview === undefined ? null : (
            <OutLink url={preview} className="button button-primary">
              Open the review app <ArrowUpRight size={16} aria-hidden />
            </OutLink>
          )}
          <Link className="button" href={`/components/${subject}`}>
            Go to its page
          </Link>
        </div>
        {preview === undefined ? null : (
          <p className="mono small quiet address">{addressText(preview)}</p>
        )}
        {clone === undefined ? null : (
          <div className="stack-tight">
            <h2>Clone it</h2>
            <CopyLine prompt="$" text={`git clone ${clone}`} what="clone command" />
          </div>
        )}
        <div className="stack-tight">
          <h2>What next</h2>
          <ol className="next">
            <li>
              Change a line and push to a branch: it gets a preview with an address of its own.
            </li>
            <li>
              Push to <code>main</code>: staging follows by itself.
            </li>
            <li>
              Take the same release to production, without a rebuild:
              <CopyLine prompt="$" text={`pltf promote ${subject}`} what="promote command" />
            </li>
          </ol>
        </div>
      </div>
    </section>
  );
}

const outcomes = {
  made: { icon: Plus, words: 'made', tone: 'good' },
  undone: { icon: Undo2, words: 'undone', tone: 'warn' },
  gone: { icon: Trash2, words: 'gone', tone: 'quiet' },
  kept: { icon: Minus, words: 'kept', tone: 'quiet' },
  unknown: { icon: CircleHelp, words: 'unknown', tone: 'warn' },
} as const;

function Receipt({ operation }: { readonly operation: OperationView }): ReactNode {
  const { receipt, state, kind } = operation;
  if (receipt.length === 0) return null;
  const nothingLeft =
    state !== 'running' &&
    receipt.every(({ outcome }) => outcome === 'undone' || outcome === 'gone');
  return (
    <section className="panel" aria-label="Receipt">
      <div className="panel-head">
        <h2>Receipt</h2>
        {nothingLeft ? (
          <span className="pill pill-good">
            {kind === 'delete' ? 'All of it is gone' : 'Nothing was left behind'}
          </span>
        ) : null}
      </div>
      <ul className="panel-body receipt">
        {receipt.map(({ what, outcome }) => {
          const { icon: Icon, words, tone } = outcomes[outcome];
          return (
            <li key={what}>
              <Icon size={14} className={`mark mark-${tone}`} aria-hidden />
              <span>{what}</span>
              <span className="small faint">{words}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
