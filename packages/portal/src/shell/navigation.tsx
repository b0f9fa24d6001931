import {
  Activity,
  HeartPulse,
  KeyRound,
  Layers,
  LayoutGrid,
  ScrollText,
  ShieldCheck,
  Users,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { mayReadAudit } from '../session/rights.ts';
import { useMe } from '../session/session.tsx';

export interface Place {
  readonly path: string;
  readonly title: string;
  readonly icon: typeof Activity;
}

/** The pages of the portal, as the side and the palette offer them. */
export function usePlaces(): {
  readonly work: readonly Place[];
  readonly platform: readonly Place[];
} {
  const me = useMe();
  const audit = mayReadAudit(me).allowed
    ? [{ path: '/audit', title: 'Audit trail', icon: ScrollText }]
    : [];
  return {
    work: [
      { path: '/', title: 'Services', icon: LayoutGrid },
      { path: '/governance', title: 'Governance', icon: ShieldCheck },
      { path: '/activity', title: 'Activity', icon: Activity },
    ],
    platform: [
      { path: '/platform', title: 'What it offers', icon: Layers },
      { path: '/people', title: 'People and teams', icon: Users },
      ...audit,
      { path: '/settings/tokens', title: 'Tokens', icon: KeyRound },
      { path: '/status', title: 'Public health', icon: HeartPulse },
    ],
  };
}

/** Pages below the catalogue belong to it. */
function isCurrent(path: string, location: string): boolean {
  if (path !== '/') return location.startsWith(path);
  return location === '/' || /^\/(?:components|create|runs|operations)(?:\/|$)/.test(location);
}

export function Navigation({ onChosen }: { readonly onChosen?: () => void }): ReactNode {
  const { work, platform } = usePlaces();
  const [location] = useLocation();
  const links = (places: readonly Place[]): ReactNode =>
    places.map(({ path, title, icon: Icon }) => (
      <li key={path}>
        <Link
          href={path}
          className="nav-link"
          {...(isCurrent(path, location) ? { 'aria-current': 'page' as const } : {})}
          {...(onChosen === undefined ? {} : { onClick: onChosen })}
        >
          <Icon size={16} strokeWidth={1.8} aria-hidden />
          {title}
        </Link>
      </li>
    ));
  return (
    <nav aria-label="Main">
      <ul className="nav">{links(work)}</ul>
      <p className="nav-title" id="nav-platform">
        Platform
      </p>
      <ul className="nav" aria-labelledby="nav-platform">
        {links(platform)}
      </ul>
    </nav>
  );
}
