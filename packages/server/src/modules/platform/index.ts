export { LivePlatform, type OperatorFiles } from './live-platform.ts';
export {
  type ExaminedPush,
  type NextCommit,
  type PlatformGit,
  platformBranch,
} from './platform-git.ts';
export { type PlatformPushes, platformPushes } from './platform-push.ts';
export { createPlatformReconciler } from './platform-reconciler.ts';
export { platformRoutes } from './platform-routes.ts';
export {
  type PlatformServiceDependencies,
  platformKey,
  platformReconciler,
  platformService,
} from './platform-service.ts';
export { postgresPlatformQueries, postgresPlatformStore } from './platform-store.postgres.ts';
export { platformSync } from './platform-sync.ts';
export type { Running, RunningSource } from './running.ts';
