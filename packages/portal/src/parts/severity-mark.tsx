import type { Severity } from '@pltf/contracts';
import type { ReactNode } from 'react';

export const severities: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

const words: Readonly<Record<Severity, string>> = {
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
};

interface SeverityMarkProps {
  readonly severity: Severity;
  /** With its word beside it. */
  readonly worded?: boolean;
}

/** One to four bars, as a telephone shows its reception; never colour alone. */
export function SeverityMark({ severity, worded = false }: SeverityMarkProps): ReactNode {
  const level = severities.indexOf(severity) + 1;
  const said = `${words[severity]} severity`;
  return (
    <span className={`severity severity-${severity}`} {...(worded ? {} : { title: said })}>
      <svg
        width={16}
        height={16}
        viewBox="0 0 16 16"
        {...(worded ? { 'aria-hidden': true } : { role: 'img', 'aria-label': said })}
      >
        {severities.map((each, at) => (
          <rect
            key={each}
            x={0.5 + at * 4}
            y={11 - at * 3}
            width={3}
            height={4 + at * 3}
            rx={1}
            className={at < level ? 'severity-bar' : 'severity-bar-off'}
          />
        ))}
      </svg>
      {worded ? words[severity] : null}
    </span>
  );
}
