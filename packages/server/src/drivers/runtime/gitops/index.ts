export type { AskedChange, ChangeSource } from './dependencies.ts';
export { type GitOpsOpenerOptions, openGitOps } from './open-gitops.ts';
export { sourceCommits } from './source-commits.ts';
