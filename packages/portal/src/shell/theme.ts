import { useEffect, useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const key = 'pltf-theme';
const changed = 'pltf-theme-changed';
const prefersDark = (): MediaQueryList => window.matchMedia('(prefers-color-scheme: dark)');

function chosenTheme(): Theme {
  try {
    const chosen = localStorage.getItem(key);
    return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
  } catch {
    return 'system';
  }
}

function chooseTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    // Without storage there is nothing to choose: the system's preference counts.
  }
  window.dispatchEvent(new Event(changed));
}

/** Other tabs tell by `storage`, this one by an event of its own. */
function subscribe(listener: () => void): () => void {
  window.addEventListener('storage', listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener('storage', listener);
    window.removeEventListener(changed, listener);
  };
}

/** The theme and how to choose another. */
export const useTheme = (): readonly [Theme, (theme: Theme) => void] => [
  useSyncExternalStore(subscribe, chosenTheme),
  chooseTheme,
];

/** Applies the theme to the document, and follows the system's while it is open. Used once, by the app. */
export function useAppliedTheme(): void {
  const [theme] = useTheme();
  useEffect(() => {
    const preference = prefersDark();
    const apply = (): void => {
      const dark = theme === 'dark' || (theme === 'system' && preference.matches);
      document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
    };
    apply();
    preference.addEventListener('change', apply);
    return () => preference.removeEventListener('change', apply);
  }, [theme]);
}
