import type { ReactNode } from 'react';
import { ago, between, full, span, until } from '../format/time.ts';
import { useNow } from '../live/use-now.ts';

/** `3 min ago`, with the whole instant as its title. */
export function Ago({ at }: { readonly at: string }): ReactNode {
  return (
    <time dateTime={at} title={full(at)}>
      {ago(at, useNow())}
    </time>
  );
}

export function Until({ at }: { readonly at: string }): ReactNode {
  return (
    <time dateTime={at} title={full(at)}>
      {until(at, useNow())}
    </time>
  );
}

interface ElapsedProps {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** How long something took; while it runs, counting. */
export function Elapsed({ from, to }: ElapsedProps): ReactNode {
  const running = from !== undefined && to === undefined;
  const now = useNow(running);
  if (from === undefined) return null;
  return <span className="faint small">{span(between(from, to, now))}</span>;
}
