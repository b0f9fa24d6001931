import type { Wellness } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { toneOf, wellnessWords } from '../format/wellness.ts';

/** Each wellness has a shape of its own: colour alone tells nothing to one in twelve men. */
const shapes: Readonly<Record<Wellness, ReactNode>> = {
  healthy: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.2 2.2 2.2 4.2-4.6" stroke="var(--surface)" strokeWidth="1.8" fill="none" />
    </>
  ),
  degraded: (
    <>
      <path
        d="M8 1.2 15.2 14H.8Z"
        fill="currentColor"
        stroke="currentColor"
        strokeLinejoin="round"
      />
      <path d="M8 5.8v4M8 11.6v1.2" stroke="var(--surface)" strokeWidth="1.6" />
    </>
  ),
  down: (
    <>
      <rect x="1.4" y="1.4" width="13.2" height="13.2" rx="2" fill="currentColor" />
      <path d="m5 5 6 6m0-6-6 6" stroke="var(--surface)" strokeWidth="1.8" />
    </>
  ),
  stopped: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6.2 5.4v5.2M9.8 5.4v5.2" stroke="currentColor" strokeWidth="1.6" />
    </>
  ),
  unknown: (
    <>
      <circle
        cx="8"
        cy="8"
        r="6.2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeDasharray="2.6 2.3"
      />
      <path
        d="M6.3 6.4c.2-2.4 3.6-2.2 3.4.1-.1 1.2-1.7 1.3-1.7 2.6M8 10.8v1"
        stroke="currentColor"
        strokeWidth="1.4"
        fill="none"
      />
    </>
  ),
  none: <path d="M3 8h10" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
};

interface WellnessMarkProps {
  readonly wellness: Wellness;
  /** True where words stand beside it. */
  readonly silent?: boolean;
  readonly size?: number;
}

export function WellnessMark({
  wellness,
  silent = false,
  size = 14,
}: WellnessMarkProps): ReactNode {
  const words = wellnessWords[wellness];
  return (
    <svg
      className={`mark mark-${toneOf(wellness)}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      {...(silent ? { 'aria-hidden': true } : { role: 'img', 'aria-label': words })}
    >
      {silent ? null : <title>{words}</title>}
      {shapes[wellness]}
    </svg>
  );
}

export function WellnessPill({ wellness }: { readonly wellness: Wellness }): ReactNode {
  return (
    <span className={`pill pill-${toneOf(wellness)}`}>
      <WellnessMark wellness={wellness} silent />
      {wellnessWords[wellness]}
    </span>
  );
}
