import type { ComponentSummary } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { CornerDownRight, LogOut, Moon, Plus, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useDeferredValue } from 'react';
import { useClient } from '../api/client-context.ts';
import { componentsQuery } from '../api/queries.ts';
import { merged } from '../pages/catalogue/match.ts';
import { KindIcon, kindWords } from '../parts/kind.tsx';
import { mayCreate } from '../session/rights.ts';
import { useMe } from '../session/session.tsx';
import { useSignOut } from '../shell/account-menu.tsx';
import { usePlaces } from '../shell/navigation.tsx';
import { useTheme } from '../shell/theme.ts';
import type { Entry } from './rank.ts';

export interface PaletteEntry extends Entry {
  readonly icon: ReactNode;
  readonly note: string;
  /** Where it leads, or what it does. */
  readonly choose: string | (() => void);
}

/** The service whose page is open, if one is. */
export const openComponent = (location: string): string | undefined =>
  /^\/components\/([^/?]+)/.exec(location)?.[1];

export function usePaletteEntries(text: string, location: string): readonly PaletteEntry[] {
  const components = useComponents(text);
  const me = useMe();
  const { work, platform } = usePlaces();
  const [theme, chooseTheme] = useTheme();
  const signOut = useSignOut();
  const open = openComponent(location);
  const dark = theme === 'dark';
  return [
    ...(open === undefined ? [] : actionsOn(open)),
    ...components.map(serviceEntry),
    ...(mayCreate(me).allowed
      ? [
          entry(
            'create',
            'Create a service',
            'Do',
            <Plus size={16} aria-hidden />,
            '/create',
            'new scaffold golden path worker site',
          ),
        ]
      : []),
    ...[...work, ...platform].map(({ path, title, icon: Icon }) =>
      entry(`page ${path}`, title, 'Go to', <Icon size={16} aria-hidden />, path, 'page open'),
    ),
    ...governance,
    entry(
      'theme',
      dark ? 'Use the light theme' : 'Use the dark theme',
      'Do',
      <Moon size={16} aria-hidden />,
      () => chooseTheme(dark ? 'light' : 'dark'),
      'mode appearance',
    ),
    entry('sign-out', 'Sign out', 'Do', <LogOut size={16} aria-hidden />, signOut, 'log out leave'),
  ];
}

function entry(
  id: string,
  title: string,
  group: string,
  icon: ReactNode,
  choose: PaletteEntry['choose'],
  words = '',
  note = '',
): PaletteEntry {
  return { id, title, group, icon, choose, words, note };
}

const shield = <ShieldCheck size={16} aria-hidden />;

/** Pages below governance, which the side shows as one. */
const governance: readonly PaletteEntry[] = [
  entry('guardrails', 'Guardrails', 'Go to', shield, '/governance/guardrails', 'policy rules cel'),
  entry('exceptions', 'Exceptions', 'Go to', shield, '/governance/exceptions', 'waiver debt'),
  entry('requests', 'Requests', 'Go to', shield, '/governance/requests', 'ask intake'),
  entry(
    'personal data',
    'Personal data',
    'Go to',
    shield,
    '/governance/personal-data',
    'pii privacy gdpr flow map',
  ),
  entry(
    'ask exception',
    'Request an exception…',
    'Do',
    shield,
    '/governance/exceptions?do=request',
    'guardrail waiver',
  ),
];

const serviceEntry = ({ name, kind, owner, description }: ComponentSummary): PaletteEntry =>
  entry(
    `service ${name}`,
    name,
    'Services',
    <KindIcon kind={kind} />,
    `/components/${name}`,
    `${owner} ${description} ${kind}`,
    `${kindWords[kind]} · ${owner}`,
  );

/** What one does with the service whose page is open; the page asks for the rest. */
function actionsOn(name: string): readonly PaletteEntry[] {
  const icon = <CornerDownRight size={16} aria-hidden />;
  const at = `/components/${name}`;
  const act = (action: string, title: string): PaletteEntry =>
    entry(`act ${action}`, title, name, icon, `${at}?do=${action}`, name);
  return [
    act('promote', 'Promote…'),
    act('rollback', 'Roll back…'),
    act('restart', 'Restart…'),
    act('scale', 'Scale…'),
    act('task', 'Run a one-off task…'),
    entry('to logs', 'Open live logs', name, icon, `${at}/logs`, `${name} tail`),
    entry('to releases', 'Open releases', name, icon, `${at}/releases`, name),
    entry('to governance', 'Open governance', name, icon, `${at}/governance`, `${name} plan cost`),
    entry('to runs', 'Open pipeline runs', name, icon, `${at}/runs`, `${name} ci`),
  ];
}

/** What is loaded, and beyond it what the server finds. */
function useComponents(text: string): readonly ComponentSummary[] {
  const client = useClient();
  const all = useInfiniteQuery(componentsQuery(client));
  const loaded = all.data?.pages.flatMap(({ items }) => items) ?? [];
  const q = useDeferredValue(text.trim());
  const beyond = useInfiniteQuery({
    ...componentsQuery(client, { q }),
    enabled: all.hasNextPage && q.length > 1,
  });
  return merged(loaded, beyond.data?.pages.flatMap(({ items }) => items) ?? []);
}
