import { spawn } from 'node:child_process';
import type { GitExchange } from '../../../modules/repos/index.ts';
import type { Git } from './git-process.ts';
import { ClosingFlush, progressPacket } from './pkt-line.ts';

const services: ReadonlySet<string> = new Set([
  '/info/refs',
  '/git-upload-pack',
  '/git-receive-pack',
]);
const maximumHeader = 16 * 1024;

/** Serves one smart-HTTP request by `git http-backend`, a CGI program that comes with git. */
export async function serveGit(git: Git, root: string, exchange: GitExchange): Promise<void> {
  const { request, response } = exchange;
  if (!services.has(exchange.path)) {
    response.writeHead(404).end();
    return;
  }
  const child = spawn('git', ['http-backend'], {
    env: { ...git.environment, ...cgiEnvironment(root, exchange) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const finished = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  // A person who goes away ends a fetch; a push that git has begun to take is brought to its end.
  if (exchange.path !== '/git-receive-pack') response.on('close', () => child.kill('SIGTERM'));
  child.stderr.resume();
  const closing = exchange.path === '/git-receive-pack' ? new ClosingFlush() : undefined;
  await forward(child.stdout, exchange, closing);
  await finished;
  if (closing !== undefined) {
    await tellProgress(exchange, closing);
    response.write(closing.end());
  }
  response.end();
}

async function tellProgress(exchange: GitExchange, closing: ClosingFlush): Promise<void> {
  const lines = exchange.afterPush();
  for await (const line of lines) {
    if (exchange.response.destroyed || !closing.open) break;
    exchange.response.write(progressPacket(line));
  }
}

function cgiEnvironment(root: string, exchange: GitExchange): NodeJS.ProcessEnv {
  const { request } = exchange;
  const protocol = request.headers['git-protocol'];
  const encoding = request.headers['content-encoding'];
  const length = request.headers['content-length'];
  return {
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${exchange.repository}.git${exchange.path}`,
    QUERY_STRING: exchange.query,
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    REMOTE_USER: exchange.user,
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
    ...(typeof length === 'string' ? { CONTENT_LENGTH: length } : {}),
    ...(typeof encoding === 'string' ? { HTTP_CONTENT_ENCODING: encoding } : {}),
    ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol.slice(0, 100) } : {}),
  };
}

/** Reads the CGI header, answers with it, and passes the body on with back-pressure. */
async function forward(
  source: NodeJS.ReadableStream,
  { response }: GitExchange,
  closing: ClosingFlush | undefined,
): Promise<void> {
  let header: Buffer | undefined = Buffer.alloc(0);
  for await (const part of source as AsyncIterable<Buffer>) {
    let chunk: Buffer = part;
    if (header !== undefined) {
      header = Buffer.concat([header, chunk]);
      const end: number = header.indexOf('\r\n\r\n');
      if (end < 0 && header.length < maximumHeader) continue;
      writeHead(response, header.toString('latin1', 0, Math.max(0, end)));
      chunk = header.subarray(end + 4);
      header = undefined;
    }
    const ready = closing === undefined ? chunk : closing.push(chunk);
    if (ready.length > 0 && !response.destroyed && !response.write(ready)) await drained(response);
  }
  if (header !== undefined) response.writeHead(502);
}

const drained = (response: GitExchange['response']): Promise<void> =>
  new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });

function writeHead(response: GitExchange['response'], text: string): void {
  let status = 200;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10) || 500;
    else response.setHeader(name, value);
  }
  response.writeHead(status);
}
