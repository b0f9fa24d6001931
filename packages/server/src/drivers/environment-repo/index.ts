export type {
  Changes,
  CommitAnswer,
  CommitAuthor,
  CommitRequest,
  EnvironmentRepo,
  EnvironmentRepoOptions,
  FileVersion,
  PathChange,
  Trailer,
  TreeEntry,
  TreePointer,
} from './environment-repo.ts';
export { openEnvironmentRepo } from './open-repository.ts';
