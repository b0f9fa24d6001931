/** The page one wanted before signing in; kept for as long as a sign-in link lives. */
const key = 'pltf-wanted';
const lifetime = 15 * 60_000;

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Local storage where it is allowed; private windows and policies can refuse it. */
export function browserStore(): Store | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

export function rememberWanted(store: Store | undefined, path: string, now: number): void {
  try {
    store?.setItem(key, JSON.stringify({ path, now }));
  } catch {
    // A full store only costs the way back.
  }
}

/** The page remembered, once; only paths of our own are followed. */
export function takeWanted(store: Store | undefined, now: number): string {
  try {
    const text = store?.getItem(key) ?? '';
    store?.removeItem(key);
    const kept: unknown = JSON.parse(text);
    if (typeof kept !== 'object' || kept === null) return '/';
    const { path, now: then } = kept as { readonly path?: unknown; readonly now?: unknown };
    const fresh = typeof then === 'number' && now - then < lifetime;
    return fresh && typeof path === 'string' && isOwnPath(path) ? path : '/';
  } catch {
    return '/';
  }
}

const isOwnPath = (path: string): boolean =>
  /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in');
