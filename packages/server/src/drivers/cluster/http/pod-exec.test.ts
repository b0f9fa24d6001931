import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type ExecOutput, PltfError } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterApi, ExecOptions } from '../cluster-api.ts';
import { openCluster } from './http-cluster.ts';

let server: Server;
let folder: string;
let cluster: ClusterApi;
let asked: IncomingMessage | undefined;
let talk: (socket: Duplex) => void;
let minor: string;

/** A binary frame of a WebSocket server: a channel and what it carries, at most 65,535 bytes. */
function frame(channel: number, content: Uint8Array | string): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), Buffer.from(content)]);
  const long = payload.length > 125;
  const head = long
    ? Buffer.from([0x82, 126, payload.length >> 8, payload.length & 255])
    : Buffer.from([0x82, payload.length]);
  return Buffer.concat([head, payload]);
}

/** What short frames of a client carry. */
function unmasked(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at + 1] ?? 0) & 127;
    const key = bytes.subarray(at + 2, at + 6);
    const content = bytes.subarray(at + 6, at + 6 + length);
    found.push(Buffer.from(content.map((byte, index) => byte ^ (key[index % 4] ?? 0))));
    at += 6 + length;
  }
  return found;
}

beforeEach(async () => {
  asked = undefined;
  folder = await mkdtemp(join(tmpdir(), 'pltf-exec-'));
  minor = '31';
  server = createServer((request, response) => {
    if (request.url === '/version') response.end(JSON.stringify({ major: '1', minor }));
    else if (/^\/apis?(?:\/|\?|$)/.test(request.url ?? ''))
      response.end(JSON.stringify({ kind: 'APIGroupList', groups: [], resources: [] }));
    else response.writeHead(403).end('{}');
  });
  server.on('upgrade', (request, socket) => {
    asked = request;
    socket.on('error', () => undefined);
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n`,
    );
    talk(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const file = join(folder, 'config');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(
    file,
    JSON.stringify({
      clusters: [{ name: 'one', cluster: { server: address } }],
      users: [{ name: 'me', user: { token: 'secret' } }],
      contexts: [{ name: 'dev', context: { cluster: 'one', user: 'me' } }],
    }),
  );
  cluster = openCluster({
    name: 'berlin',
    context: 'dev',
    kubeconfig: { files: [file], environment: {} },
  });
});
afterEach(async () => {
  await cluster[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function run({
  signal = new AbortController().signal,
  ...more
}: Partial<ExecOptions> = {}): Promise<readonly ExecOutput[]> {
  const outputs: ExecOutput[] = [];
  const options = {
    container: 'main',
    command: ['sh', '-c', 'echo $A; rm "b c"'],
    signal,
    ...more,
  };
  for await (const output of cluster.exec('shop', 'web-1', options)) outputs.push(output);
  return outputs;
}
const status = (body: object): Buffer => frame(3, JSON.stringify(body));

describe('a command in a container', () => {
  it('is sent word by word, and answers with what it wrote and how it ended', async () => {
    const word = Buffer.from('grün\n');
    talk = (socket) => {
      socket.write(frame(1, word.subarray(0, 3)));
      socket.write(Buffer.concat([frame(1, word.subarray(3)), frame(2, 'x'.repeat(300))]));
      const causes = [{ reason: 'ExitCode', message: '42' }];
      socket.write(status({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes } }));
    };
    const outputs = await run();
    const text = (stream: string): string =>
      outputs
        .map((output) => ('text' in output && output.stream === stream ? output.text : ''))
        .join('');

    expect(text('out')).toBe('grün\n');
    expect(text('err')).toBe('x'.repeat(300));
    expect(outputs.at(-1)).toEqual({ exitCode: 42 });
    const { pathname, searchParams } = new URL(asked?.url ?? '', 'http://cluster');
    expect(pathname).toBe('/api/v1/namespaces/shop/pods/web-1/exec');
    expect(searchParams.getAll('command')).toEqual(['sh', '-c', 'echo $A; rm "b c"']);
    expect(searchParams.get('container')).toBe('main');
    expect(asked?.headers.authorization).toBe('Bearer secret');
    expect(asked?.headers['sec-websocket-protocol']).toContain('v5.channel.k8s.io');
  });

  it('reads what it is given, and then its end, where the cluster can say so', async () => {
    minor = '31';
    const frames: Buffer[] = [];
    talk = (socket) =>
      socket.on('data', (chunk: Buffer) => {
        frames.push(...unmasked(chunk));
        if (frames.at(-1)?.[0] === 255) socket.write(status({ status: 'Success' }));
      });

    await run({ stdin: 'grün\n' });

    expect(frames).toEqual([Buffer.from('\u0000grün\n'), Buffer.from([255, 0])]);
    const { searchParams } = new URL(asked?.url ?? '', 'http://cluster');
    expect(searchParams.get('stdin')).toBe('true');
    expect(searchParams.getAll('command')).toEqual(['sh', '-c', 'echo $A; rm "b c"']);
  });

  it('reads as many bytes as it is given where the end cannot be said', async () => {
    minor = '20';
    talk = (socket) => socket.on('data', () => socket.write(status({ status: 'Success' })));

    await run({ stdin: 'grün\n' });

    const { searchParams } = new URL(asked?.url ?? '', 'http://cluster');
    expect(searchParams.getAll('command')).toEqual([
      ...['sh', '-c', 'head -c "$0" | "$@"', '6'],
      ...['sh', '-c', 'echo $A; rm "b c"'],
    ]);
  });

  it('ends well with 0', async () => {
    talk = (socket) => socket.write(status({ status: 'Success' }));

    expect(await run()).toEqual([{ exitCode: 0 }]);
  });

  it('that cannot be started says why', async () => {
    const message = 'exec: "sh": executable file not found in $PATH';
    talk = (socket) => socket.write(status({ status: 'Failure', message }));

    await expect(run()).rejects.toThrow(message);
  });

  it('that the server does not let us run is refused', async () => {
    server.removeAllListeners('upgrade');

    await expect(run()).rejects.toBeInstanceOf(PltfError);
  });

  it('ends with the signal', async () => {
    talk = (socket) => socket.write(frame(1, 'waiting'));
    const end = new AbortController();
    setTimeout(() => end.abort(), 200);

    expect(await run({ signal: end.signal })).toEqual([{ stream: 'out', text: 'waiting' }]);
  });
});
