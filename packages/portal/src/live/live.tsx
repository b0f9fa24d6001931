import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import { useClient } from '../api/client-context.ts';
import { createEventSink, refresh } from './apply-events.ts';
import { type Connection, type ConnectionStore, createConnectionStore } from './connection.ts';
import { followEvents } from './event-stream.ts';

const StoreContext = createContext<ConnectionStore | undefined>(undefined);

/** Holds the one connection for events while somebody is signed in. */
export function Live({ children }: { readonly children: ReactNode }): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const [store] = useState(() => createConnectionStore(Date.now()));
  useEffect(() => {
    const sink = createEventSink(client, queryClient);
    const startedAt = Date.now();
    return followEvents({
      onEvent: sink,
      onOpen: (again) => {
        store.set('live', Date.now());
        // Answers that came before the stream opened may have missed an event.
        void refresh(queryClient, {
          predicate: ({ state }) =>
            again || state.fetchStatus === 'fetching' || state.dataUpdatedAt >= startedAt,
        });
      },
      onAway: () => store.set('away', Date.now()),
    });
  }, [client, queryClient, store]);
  return <StoreContext value={store}>{children}</StoreContext>;
}

export function useConnection(): Connection {
  const store = useContext(StoreContext);
  if (store === undefined) throw new Error('no live connection above this component');
  return useSyncExternalStore(store.subscribe, store.get);
}
