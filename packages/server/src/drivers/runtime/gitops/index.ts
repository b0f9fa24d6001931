export type { AskedChange, ChangeSource } from './dependencies.ts';
export { type GitOpsOpenerOptions, openGitOps } from './open-gitops.ts';
export { sourceCommits } from './repository/source-commits.ts';
