import { CloudOff, Terminal } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';
import { CopyLine } from '../../parts/copy.tsx';
import { Logo } from '../../parts/logo.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { browserStore, rememberWanted } from '../../session/wanted-page.ts';

/** The frame of pages that need no account. */
export function Outside({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  useEffect(() => {
    document.title = `${title} · pltf`;
  }, [title]);
  return (
    <main className="outside" id="content">
      <div className="panel outside-card">
        <Logo size={36} />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}

export function Splash(): ReactNode {
  return (
    <div className="outside" role="status">
      <span className="splash">
        <Logo size={36} />
      </span>
      <span className="unseen">Loading…</span>
    </div>
  );
}

export function HowToSignIn(): ReactNode {
  return (
    <>
      <p className="quiet">
        There is no password. In a terminal where you use <code>pltf</code>, ask for a link that
        signs you in once, within 15 minutes:
      </p>
      <CopyLine prompt="$" text="pltf login --link" what="command" />
      <p className="quiet small">
        No command line yet? The first administrator's link is printed by <code>npm start</code>;
        others get theirs from the platform team.
      </p>
    </>
  );
}

/** Remembers the page one came for, so that the link leads there. */
export function SignedOutPage({ wanted }: { readonly wanted: string }): ReactNode {
  useEffect(() => {
    rememberWanted(browserStore(), wanted + window.location.search, Date.now());
  }, [wanted]);
  return (
    <Outside title="Sign in with a link">
      <HowToSignIn />
      {wanted === '/' ? null : (
        <p className="small quiet row">
          <Terminal size={14} aria-hidden />{' '}
          <span className="cut">The link brings you to {wanted}</span>
        </p>
      )}
      <p className="small">
        <Link href="/status">Public health page</Link>
      </p>
    </Outside>
  );
}

/** The platform cannot be reached and nothing is there to show yet; it asks again by itself. */
export function AwayPage({ error }: { readonly error: unknown }): ReactNode {
  return (
    <Outside title="The platform does not answer">
      {error === undefined ? (
        <>
          <p className="quiet">
            This page opens by itself as soon as it is back. Services that run are not affected. On
            the machine of the platform, this starts it:
          </p>
          <CopyLine prompt="$" text="npm start" what="command" />
        </>
      ) : (
        <ProblemNotice error={error} />
      )}
      <p className="small quiet row" role="status">
        <CloudOff size={14} aria-hidden /> Trying again every two seconds
      </p>
    </Outside>
  );
}
