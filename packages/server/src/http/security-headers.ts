import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { PltfError } from '@pltf/contracts';

/** For every answer. Answers that are pages get a policy of their own. */
export function securityHeaders(isHttps: boolean): Readonly<Record<string, string>> {
  return {
    'content-security-policy':
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...(isHttps ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** A page of ours: its own files and nothing else; the inline scripts it has, by their hash. */
export function pagePolicy(html: string): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map(
    ([, text = '']) => ` 'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self'${hashes.join('')}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * The host names that the platform answers to. A page of another site can point its own name at this machine
 * (DNS rebinding), but then the browser sends that name.
 */
export function hostCheck(names: readonly string[]): (header: string | undefined) => void {
  const allowed = new Set(['localhost', '127.0.0.1', '[::1]', ...names.map(bare)]);
  return (header) => {
    if (header !== undefined && allowed.has(nameOf(header))) return;
    throw new PltfError('host-refused', {
      detail:
        header === undefined
          ? 'the request names no host'
          : `${header.slice(0, 100)} is not an address of this platform`,
    });
  };
}

const bare = (name: string): string => (isIP(name) === 6 ? `[${name}]` : name.toLowerCase());

const nameOf = (header: string): string =>
  /^(\[[0-9a-f:.]+\]|[^:]*)(?::\d{1,5})?$/i.exec(header)?.[1]?.toLowerCase() ?? '';
