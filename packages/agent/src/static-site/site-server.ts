import { realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseRange } from './byte-range.ts';
import { contentType } from './content-types.ts';
import { findFile, openInside, type SiteFile } from './site-files.ts';

export interface SiteOptions {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  /** Changes with the content: times of files do not, where archives are made without them. */
  readonly version: string;
}

export interface Site {
  readonly folder: string;
  readonly port: number;
  /** Takes no more connections and resolves when the answers under way are out. */
  close(): Promise<void>;
}

/** A name that ends in a hash of the content, as bundlers write it: such a file never changes. */
const named =
  /[.-]([0-9a-f]{8,64}|[A-Za-z0-9_-]{8})\.(?:m?js|css|map|woff2?|png|jpe?g|svg|webp|avif|gif)$/;

/** `app-4f3a9c21.js` and `app-DiwrgTda.js` do, `photo-20240131.jpg` and `logo-holidays.png` do not. */
export function hasContentHash(file: string): boolean {
  const hash = named.exec(file)?.[1];
  if (hash === undefined) return false;
  const mixed = /[0-9]/.test(hash) && /[a-zA-Z]/.test(hash);
  return mixed || (/[a-z]/.test(hash) && /.[A-Z]/.test(hash));
}

const keepAliveMs = 75_000;
const longestPath = 4096;

/** Serves the files of a folder over HTTP. */
export async function serveSite(options: SiteOptions): Promise<Site> {
  const folder = await realpath(options.folder);
  let leaving = false;
  const server = createServer((request, response) => {
    if (leaving) response.setHeader('connection', 'close');
    answer({ root: folder, version: options.version }, request, response).catch(() =>
      response.destroy(),
    );
  });
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  await listen(server, options);
  return {
    folder,
    port: (server.address() as AddressInfo).port,
    close: () => {
      leaving = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      return closed;
    },
  };
}

function listen(server: Server, { host, port }: SiteOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

interface Served {
  readonly root: string;
  readonly version: string;
}

async function answer(
  { root, version }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('x-content-type-options', 'nosniff');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return end(response, 405, 'Only GET and HEAD are answered here.\n');
  }
  const [urlPath = '/', query] = (request.url ?? '/').split('?', 2);
  if (!urlPath.startsWith('/') || urlPath.length > longestPath) {
    return end(response, 400, 'This path cannot be read.\n');
  }
  const found = await findFile(root, urlPath);
  if (found === undefined) {
    return answerMissing({ root, version }, urlPath, request, response);
  }
  if (found.is === 'redirect') {
    const to = `/${found.to}${query === undefined ? '' : `?${query}`}`;
    response.setHeader('location', to);
    response.setHeader('cache-control', 'no-cache');
    return end(response, 301, `${to}\n`);
  }
  await sendFile(found, 200, version, request, response);
}

/** The site's own page for it when it has one; its health answers without one. */
async function answerMissing(
  { root, version }: Served,
  urlPath: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (urlPath === '/healthz') return end(response, 200, 'ok\n');
  const page = await openInside(root, path.join(root, '404.html'));
  if (page === undefined) return end(response, 404, 'There is no such page.\n');
  await sendFile(page, 404, version, request, response);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

const entityTag = ({ size, modifiedMs }: SiteFile, version: string) =>
  `"${[version, size.toString(36), Math.floor(modifiedMs).toString(36)].join('-')}"`;

async function sendFile(
  file: SiteFile,
  status: number,
  version: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const tag = entityTag(file, version);
    const modified = modifiedAt(file);
    const lasting = hasContentHash(path.basename(file.name));
    response.setHeader('content-type', contentType(file.name));
    response.setHeader('etag', tag);
    if (modified !== undefined) response.setHeader('last-modified', modified);
    response.setHeader('accept-ranges', 'bytes');
    response.setHeader(
      'cache-control',
      lasting && status === 200 ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    if (status === 200 && isFresh(request, tag, modified)) {
      response.removeHeader('content-type');
      response.writeHead(304);
      response.end();
      return;
    }
    await sendContent(file, status, tag, modified, request, response);
  } finally {
    await file.handle.close();
  }
}

/** In whole seconds, as HTTP writes it; undefined for files of an archive that keeps no times. */
function modifiedAt({ modifiedMs }: SiteFile): string | undefined {
  return modifiedMs < 86_400_000 ? undefined : new Date(modifiedMs).toUTCString();
}

/** Times are compared for being the same, not for being newer: a rollback brings older files. */
function isFresh(request: IncomingMessage, tag: string, modified: string | undefined): boolean {
  const tags = request.headers['if-none-match'];
  if (tags !== undefined) {
    return tags
      .split(',')
      .map((one) => one.trim().replace(/^W\//, ''))
      .some((one) => one === tag || one === '*');
  }
  return modified !== undefined && request.headers['if-modified-since'] === modified;
}

async function sendContent(
  file: SiteFile,
  status: number,
  tag: string,
  modified: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const condition = request.headers['if-range'];
  const current = condition === undefined || condition === tag || condition === modified;
  const range =
    status === 200 && current ? parseRange(request.headers.range, file.size) : undefined;
  if (range === 'unsatisfiable') {
    response.setHeader('content-range', `bytes */${file.size}`);
    return end(response, 416, 'This part of the file does not exist.\n');
  }
  const { start, end: last } = range ?? { start: 0, end: file.size - 1 };
  response.setHeader('content-length', Math.max(0, last - start + 1));
  if (range !== undefined) {
    response.setHeader('content-range', `bytes ${start}-${last}/${file.size}`);
  }
  response.writeHead(range === undefined ? status : 206);
  if (request.method === 'HEAD' || file.size === 0) {
    response.end();
    return;
  }
  const content = file.handle.createReadStream({ start, end: last, autoClose: false });
  await pipeline(content, response);
}
