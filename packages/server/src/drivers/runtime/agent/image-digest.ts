import { PltfError } from '@pltf/contracts';
import { request } from 'undici';
import { z } from 'zod';
import { within } from '../../../kernel/within.ts';

const withinMs = 15_000;
const manifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

interface ImageName {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** `name:tag` as Docker reads it: the first part is a registry when it has a dot or a port, or is `localhost`. */
export function parseImageName(reference: string): ImageName {
  const [first = '', ...rest] = reference.split('/');
  const isRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const [path, tag = 'latest'] = splitTag(isRegistry ? rest.join('/') : reference);
  return {
    registry: isRegistry ? first : 'registry-1.docker.io',
    repository: isRegistry || path.includes('/') ? path : `library/${path}`,
    tag,
  };
}

function splitTag(path: string): readonly [string, string?] {
  const colon = path.lastIndexOf(':');
  return colon < 0 ? [path] : [path.slice(0, colon), path.slice(colon + 1)];
}

/**
 * The same image by its digest, as its registry says now; one that has a digest already stays. Registries on this
 * machine are asked over HTTP, as Docker does. Throws `image-missing` and `image-unknown`.
 */
export async function imageByDigest(reference: string, signal?: AbortSignal): Promise<string> {
  if (/@sha256:[0-9a-f]{64}$/.test(reference)) return reference;
  const name = parseImageName(reference);
  const { registry, repository, tag } = name;
  const isLocal = /^(?:localhost|127\.\d+\.\d+\.\d+)(?::\d+)?$/.test(registry);
  const url = `${isLocal ? 'http' : 'https'}://${registry}/v2/${repository}/manifests/${encodeURIComponent(tag)}`;
  const digest = await ask(url, reference, within(withinMs, signal));
  const shown = registry === 'registry-1.docker.io' ? 'docker.io' : registry;
  return `${shown}/${repository}@${digest}`;
}

async function ask(url: string, reference: string, signal: AbortSignal): Promise<string> {
  const first = await head(url, undefined, signal, reference);
  const challenge = String(first.headers['www-authenticate'] ?? '');
  const answer =
    first.statusCode === 401 && /^bearer /i.test(challenge)
      ? await head(url, await anonymousToken(challenge, signal, reference), signal, reference)
      : first;
  const digest = String(answer.headers['docker-content-digest'] ?? '');
  if (answer.statusCode === 200 && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  if (answer.statusCode === 404) {
    throw new PltfError('image-missing', {
      detail: `there is no image ${reference} in its registry`,
    });
  }
  throw unknown(reference, `its registry answered ${answer.statusCode}`);
}

async function head(
  url: string,
  token: string | undefined,
  signal: AbortSignal,
  reference: string,
) {
  const headers = {
    accept: manifests,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const answer = await request(url, { method: 'HEAD', headers, signal }).catch((cause: unknown) => {
    throw unknown(reference, 'its registry does not answer', cause);
  });
  await answer.body.dump();
  return answer;
}

const Token = z.object({ token: z.string().max(20_000) });

/** What registries give to anybody for images that anybody may have. */
async function anonymousToken(
  challenge: string,
  signal: AbortSignal,
  reference: string,
): Promise<string> {
  const parts = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  const { realm = '', service = '', scope = '' } = parts;
  if (!realm.startsWith('https://') || !URL.canParse(realm))
    throw unknown(reference, 'its registry does not say how to sign in');
  const url = new URL(realm);
  url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  const answer = await request(url, { signal }).catch((cause: unknown) => {
    throw unknown(reference, 'its registry gives no token', cause);
  });
  const token = Token.safeParse(await answer.body.json().catch(() => undefined));
  if (!token.success) throw unknown(reference, 'its registry gives no token');
  return token.data.token;
}

const unknown = (reference: string, why: string, cause?: unknown): PltfError =>
  new PltfError('image-unknown', {
    detail: `which image ${reference} is cannot be known: ${why}`,
    fix: 'Name the image by its digest: `name@sha256:…`.',
    cause,
  });
