import type { GuardrailEffect, GuardrailView } from '@pltf/contracts';
import { CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { count, plural } from '../../../format/count.ts';
import { date } from '../../../format/time.ts';
import { useNow } from '../../../live/use-now.ts';
import { columnsOf, findings, findingTones, findingWords, totalOf } from './effect.ts';

interface EffectChartProps {
  readonly history: GuardrailView['history'];
  /** Units of the drawing; it is stretched to its place. */
  readonly height: number;
  readonly label: string;
}

const step = 8;
const bar = 6;

/** A column for each day on which it was looked at: what did not pass, stacked by what it came to. */
export function EffectChart({ history, height, label }: EffectChartProps): ReactNode {
  const { columns, days, most } = columnsOf(history);
  if (days < 2) return <span className="small faint">No history yet</span>;
  const scale = height / Math.max(most, 4);
  return (
    <svg
      className="effect-chart"
      viewBox={`0 0 ${days * step} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: ${trend(history)}`}
    >
      <line x1={0} x2={days * step} y1={height} y2={height} className="effect-base" />
      {columns.map(({ at, day, effect }) => {
        let top = height;
        return (
          <g key={day}>
            {totalOf(effect) === 0 ? (
              <rect
                x={at * step}
                y={height - 1.5}
                width={bar}
                height={1.5}
                className="effect-none"
              />
            ) : null}
            {findings.map((finding) => {
              const tall = effect[finding] * scale;
              top -= tall;
              return tall === 0 ? null : (
                <rect
                  key={finding}
                  x={at * step}
                  y={top}
                  width={bar}
                  height={tall}
                  className={`effect-${finding}`}
                />
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}

function trend(history: GuardrailView['history']): string {
  const [first] = history;
  const last = history.at(-1);
  if (first === undefined || last === undefined) return 'no history';
  return `${totalOf(first)} did not pass on ${first.day}, ${totalOf(last)} on ${last.day}`;
}

/** The same in words, for everything that is found today. */
export function EffectWords({
  effect,
  off = false,
}: {
  readonly effect: GuardrailEffect;
  readonly off?: boolean;
}): ReactNode {
  if (off) return <span className="small faint">Looks at nothing</span>;
  if (effect.looked === undefined && totalOf(effect) === 0)
    return <span className="small faint">Not audited yet</span>;
  if (totalOf(effect) === 0)
    return (
      <span className="row small quiet effect-pass">
        <CircleCheck size={14} aria-hidden className="mark-good" />
        {effect.looked === 0 ? 'Applies to nothing' : 'All pass'}
      </span>
    );
  return (
    <span className="row row-wrap effect-words">
      {findings.map((finding) =>
        effect[finding] === 0 ? null : (
          <span key={finding} className={`pill pill-${findingTones[finding]}`}>
            {count(effect[finding])} {findingWords[finding]}
          </span>
        ),
      )}
    </span>
  );
}

/** The large chart with its scale, and its numbers as a table for whoever cannot see it. */
export function EffectOverTime({ guardrail }: { readonly guardrail: GuardrailView }): ReactNode {
  const now = useNow();
  const { history, title } = guardrail;
  const { most } = columnsOf(history);
  const [first] = history;
  if (history.length < 2)
    return <p className="small faint">No history yet: it begins with the second day.</p>;
  return (
    <figure className="effect-figure">
      <div className="effect-plot">
        <span className="small faint effect-most">{most === 0 ? '' : count(most)}</span>
        <EffectChart history={history} height={96} label={title} />
      </div>
      <figcaption className="row row-wrap row-spread small quiet">
        <span>{first === undefined ? '' : date(`${first.day}T12:00:00Z`, now)}</span>
        <span className="row row-wrap">
          {findings.map((finding) => (
            <span key={finding} className="row effect-key">
              <span className={`effect-swatch effect-swatch-${finding}`} aria-hidden />
              {findingWords[finding]}
            </span>
          ))}
        </span>
        <span>today</span>
      </figcaption>
      <details className="small">
        <summary>Numbers of {plural(history.length, 'day')}</summary>
        <HistoryTable history={history} />
      </details>
    </figure>
  );
}

function HistoryTable({ history }: { readonly history: GuardrailView['history'] }): ReactNode {
  return (
    <div className="scroll-x">
      <table className="table table-tight">
        <caption className="unseen">What was found, by day, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col" className="number">
              Looked at
            </th>
            {findings.map((finding) => (
              <th key={finding} scope="col" className="number">
                {findingWords[finding]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {history.toReversed().map((each) => (
            <tr key={each.day}>
              <td className="shrink">{each.day}</td>
              <td className="number">{each.looked === undefined ? '–' : count(each.looked)}</td>
              {findings.map((finding) => (
                <td key={finding} className="number">
                  {count(each[finding])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
