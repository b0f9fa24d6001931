import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

// Shows the site on your machine. The platform and the image serve `public/` by themselves.
const root = fileURLToPath(new URL('public', import.meta.url));
const port = Number(process.env.PORT ?? ${{ values.port }});
const host = process.env.HOST ?? '127.0.0.1';

/** @type {Record<string, string>} */
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
};

/** The file that a path means, if there is one. @param {string} path */
async function fileAt(path) {
  const file = normalize(join(root, decodeURIComponent(path)));
  if (file !== root && !file.startsWith(root + sep)) return undefined;
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return file;
  const index = join(file, 'index.html');
  const front = found?.isDirectory() ? await stat(index).catch(() => undefined) : undefined;
  return front?.isFile() ? index : undefined;
}

const server = createServer(async (request, response) => {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    if (pathname === '/healthz') return void response.end('ok');
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
    const file = await fileAt(pathname);
    const shown = file ?? join(root, '404.html');
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': types[extname(shown)] ?? 'application/octet-stream',
      'cache-control': 'no-cache',
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(shown).pipe(response);
  } catch {
    // An address that is none, such as a lone %.
    response.writeHead(400).end();
  }
});

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => server.close());
server.listen(port, host, () => {
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  process.stdout.write(`The site is at http://${host}:${bound}\n`);
});
