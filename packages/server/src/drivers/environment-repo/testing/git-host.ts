import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

/** A host of one Git repository over HTTP, which asks for `user:token`. */
export interface GitHost extends AsyncDisposable {
  readonly url: string;
  /** Who may come in; changed when a token ends. */
  secret: string;
}

/** Serves the bare repository `folder/name` by git's own program. */
export async function gitHost(folder: string, name: string, secret: string): Promise<GitHost> {
  const repository = `${folder}/${name}`;
  await promisify(execFile)('git', ['--git-dir', repository, 'config', 'http.receivepack', 'true']);
  const state = { secret };
  const server = createServer((request, response) => {
    const wanted = `Basic ${Buffer.from(state.secret).toString('base64')}`;
    if (request.headers.authorization === wanted) {
      answer(folder, request, response);
      return;
    }
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' });
    response.end('unauthorized\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${name}`,
    get secret() {
      return state.secret;
    },
    set secret(next) {
      state.secret = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'test',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      HTTP_GIT_PROTOCOL: request.headers['git-protocol']?.toString(),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    const headers = all.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n');
    let status = 200;
    for (const header of headers) {
      const [key = '', value = ''] = header.split(': ');
      if (key === 'Status') status = Number.parseInt(value, 10);
      else if (key !== '') response.setHeader(key, value);
    }
    response.writeHead(status);
    response.end(all.subarray(end + 4));
  });
}
