import type { Connection } from '../../persistence/transaction.ts';
import type { RecordedBranch } from './repos-store.ts';

export interface ReposQueries {
  branches(component: string): Promise<readonly RecordedBranch[]>;
}

export function postgresReposQueries(db: Connection): ReposQueries {
  return {
    branches: async (component) =>
      db
        .selectFrom('branches')
        .select(['name', 'commit', 'at'])
        .where('component', '=', component)
        .orderBy('at', 'desc')
        .limit(100)
        .execute(),
  };
}
