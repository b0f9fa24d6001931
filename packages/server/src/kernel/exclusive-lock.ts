/** Held until disposed, or until its process dies. */
export type HeldLock = AsyncDisposable;

/** Something that one process may do at a time. */
export interface ExclusiveLock {
  /** Waits its turn, within limits of its own; undefined when the turn did not come. */
  acquire(signal?: AbortSignal): Promise<HeldLock | undefined>;
}

/** Locks by name that hold across all servers of a platform. */
export interface ExclusiveLocks {
  named(name: string): ExclusiveLock;
}
