import type { RunView } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { span } from '../../format/time.ts';
import { StateMark } from '../../parts/state-mark.tsx';

/** The jobs of a run and their steps; those that cannot run here say why. */
export function Jobs({ run }: { readonly run: RunView }): ReactNode {
  return (
    <section className="panel jobs" aria-label="Jobs">
      {run.jobs.map((job) => (
        <details
          key={job.id}
          className="job"
          open={job.state !== 'passed' && job.state !== 'waiting'}
        >
          <summary className="row">
            <StateMark state={job.state} />
            <span className="strong cut" title={job.name}>
              {job.name}
            </span>
            <Took ms={job.durationMs} />
          </summary>
          {job.note === undefined ? null : <p className="small quiet job-note">{job.note}</p>}
          <ol className="job-steps">
            {job.steps.map((step, index) => (
              <li key={index} className="job-step">
                <StateMark state={step.state} size={14} />
                <span>
                  {step.name}
                  {step.note === undefined ? null : (
                    <span className="small quiet job-step-note">{step.note}</span>
                  )}
                </span>
                <Took ms={step.durationMs} />
              </li>
            ))}
          </ol>
        </details>
      ))}
      {run.jobs.length === 0 ? (
        <p className="panel-body quiet small">The workflow has no jobs for this push.</p>
      ) : null}
    </section>
  );
}

function Took({ ms }: { readonly ms: number | undefined }): ReactNode {
  return ms === undefined ? null : <span className="small faint took">{span(ms)}</span>;
}
