import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asking {
  readonly host?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
}

/** One request to the router; by default for the host `app.test` on a connection of its own. */
export function ask(port: number, asking: Asking = {}): Promise<Answer> {
  const { host = 'app.test', method = 'GET', path = '/', headers = {}, body, agent } = asking;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { host, ...headers },
        agent: agent ?? false,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Connections that are kept until the test is over. */
export function keepAliveAgent(maxSockets: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** A bare connection for requests that no client library would send. */
export interface RawClient {
  readonly socket: Socket;
  readonly write: (text: string | Buffer) => void;
  /** All bytes so far, one in each character. */
  readonly received: () => string;
  readonly until: (matches: (received: string) => boolean) => Promise<string>;
  /** Resolves with all that came when the router has closed the connection. */
  readonly closed: () => Promise<string>;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port });
  onTestFinished(() => {
    socket.destroy();
  });
  let received = '';
  let ended = false;
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1');
    socket.emit('received');
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    ended = true;
    socket.emit('received');
  });
  await once(socket, 'connect');
  const until = async (matches: (received: string) => boolean): Promise<string> => {
    while (!matches(received)) {
      if (ended) throw new Error(`closed after: ${JSON.stringify(received.slice(0, 500))}`);
      await once(socket, 'received');
    }
    return received;
  };
  const closed = async (): Promise<string> => {
    while (!ended) await once(socket, 'received');
    return received;
  };
  return { socket, write: (text) => socket.write(text), received: () => received, until, closed };
}

/** Sends these bytes and answers all that came back until the router closed, or the status was there. */
export async function exchangeRaw(port: number, text: string | Buffer): Promise<string> {
  const client = await rawClient(port);
  client.write(text);
  return client.until((received) => received.includes('\r\n\r\n'));
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
