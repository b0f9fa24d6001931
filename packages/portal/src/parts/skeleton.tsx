import type { ReactNode } from 'react';

interface SkeletonProps {
  readonly width?: string;
  readonly height?: number;
}

export function Skeleton({ width = '100%', height = 14 }: SkeletonProps): ReactNode {
  return <span className="skeleton" style={{ width, height }} aria-hidden />;
}

const widths = ['62%', '48%', '71%', '55%', '66%', '43%'];

/** Lines where text will be; says once, politely, that it is loading. */
export function SkeletonLines({
  lines,
  height = 14,
}: {
  readonly lines: number;
  readonly height?: number;
}): ReactNode {
  return (
    <div className="stack skeleton-lines" role="status">
      <span className="unseen">Loading…</span>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton
          key={`line ${line}`}
          width={widths[line % widths.length] ?? '60%'}
          height={height}
        />
      ))}
    </div>
  );
}
