import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { useLocation } from 'wouter';
import { useClient } from '../api/client-context.ts';
import { isAway, isProblem } from '../api/problems.ts';
import { meQuery } from '../api/queries.ts';
import { Live } from '../live/live.tsx';
import { AwayPage, SignedOutPage, Splash } from '../pages/sign-in/outside-pages.tsx';
import { MeContext } from './session.tsx';

/** How often a page without anything to show asks whether the platform is back. */
const askAgainMs = 2000;

interface GateProps {
  readonly children: ReactNode;
  /** What a passer-by may see here, if anything. */
  readonly passerBy: ReactNode | undefined;
}

/** Lets in who is signed in, and explains to everybody else how to get in. */
export function Gate({ children, passerBy }: GateProps): ReactNode {
  const me = useQuery(meQuery(useClient()));
  const [location] = useLocation();
  const { refetch } = me;
  const away =
    me.data === undefined && me.error !== null && !isProblem(me.error, 'unauthenticated');
  useEffect(() => {
    if (!away) return undefined;
    const timer = setInterval(() => void refetch(), askAgainMs);
    return () => clearInterval(timer);
  }, [away, refetch]);
  if (isProblem(me.error, 'unauthenticated'))
    return passerBy ?? <SignedOutPage wanted={location} />;
  if (me.data !== undefined) {
    return (
      <MeContext value={me.data}>
        <Live>{children}</Live>
      </MeContext>
    );
  }
  if (me.error === null) return <Splash />;
  return <AwayPage error={isAway(me.error) ? undefined : me.error} />;
}
