import { builtinGit } from '../drivers/git/builtin/index.ts';
import { AgentClient } from '../drivers/runtime/agent/agent-client.ts';
import { folderScaffolder } from '../drivers/scaffolder/index.ts';
import { EventTail } from '../http/event-tail.ts';
import { systemClock } from '../kernel/clock.ts';
import { postgresCatalogQueries, postgresCatalogStore } from '../modules/catalog/index.ts';
import type { EventFeed } from '../modules/delivery/index.ts';
import { postgresReposQueries, postgresReposStore, reposService } from '../modules/repos/index.ts';
import { postgresEventQueries } from '../persistence/event-queries.ts';
import type { Foundation, Upwards } from './foundation.ts';

/** Git, events, the agent's line, catalogue and repositories. */
export function groundFloor(foundation: Foundation, upwards: Upwards) {
  const { db, session, log, path, repositories, agentSocket } = foundation;
  const { goldenPaths: folder, portalUrl } = foundation;
  const git = builtinGit({ root: repositories, path });
  const eventQueries = postgresEventQueries(db);
  const tail = new EventTail({
    queries: eventQueries,
    session,
    onError: (error) => log.warn({ err: error }, 'event tail'),
  });
  const feed: EventFeed = {
    newest: () => eventQueries.last(),
    follow: (filter, after, signal) => tail.follow({ ...filter, people: false }, after, signal),
  };
  const repos = reposService({
    db,
    store: postgresReposStore(),
    git,
    clock: systemClock,
    listener: { pushed: async (tx, push) => upwards.delivery?.pushed(tx, push) },
  });
  return {
    git,
    repos,
    tail,
    feed,
    eventQueries,
    agent: new AgentClient({ socketPath: agentSocket }),
    /** Since when the agent has not answered; undefined while it does. */
    agentLost: { since: new Date() as Date | undefined },
    reposQueries: postgresReposQueries(db),
    catalog: postgresCatalogStore(),
    scaffolder: folderScaffolder({ folder, portalUrl }),
    catalogQueries: postgresCatalogQueries(db),
  };
}

export type Ground = ReturnType<typeof groundFloor>;
