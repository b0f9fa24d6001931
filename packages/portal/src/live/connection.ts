/** Whether the platform's events arrive now, and until when what is shown was known to be true. */
export interface Connection {
  readonly state: 'connecting' | 'live' | 'away';
  /** When the stream was last known to be open; milliseconds. */
  readonly knownAt: number;
}

export interface ConnectionStore {
  readonly get: () => Connection;
  readonly set: (state: Connection['state'], now: number) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

export function createConnectionStore(now: number): ConnectionStore {
  let connection: Connection = { state: 'connecting', knownAt: now };
  const listeners = new Set<() => void>();
  return {
    get: () => connection,
    set: (state, at) => {
      const before = connection;
      // What is shown was true until the stream broke, and is not again before it opens.
      const known = state === 'live' || before.state === 'live';
      if (state === before.state && !known) return;
      connection = { state, knownAt: known ? at : before.knownAt };
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
