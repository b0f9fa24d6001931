import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { PltfError } from '@pltf/contracts';
import type { Logger } from 'pino';
import { answerProblem } from './answers.ts';
import type { ControlTargets } from './call.ts';
import { routes } from './routes.ts';

export interface ControlServer {
  close(): Promise<void>;
}

/** Serves the control API on a unix socket that only the platform's user can open. */
export async function serveControl(
  socketPath: string,
  targets: ControlTargets,
  log: Logger,
): Promise<ControlServer> {
  if (await answers(socketPath)) {
    throw new PltfError('port-in-use', {
      detail: `Another agent answers at ${socketPath}.`,
      fix: 'Stop it first, or use another data directory.',
    });
  }
  rmSync(socketPath, { force: true });
  const server = createServer((request, response) => {
    handle(targets, request, response).catch((error: unknown) => {
      if (!(error instanceof PltfError))
        log.error({ err: error, url: request.url }, 'a call failed');
      answerProblem(response, error);
    });
  });
  // A call may wait for a task's end, and a log may be followed for ever.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await listen(server, socketPath);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  targets: ControlTargets,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://agent');
  let known = false;
  for (const { method, path, handle: run } of routes) {
    const match = path.exec(url.pathname);
    if (match === null) continue;
    known = true;
    if (method !== request.method) continue;
    const names = match.slice(1).map(decode);
    await run({ targets, request, response, names, query: url.searchParams });
    return;
  }
  throw new PltfError('not-found', {
    detail: `${request.method} ${url.pathname} is not part of the protocol${known ? ' with this method' : ''}.`,
  });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new PltfError('bad-request', { detail: 'The path is not percent-encoded text.' });
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1000, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => {
      chmodSync(socketPath, 0o600);
      resolve();
    });
  });
}
