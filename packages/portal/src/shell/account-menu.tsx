import { ChevronsUpDown, KeyRound, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useClient } from '../api/client-context.ts';
import { Menu, type MenuEntry } from '../parts/menu.tsx';
import { useToast } from '../parts/toasts.tsx';
import { useMe } from '../session/session.tsx';
import { type Theme, useTheme } from './theme.ts';

const nextTheme: Readonly<Record<Theme, Theme>> = {
  system: 'light',
  light: 'dark',
  dark: 'system',
};
const themeWords: Readonly<Record<Theme, string>> = {
  system: 'Theme: as the system',
  light: 'Theme: light',
  dark: 'Theme: dark',
};
const themeIcons = { system: Monitor, light: Sun, dark: Moon } as const;

/** Ends the session on the server, then forgets everything by loading the page anew. */
export function useSignOut(): () => void {
  const client = useClient();
  const toast = useToast();
  return () => {
    client.signOut({}).then(
      () => window.location.assign('/'),
      () => toast('You are still signed in: the platform does not answer. Try again in a moment.'),
    );
  };
}

export function AccountMenu(): ReactNode {
  const me = useMe();
  const [theme, choose] = useTheme();
  const [, go] = useLocation();
  const signOut = useSignOut();
  const ThemeIcon = themeIcons[theme];
  const { displayName, name, role } = me.user;
  const entries: readonly MenuEntry[] = [
    {
      id: 'theme',
      title: themeWords[theme],
      icon: <ThemeIcon size={16} aria-hidden />,
      onChoose: () => choose(nextTheme[theme]),
    },
    {
      id: 'tokens',
      title: 'Tokens',
      icon: <KeyRound size={16} aria-hidden />,
      onChoose: () => go('/settings/tokens'),
    },
    { id: 'out', title: 'Sign out', icon: <LogOut size={16} aria-hidden />, onChoose: signOut },
  ];
  return (
    <Menu
      label="Account"
      side="start"
      entries={entries}
      head={
        <p className="menu-title">
          Signed in as <span className="strong">{name}</span>, {role}
        </p>
      }
      button={(props) => (
        <button
          type="button"
          className="account"
          aria-label={`Account of ${displayName}`}
          {...props}
        >
          <span className="avatar" aria-hidden>
            {displayName.slice(0, 1)}
          </span>
          <span>
            <span className="cut strong small">{displayName}</span>
            <span className="cut small quiet">
              {role === 'member'
                ? me.user.teams.map(({ team }) => team).join(', ') || 'no team yet'
                : role}
            </span>
          </span>
          <ChevronsUpDown size={14} className="faint" aria-hidden />
        </button>
      )}
    />
  );
}
