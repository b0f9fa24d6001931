import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import type { GitExchange } from '../../../modules/repos/index.ts';
import type { Git } from './git-process.ts';
import { ClosingFlush, progressPacket } from './pkt-line.ts';

const services: ReadonlySet<string> = new Set([
  '/info/refs',
  '/git-upload-pack',
  '/git-receive-pack',
]);
const maximumHeader = 16 * 1024;
const headerEnd = '\r\n\r\n';

/** Serves one smart-HTTP request by `git http-backend`, a CGI program that comes with git. */
export async function serveGit(git: Git, root: string, exchange: GitExchange): Promise<void> {
  const { response } = exchange;
  if (!services.has(exchange.path)) {
    response.writeHead(404).end();
    return;
  }
  const pushes = exchange.path === '/git-receive-pack';
  const child = spawn('git', ['http-backend'], {
    env: { ...git.environment, ...cgiEnvironment(root, exchange) },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, because http-backend has others do its work.
    detached: true,
  });
  const finished = endOf(child);
  child.stderr.resume();
  feed(exchange, child);
  // A person who goes away ends a fetch; a push that git has taken whole is brought to its end.
  const left = (): void => endGroup(child);
  if (!pushes) response.once('close', left);
  const closing = pushes ? new ClosingFlush() : undefined;
  try {
    await forward(child.stdout, response, closing);
    await finished;
    if (closing !== undefined) await tellProgress(exchange, closing);
  } finally {
    response.off('close', left);
    endGroup(child);
    if (!response.destroyed) response.end(closing?.end());
  }
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
}

function endGroup({ pid, exitCode, signalCode }: ChildProcessWithoutNullStreams): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It ended just now.
  }
}

/** Git gets the body as it comes, may end before it has all of it, and is ended when the client leaves in the middle. */
function feed({ request, body }: GitExchange, child: ChildProcessWithoutNullStreams): void {
  const { stdin } = child;
  if (body !== undefined) {
    stdin.on('error', () => undefined);
    stdin.end(body);
    return;
  }
  request.pipe(stdin);
  stdin.on('error', () => {
    request.unpipe(stdin);
    request.resume();
  });
  request.once('close', () => {
    if (!request.complete) endGroup(child);
  });
}

async function tellProgress(exchange: GitExchange, closing: ClosingFlush): Promise<void> {
  for await (const line of exchange.afterPush()) {
    if (exchange.response.destroyed || !closing.open) break;
    exchange.response.write(progressPacket(line));
  }
}

/**
 * Without CONTENT_LENGTH, which is only right until a client (or this process) ends in the middle: http-backend (git
 * 2.39) takes the end of an input that was announced longer for nothing, and reads on for ever at full speed.
 */
function cgiEnvironment(root: string, exchange: GitExchange): NodeJS.ProcessEnv {
  const { request } = exchange;
  const protocol = request.headers['git-protocol'];
  const encoding = request.headers['content-encoding'];
  return {
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${exchange.repository}.git${exchange.path}`,
    QUERY_STRING: exchange.query,
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    REMOTE_USER: exchange.user,
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
    ...(typeof encoding === 'string' && exchange.body === undefined
      ? { HTTP_CONTENT_ENCODING: encoding }
      : {}),
    ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol.slice(0, 100) } : {}),
  };
}

/** Reads the CGI header, answers with it, and passes the body on with back-pressure. */
async function forward(
  source: AsyncIterable<Buffer>,
  response: ServerResponse,
  closing: ClosingFlush | undefined,
): Promise<void> {
  let header: Buffer | undefined = Buffer.alloc(0);
  for await (const part of source) {
    let body = part;
    if (header !== undefined) {
      header = Buffer.concat([header, part]);
      const end = header.indexOf(headerEnd);
      if (end < 0 && header.length < maximumHeader) continue;
      if (end < 0) break;
      writeHead(response, header.toString('latin1', 0, end));
      body = header.subarray(end + headerEnd.length);
      header = undefined;
    }
    const ready = closing === undefined ? body : closing.push(body);
    if (ready.length > 0 && !response.destroyed && !response.write(ready)) await drained(response);
  }
  // Git that could not even begin to answer.
  if (header !== undefined && !response.headersSent) response.writeHead(502);
}

/** Settles when more can be written, or the client has gone. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
    if (response.destroyed) done();
  });

function writeHead(response: ServerResponse, text: string): void {
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
