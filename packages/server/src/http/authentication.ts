import type { IncomingHttpHeaders } from 'node:http';
import { PltfError } from '@pltf/contracts';
import { type Actor, anonymous } from '../kernel/actor.ts';
import type { Credentials, ResolveActor } from '../modules/identity/index.ts';
import { readCookie, type SessionCookie } from './cookies.ts';

/** Who asks, and how they showed it. */
export interface Authenticated {
  readonly actor: Actor;
  /** What was shown; asked again while a stream is open. */
  readonly credentials: Credentials | undefined;
}

/** What a request shows: a bearer token, else the session cookie. A request with a token never uses the cookie. */
export function credentialsOf(
  headers: IncomingHttpHeaders,
  cookie: SessionCookie,
): Credentials | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    // Something unknown was shown: better refused than taken for nothing.
    return { kind: 'token', secret: token ?? '' };
  }
  const session = readCookie(headers.cookie, cookie.name);
  return session === undefined || session === '' ? undefined : { kind: 'session', secret: session };
}

/** The password of HTTP Basic as a token, for git, which knows nothing else. The user name is not looked at. */
export function basicCredentialsOf(headers: IncomingHttpHeaders): Credentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return { kind: 'token', secret: at < 0 ? '' : text.slice(at + 1) };
}

/**
 * Anonymous when nothing was shown. A wrong token is refused; a session that is over only where signing in is
 * needed, since browsers go on sending its cookie.
 */
export async function authenticate(
  credentials: Credentials | undefined,
  resolveActor: ResolveActor,
  isPublic: boolean,
): Promise<Authenticated> {
  if (credentials === undefined) {
    if (isPublic) return { actor: anonymous, credentials };
    throw new PltfError('unauthenticated', { detail: 'this needs somebody who is signed in' });
  }
  const actor = await resolveActor(credentials);
  if (actor !== undefined) return { actor, credentials };
  if (isPublic) return { actor: anonymous, credentials: undefined };
  throw new PltfError('unauthenticated', {
    detail:
      credentials.kind === 'token'
        ? 'this token is unknown, expired or revoked'
        : 'this session is over',
  });
}

/** Browsers send it to no other site without asking us first, and we never agree. */
const portalHeader = 'x-pltf-portal';

/**
 * Throws unless a change that counts on the session cookie comes from the portal itself: the portal's own header,
 * and the browser's word for where the request began (Fetch Metadata, or Origin from browsers without it).
 */
export function refuseCrossSite(headers: IncomingHttpHeaders, portalOrigin: string): void {
  if (headers[portalHeader] !== '1') {
    throw crossSite(`the header ${portalHeader} is missing`);
  }
  refuseForeignOrigin(headers, portalOrigin, true);
}

/**
 * Throws when the browser says that the request began on another site. `demanded` also refuses those that say
 * nothing: no browser of these years is silent.
 */
export function refuseForeignOrigin(
  headers: IncomingHttpHeaders,
  portalOrigin: string,
  demanded: boolean,
): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    if (site === 'same-origin' || site === 'none') return;
    throw crossSite(`it began on another site (${String(site).slice(0, 20)})`);
  }
  const { origin } = headers;
  if (origin !== undefined) {
    if (origin === portalOrigin || origin === `http://${headers.host}`) return;
    throw crossSite('it began on another site');
  }
  if (demanded) throw crossSite('the browser does not say where it began');
}

const crossSite = (detail: string): PltfError => new PltfError('cross-site-request', { detail });
