import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';
import { PublicStatusPage } from './pages/status/status-page.tsx';
import { Pages } from './pages.tsx';
import { Toasts } from './parts/toasts.tsx';
import { Gate } from './session/gate.tsx';
import { Shell } from './shell/shell.tsx';
import { useAppliedTheme } from './shell/theme.ts';

/** The whole portal: signing in stands outside, everything else behind the gate. */
export function App(): ReactNode {
  useAppliedTheme();
  const [location] = useLocation();
  if (location === '/sign-in') return <SignInPage />;
  return (
    <Gate passerBy={location === '/status' ? <PublicStatusPage /> : undefined}>
      <Toasts>
        <Shell>
          <Pages />
        </Shell>
      </Toasts>
    </Gate>
  );
}
