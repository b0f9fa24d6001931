import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Something that listens on 127.0.0.1 until the test is over. */
export interface Upstream {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Ends as a killed process does: all connections at once. */
  readonly kill: () => Promise<void>;
}

export interface HttpUpstream extends Upstream {
  readonly server: Server;
}

/** An application in this process. */
export async function httpUpstream(listener: RequestListener): Promise<HttpUpstream> {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kill = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  onTestFinished(kill);
  return {
    server,
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    kill,
  };
}

/** Answers bytes of the test's choosing. */
export async function rawUpstream(serve: (socket: Socket) => void): Promise<Upstream> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kill = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  onTestFinished(kill);
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    kill,
  };
}

/** An application in a process of its own that ends at once when told to, without finishing its work. */
export interface ProcessUpstream {
  readonly port: number;
  readonly pid: number;
  readonly kill: () => Promise<void>;
}

const program = `
import { createServer } from 'node:http';
const name = process.argv[1];
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const slow = request.url.startsWith('/slow');
    setTimeout(() => {
      response.setHeader('x-served-by', name);
      response.end(request.method === 'POST' ? Buffer.concat(chunks) : 'hello');
    }, slow ? 300 : 0);
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: Number(process.argv[2]) }, () => process.stdout.write(server.address().port + '\\n'));
`;

export async function processUpstream(name: string, backlog = 511): Promise<ProcessUpstream> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', program, name, String(backlog)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: Number(line.toString()), pid: child.pid as number, kill };
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function closedPort(): Promise<number> {
  const upstream = await rawUpstream(() => undefined);
  await upstream.kill();
  return upstream.port;
}
