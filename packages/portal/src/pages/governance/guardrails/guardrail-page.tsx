import type { Api, GuardrailResult, ResultOf } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { Plus, ShieldCheck } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useClient } from '../../../api/client-context.ts';
import { guardrailQuery } from '../../../api/governance-queries.ts';
import { isProblem } from '../../../api/problems.ts';
import { Answer } from '../../../parts/answer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { OutLink } from '../../../parts/link.tsx';
import { Page } from '../../../parts/page.tsx';
import { Prose } from '../../../parts/prose.tsx';
import { SeverityMark } from '../../../parts/severity-mark.tsx';
import { LostPage } from '../../lost/lost-page.tsx';
import { AuditLine } from '../audit-line.tsx';
import { type Asked, RequestException } from '../exceptions/request-exception.tsx';
import { Crumb } from '../frame.tsx';
import { EffectOverTime, EffectWords } from './effect-chart.tsx';
import { GuardrailDocument } from './guardrail-document.tsx';
import { HitTable } from './hit-table.tsx';
import { ModePill } from './mode-pill.tsx';

type Detail = ResultOf<Api['getGuardrail']>;

export function GuardrailPage({ id }: { readonly id: string }): ReactNode {
  const query = useQuery(guardrailQuery(useClient(), id));
  const [asked, setAsked] = useState<Asked>();
  if (isProblem(query.error, 'not-found', 'bad-request')) return <LostPage what="guardrail" />;
  const guardrail = query.data?.guardrail;
  return (
    <Page
      title={guardrail?.title ?? id}
      lead={
        <Crumb to="guardrails">
          <code>{id}</code>
        </Crumb>
      }
      actions={
        guardrail === undefined ? undefined : (
          <Button
            icon={<Plus size={16} aria-hidden />}
            not={
              guardrail.effective === 'off' ? 'It is off: nothing has to be excepted.' : undefined
            }
            onClick={() => setAsked({ guardrail: id })}
          >
            Request an exception
          </Button>
        )
      }
    >
      <Answer query={query} lines={10}>
        {(detail) => <Detailed detail={detail} onAsk={setAsked} />}
      </Answer>
      {asked === undefined ? null : (
        <RequestException asked={asked} onClose={() => setAsked(undefined)} />
      )}
    </Page>
  );
}

interface DetailedProps {
  readonly detail: Detail;
  readonly onAsk: (asked: Asked) => void;
}

function Detailed({ detail, onAsk }: DetailedProps): ReactNode {
  const { guardrail, document, hit, audit } = detail;
  const askFor = ({ component, environment, verdict }: GuardrailResult): void =>
    onAsk({ guardrail: verdict.guardrail, component, environment });
  return (
    <>
      <div className="split">
        <section className="panel" aria-label="Why">
          <div className="panel-body stack">
            <div className="row row-wrap">
              <SeverityMark severity={guardrail.severity} worded />
              <ModePill guardrail={guardrail} />
            </div>
            <div className="stack-tight">
              <h2>Why it is here</h2>
              <p className="prose">{guardrail.why}</p>
            </div>
            <div className="stack-tight">
              <h2>How to pass it</h2>
              <p className="prose">
                <Prose text={guardrail.remedy} />
              </p>
            </div>
            <Facts detail={detail} />
          </div>
        </section>
        <section className="panel" aria-label="Effect over time">
          <div className="panel-head">
            <h2>Effect over time</h2>
            <EffectWords effect={guardrail.effect} off={guardrail.effective === 'off'} />
          </div>
          <div className="panel-body stack">
            <EffectOverTime guardrail={guardrail} />
            <AuditLine audit={audit} />
          </div>
        </section>
      </div>
      <section className="panel" aria-label="Who is hit">
        <div className="panel-head">
          <h2>Who is hit</h2>
        </div>
        {hit.length === 0 ? (
          <Empty
            small
            icon={ShieldCheck}
            {...(audit.asOf === undefined
              ? { title: 'Not known yet', text: 'Nothing that runs was looked at so far.' }
              : guardrail.effective === 'off'
                ? { title: 'Nobody', text: 'It is off and looks at nothing.' }
                : { title: 'Nobody', text: 'Everything that it looks at passes.' })}
          />
        ) : (
          <HitTable id={guardrail.id} first={hit} onAsk={askFor} />
        )}
      </section>
      <GuardrailDocument document={document} />
    </>
  );
}

function Facts({ detail }: { readonly detail: Detail }): ReactNode {
  const { guardrail } = detail;
  return (
    <dl className="facts">
      <dt>Owner</dt>
      <dd>{guardrail.owner}</dd>
      <dt>Comes from</dt>
      <dd>{guardrail.source === 'shipped' ? 'the platform as shipped' : 'your organisation'}</dd>
      <dt>Environments</dt>
      <dd>{guardrail.environments?.join(', ') ?? 'all that its conditions name'}</dd>
      <dt>Looked at</dt>
      <dd>{guardrail.effect.looked ?? 'not yet'}</dd>
      <dt>Controls</dt>
      <dd>
        {guardrail.controls.length === 0 ? (
          <span className="faint">none named</span>
        ) : (
          <ul className="stack-tight">
            {guardrail.controls.map((control) => (
              <li key={control} className="anywhere">
                <OutLink url={control} />
              </li>
            ))}
          </ul>
        )}
      </dd>
    </dl>
  );
}
