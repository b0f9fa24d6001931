import type { ReactNode } from 'react';
import { ProblemNotice } from './notice.tsx';
import { SkeletonLines } from './skeleton.tsx';

interface AnswerProps<T> {
  readonly query: {
    readonly data: T | undefined;
    readonly error: Error | null;
    readonly isFetching: boolean;
    readonly refetch: () => Promise<unknown>;
  };
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}

/** What was answered; until then its outline, and when there is none why and how to try again. */
export function Answer<T>({ query, lines = 6, children }: AnswerProps<T>): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.error === null)
    return (
      <div className="panel panel-body">
        <SkeletonLines lines={lines} height={18} />
      </div>
    );
  return (
    <ProblemNotice
      error={query.error}
      onRetry={() => void query.refetch()}
      retrying={query.isFetching}
    />
  );
}
