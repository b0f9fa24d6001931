import { readFile, stat } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import staticFiles from '@fastify/static';
import { PltfError } from '@pltf/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pagePolicy } from './security-headers.ts';

/** Serves what the portal was built into; answers whether it did. */
export type ServePortal = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;

const assets = `assets${sep}`;

/** Files of the portal. A rebuilt portal is served without a restart: nothing of it is kept in memory. */
export function registerPortal(app: FastifyInstance, directory: string): ServePortal {
  void app.register(staticFiles, { root: directory, serve: false, dotfiles: 'deny' });
  return async (request, reply) => {
    const path = filePath(request.url);
    if (path === undefined) return false;
    if (path !== '' && path !== 'index.html' && (await isFile(join(directory, path)))) {
      sendAsset(reply, path);
      return true;
    }
    // A page of the portal's own router has no dot in its last part; a missing file must not look like one.
    if (/\.[a-z0-9]+$/i.test(path) && path !== 'index.html') return false;
    await sendPage(reply, directory);
    return true;
  };
}

/** The path inside the folder; undefined for anything that leads out of it or is not a path at all. */
function filePath(url: string): string | undefined {
  try {
    const [path = ''] = url.split('?', 1);
    const decoded = decodeURIComponent(path).replace(/^\/+/, '');
    const inside = normalize(decoded);
    const leads = inside
      .split(sep)
      .some((part) => part === '..' || (part.startsWith('.') && part !== '.'));
    return leads || decoded.includes('\0') || decoded.includes('\\')
      ? undefined
      : inside === '.'
        ? ''
        : inside;
  } catch {
    return undefined;
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

function sendAsset(reply: FastifyReply, path: string): void {
  // Vite puts a hash of the content into the names there.
  const isHashed = path.startsWith(assets);
  void reply.sendFile(path, {
    cacheControl: true,
    maxAge: isHashed ? '365d' : 0,
    immutable: isHashed,
    lastModified: true,
  });
}

async function sendPage(reply: FastifyReply, directory: string): Promise<void> {
  const html = await readFile(join(directory, 'index.html'), 'utf8').catch((cause: unknown) => {
    throw new PltfError('not-found', {
      detail: 'the portal is not built',
      fix: '`npm start` builds it. The API answers at /api/v1, described at /api/docs.',
      cause,
    });
  });
  void reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', pagePolicy(html))
    .header('cache-control', 'no-cache')
    .send(html);
}
