import type { Guardrail } from '@pltf/contracts';
import { CircleCheck, CircleX } from 'lucide-react';
import type { ReactNode } from 'react';
import { plural } from '../../../format/count.ts';

/** What the guardrail says, word for word, and the cases that hold it to that. */
export function GuardrailDocument({ document }: { readonly document: Guardrail }): ReactNode {
  const { match, variables, validations, params, cases } = document.spec;
  return (
    <div className="split">
      <section className="panel" aria-label="What it says">
        <div className="panel-head">
          <h2>What it says</h2>
          <span className="small quiet">CEL, the same text everywhere</span>
        </div>
        <div className="panel-body stack">
          <div className="stack-tight">
            <h3>It looks at</h3>
            <p className="small">
              {match.resources.map(({ group, resource }) => (
                <code key={`${group} ${resource}`} className="tag">
                  {group === '' ? resource : `${resource}.${group}`}
                </code>
              ))}
            </p>
          </div>
          {match.conditions.length === 0 ? null : (
            <Expressions
              title="where all of this holds"
              of={match.conditions.map(({ name, expression }) => ({ name, text: expression }))}
            />
          )}
          {variables.length === 0 ? null : (
            <Expressions
              title="with these variables"
              of={variables.map(({ name, expression }) => ({ name, text: expression }))}
            />
          )}
          <Expressions
            title={
              validations.length === 1 ? 'and this must be true' : 'and all of this must be true'
            }
            of={validations.map(({ message, expression }) => ({ name: message, text: expression }))}
          />
          {Object.keys(params).length === 0 ? null : (
            <div className="stack-tight">
              <h3>
                with <code>params</code>
              </h3>
              <pre className="code">{JSON.stringify(params, null, 2)}</pre>
            </div>
          )}
        </div>
      </section>
      <Cases cases={cases} />
    </div>
  );
}

interface ExpressionsProps {
  readonly title: string;
  readonly of: readonly { readonly name: string; readonly text: string }[];
}

function Expressions({ title, of }: ExpressionsProps): ReactNode {
  return (
    <div className="stack-tight">
      <h3>{title}</h3>
      {of.map(({ name, text }) => (
        <div key={`${name} ${text}`}>
          <p className="small quiet">{name}</p>
          <pre className="code">{text}</pre>
        </div>
      ))}
    </div>
  );
}

function Cases({ cases }: { readonly cases: Guardrail['spec']['cases'] }): ReactNode {
  const failing = cases.filter(({ verdict }) => verdict === 'fail').length;
  return (
    <section className="panel" aria-label="Cases">
      <div className="panel-head">
        <h2>Cases</h2>
        <span className="small quiet">
          {cases.length - failing} pass, {failing} fail
        </span>
      </div>
      <ul className="panel-body stack-tight" aria-label={plural(cases.length, 'case')}>
        {cases.map(({ name, verdict, object }) => (
          <li key={name}>
            <details className="case">
              <summary>
                {verdict === 'pass' ? (
                  <CircleCheck size={16} className="mark-good" role="img" aria-label="passes:" />
                ) : (
                  <CircleX size={16} className="mark-bad" role="img" aria-label="fails:" />
                )}
                <span>{name}</span>
              </summary>
              <pre className="code">{JSON.stringify(object, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
