/** How the session cookie is set. */
export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
  readonly lifetimeSeconds: number;
}

/**
 * On https the name's prefix has the browser refuse the cookie unless it is Secure, for this host only and for all
 * paths, so that no neighbour under the same domain can plant one.
 */
export function sessionCookie(portalUrl: string, lifetimeMs: number): SessionCookie {
  const secure = portalUrl.startsWith('https:');
  return {
    name: secure ? '__Host-pltf_session' : 'pltf_session',
    secure,
    lifetimeSeconds: Math.floor(lifetimeMs / 1000),
  };
}

/** The value of a cookie that was sent once; sent twice, one of the two is forged and neither counts. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  const values = header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

/** The header that sets the session, or with `undefined` removes it. */
export function setCookieHeader(cookie: SessionCookie, session: string | undefined): string {
  const age = session === undefined ? 0 : cookie.lifetimeSeconds;
  const attributes = [
    `${cookie.name}=${session ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    `Max-Age=${age}`,
  ];
  if (cookie.secure) attributes.push('Secure');
  return attributes.join('; ');
}
