import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { activityQuery } from '../../api/queries.ts';
import { More } from '../../parts/more.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { condensed } from './condense.ts';
import { EventList } from './event-list.tsx';

/** Everything that happened, live; of one component when named. */
export function ActivityFeed({ component }: { readonly component?: string }): ReactNode {
  const query = useInfiniteQuery(activityQuery(useClient(), component));
  const [all, setAll] = useState(false);
  const events = query.data?.pages.flatMap(({ items }) => items);
  if (events === undefined && query.error !== null) {
    return (
      <ProblemNotice
        error={query.error}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  const shown = all || events === undefined ? events : condensed(events);
  return (
    <section className="panel" aria-label="Activity">
      <div className="panel-head">
        <h2>What happened</h2>
        <label className="check small">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
          Small steps too
        </label>
      </div>
      <EventList events={shown} {...(component === undefined ? {} : { within: component })} />
      <More query={query} />
    </section>
  );
}
