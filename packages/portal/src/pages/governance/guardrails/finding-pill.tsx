import type { Verdict } from '@pltf/contracts';
import { CircleCheck, CircleHelp, Hourglass, OctagonX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { findingTones, findingWords } from './effect.ts';

const icons = {
  pass: CircleCheck,
  deny: OctagonX,
  error: CircleHelp,
  warn: TriangleAlert,
  excepted: Hourglass,
} as const;

/** What a guardrail said of one placement. */
export function FindingPill({ verdict }: { readonly verdict: Pick<Verdict, 'state'> }): ReactNode {
  const { state } = verdict;
  const Icon = icons[state];
  return (
    <span className={`pill pill-${state === 'pass' ? 'good' : findingTones[state]}`}>
      <Icon size={14} aria-hidden />
      {state === 'pass' ? 'passes' : findingWords[state]}
    </span>
  );
}
