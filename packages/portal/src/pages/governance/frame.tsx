import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Page } from '../../parts/page.tsx';

const tabs = [
  ['debts', 'My debts', '/governance'],
  ['guardrails', 'Guardrails', '/governance/guardrails'],
  ['exceptions', 'Exceptions', '/governance/exceptions'],
  ['requests', 'Requests', '/governance/requests'],
  ['personal-data', 'Personal data', '/governance/personal-data'],
] as const;

interface FrameProps {
  readonly tab: (typeof tabs)[number][0];
  readonly lead: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** One page of governance, with the way to the others. */
export function GovernanceFrame({ tab, lead, actions, children }: FrameProps): ReactNode {
  const title = tabs.find(([id]) => id === tab)?.[1] ?? '';
  return (
    <Page title="Governance" windowTitle={title} lead={lead} actions={actions}>
      <nav className="tabs" aria-label="Parts of governance">
        {tabs.map(([id, words, path]) => (
          <Link
            key={id}
            href={path}
            className="tab"
            {...(id === tab ? { 'aria-current': 'page' as const } : {})}
          >
            {words}
          </Link>
        ))}
      </nav>
      {children}
    </Page>
  );
}

/** For the lead of a page below one of the tabs: where it belongs, and its own name. */
export function Crumb({
  to,
  children,
}: {
  readonly to: (typeof tabs)[number][0];
  readonly children: ReactNode;
}): ReactNode {
  const [, words, path] = tabs.find(([id]) => id === to) ?? tabs[0];
  return (
    <span className="crumb">
      <Link href={path}>{words}</Link> <span aria-hidden>/</span> {children}
    </span>
  );
}
