import { type Client, createClient, PltfError } from '@pltf/contracts';
import type { Connection } from '../config.ts';
import { localFetch } from './local-fetch.ts';

/** The typed client for a platform. Its errors name the address that did not answer. */
export function connect({ url, token }: Pick<Connection, 'url' | 'token'>): Client {
  checkUrl(url);
  return createClient({
    url,
    // The client reads no more of an answer than `LocalResponse` has.
    fetch: localFetch as unknown as typeof fetch,
    headers: { 'user-agent': 'pltf-cli' },
    ...(token === undefined ? {} : { token }),
  });
}

/** The client of somebody who is signed in; throws `unauthenticated` when there is no token for this address. */
export function signedIn(connection: Connection): Client {
  if (connection.token !== undefined) return connect(connection);
  throw new PltfError('unauthenticated', {
    detail: `There is no token for ${connection.url}.`,
    fix: `\`pltf login ${connection.url}\` signs you in. No platform yet? \`npm start\` in its checkout starts one.`,
  });
}

/** Throws unless the address is one that can be asked, and says nothing about who asks. */
export function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const fits = parsed !== undefined && /^https?:$/.test(parsed.protocol);
  if (fits && parsed.username === '' && parsed.password === '') return;
  throw new PltfError('usage-invalid', {
    detail: `${fits ? 'The address must not hold a user or password' : `"${url.slice(0, 100)}" is no address of a platform`}.`,
    fix: 'Give an address like http://127.0.0.1:7070 with --url, PLTF_URL or `pltf login`.',
  });
}
