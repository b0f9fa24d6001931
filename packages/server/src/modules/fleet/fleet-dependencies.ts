import type { Clock } from '../../kernel/clock.ts';
import type { PlatformHistory, PlatformSource } from '../../kernel/platform-source.ts';
import type { Db } from '../../persistence/transaction.ts';
import type { RunningSource } from '../platform/index.ts';
import type { RuntimeQueries, RuntimeService } from '../runtime/index.ts';
import type { FleetQueries, FleetStore } from './fleet-store.ts';

export interface FleetDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly platform: PlatformSource & PlatformHistory;
  readonly running: RunningSource;
  readonly runtime: RuntimeService;
  readonly runtimeQueries: RuntimeQueries;
  readonly store: FleetStore;
  readonly queries: FleetQueries;
}

/** The loop, and its two keys: is there a version that has to go out, and what is next for the one that does. */
export const fleetReconciler = 'fleet';
export const fleetKeys = { version: 'version', change: 'change' } as const;
