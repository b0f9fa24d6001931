import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { ProblemNotice } from '../../parts/notice.tsx';
import { browserStore, takeWanted } from '../../session/wanted-page.ts';
import { HowToSignIn, Outside, Splash } from './outside-pages.tsx';

/** Takes the token out of the address at once: it works only once and belongs in no history. */
function useLinkToken(): string {
  const [token] = useState(() => window.location.hash.replace(/^#(?:token=)?/, ''));
  useEffect(() => {
    if (window.location.hash !== '') window.history.replaceState(null, '', '/sign-in');
  }, []);
  return token;
}

export function SignInPage(): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const token = useLinkToken();
  const [, go] = useLocation();
  // A query and not an effect: it is sent once, whatever React mounts twice.
  const signIn = useQuery({
    queryKey: ['sign-in', token],
    queryFn: () => client.signIn({ body: { token } }),
    enabled: token !== '',
    retry: false,
    gcTime: 0,
  });
  const me = signIn.data;
  useEffect(() => {
    if (me === undefined) return;
    queryClient.setQueryData(['me'], me);
    go(takeWanted(browserStore(), Date.now()), { replace: true });
  }, [me, queryClient, go]);
  if (token !== '' && signIn.error === null) return <Splash />;
  return (
    <Outside title={token === '' ? 'Sign in with a link' : 'This link does not work'}>
      {signIn.error === null ? null : <ProblemNotice error={signIn.error} />}
      <HowToSignIn />
      <p className="small">
        <Link href="/">Continue if you are signed in already</Link>
      </p>
    </Outside>
  );
}
