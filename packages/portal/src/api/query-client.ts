import { QueryCache, QueryClient } from '@tanstack/react-query';
import { isProblem, worthRetrying } from './problems.ts';

/** Answers stay fresh until an event says otherwise; the stream of events replaces polling. */
export function createQueryClient(): QueryClient {
  const queryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // A session that ended meanwhile shows at any question; then "who am I" is asked again.
        if (query.queryKey[0] !== 'me' && isProblem(error, 'unauthenticated')) {
          void queryClient.resetQueries({ queryKey: ['me'] });
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 10 * 60_000,
        retry: worthRetrying,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // The platform may run on this very machine: no network is no reason not to ask.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  return queryClient;
}
