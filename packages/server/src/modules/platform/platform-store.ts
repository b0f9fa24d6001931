import type { Connection, Tx } from '../../persistence/transaction.ts';
import type { PlatformVersion, RefusedPush } from './platform-version.ts';

/** Writes versions of the platform. */
export interface PlatformStore {
  /** Lets one change at a time through, until the transaction ends. */
  lock(tx: Tx): Promise<void>;
  add(tx: Tx, version: PlatformVersion): Promise<void>;
  setRefused(tx: Tx, refused: RefusedPush | undefined): Promise<void>;
}

export interface PlatformQueries {
  /** The newest; undefined while the built-in platform was never changed. */
  newest(on?: Connection): Promise<PlatformVersion | undefined>;
  version(number: number): Promise<PlatformVersion | undefined>;
  /** Newest first, those below `before`. */
  versions(limit: number, before: number | undefined): Promise<readonly PlatformVersion[]>;
  refused(): Promise<RefusedPush | undefined>;
}
