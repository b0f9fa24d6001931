export type {
  CommitFacts,
  CommitFiles,
  FileEntry,
  FurtherCommit,
  GitExchange,
  GitHost,
  InitialCommit,
} from './git-host.ts';
export type { Push, PushListener } from './push.ts';
export { postgresReposQueries, type ReposQueries } from './repos-queries.ts';
export { type ReposService, reposService } from './repos-service.ts';
export { postgresReposStore } from './repos-store.postgres.ts';
export { createRepositoryReconciler, repositoryReconciler } from './repository-reconciler.ts';
