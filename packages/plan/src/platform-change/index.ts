export { differences } from '../planning/differences.ts';
export { placedUnder, type RunningPlacement } from './placed.ts';
export {
  type PlatformChangeInput,
  type PlatformChangePlanner,
  platformChange,
} from './platform-change.ts';
export type { GuardedPlatform } from './replay.ts';
export type { OccupiedRuntime } from './runtime-moves.ts';
