/** What a client asked for: where, and which path there. */
export interface RequestTarget {
  /** Begins with `/`, or is `*` (OPTIONS). */
  readonly path: string;
  /** Present for the absolute form `GET http://host/path`; takes the place of the Host header (RFC 9112 §3.2.2). */
  readonly authority?: string;
}

const maximumHost = 255;
const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const named = new RegExp(`^(${label}(?:\\.${label})*)\\.?(?::([0-9]{1,5}))?$`, 'i');
const bracketed = /^(\[[0-9a-f:.]{2,45}\])(?::([0-9]{1,5}))?$/i;
const absolute = /^https?:\/\/([^/?#]*)([^#]*)$/i;

/**
 * The host name in a Host header: lower case, without port and trailing dot.
 * Undefined when it is not one: empty, too long, with user information, a list, or with other characters.
 *
 * @example parseHost('Users-API.localhost:7080') // 'users-api.localhost'
 */
export function parseHost(header: string): string | undefined {
  if (header.length === 0 || header.length > maximumHost + 6) return undefined;
  const match = named.exec(header) ?? bracketed.exec(header);
  const host = match?.[1];
  if (host === undefined || host.length > maximumHost) return undefined;
  return Number(match?.[2] ?? 0) > 65_535 ? undefined : host.toLowerCase();
}

/** Splits a request target; undefined for forms that a reverse proxy has no use for. */
export function parseTarget(target: string, method: string): RequestTarget | undefined {
  if (target.startsWith('/')) return { path: target };
  if (target === '*') return method === 'OPTIONS' ? { path: target } : undefined;
  const match = absolute.exec(target);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const rest = match[2];
  if (rest === '' && method === 'OPTIONS') return { authority: match[1], path: '*' };
  return { authority: match[1], path: rest.startsWith('/') ? rest : `/${rest}` };
}
