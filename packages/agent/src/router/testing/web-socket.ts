import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { RawClient } from './client.ts';

/** A frame of fewer than 64 KiB, masked as clients must. */
export function frame(opcode: number, payload: Buffer, masked: boolean): Buffer {
  const length =
    payload.length < 126
      ? Buffer.from([payload.length | (masked ? 128 : 0)])
      : Buffer.from([126 | (masked ? 128 : 0), payload.length >> 8, payload.length & 255]);
  const head = Buffer.concat([Buffer.from([128 | opcode]), length]);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = Buffer.from([1, 2, 3, 4]);
  const hidden = payload.map((byte, index) => byte ^ (mask[index % 4] as number));
  return Buffer.concat([head, mask, hidden]);
}

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** The whole frames in these bytes, and what is left. */
export function frames(bytes: Buffer): { readonly found: readonly Frame[]; readonly rest: Buffer } {
  const found: Frame[] = [];
  let at = 0;
  for (;;) {
    if (bytes.length < at + 2) break;
    const second = bytes[at + 1] as number;
    const extended = (second & 127) === 126;
    const start = at + (extended ? 4 : 2) + (second & 128 ? 4 : 0);
    if (bytes.length < start) break;
    const length = extended ? bytes.readUInt16BE(at + 2) : second & 127;
    if (bytes.length < start + length) break;
    const payload = Buffer.from(bytes.subarray(start, start + length));
    if (second & 128)
      for (const index of payload.keys())
        payload[index] = (payload[index] as number) ^ (bytes[start - 4 + (index % 4)] as number);
    found.push({ opcode: (bytes[at] as number) & 15, payload });
    at = start + length;
  }
  return { found, rest: bytes.subarray(at) };
}

export interface WebSocketUpstream {
  readonly port: number;
  readonly sockets: readonly Socket[];
  /** All frames that came from clients. */
  readonly received: readonly Frame[];
}

const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** An application that echoes frames; `polite` ones answer a Close with a Close. */
export async function webSocketUpstream({
  polite,
}: {
  polite: boolean;
}): Promise<WebSocketUpstream> {
  const sockets: Socket[] = [];
  const received: Frame[] = [];
  const server = createServer((_message, response) => response.writeHead(426).end('upgrade'));
  server.on('upgrade', (message, stream) => {
    const socket = stream as Socket;
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    if (message.url === '/refused') {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-Why: no\r\n\r\nno');
      return;
    }
    const accept = acceptOf(message.headers['sec-websocket-key'] ?? '');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      const read = frames(Buffer.concat([rest, bytes]));
      rest = read.rest;
      for (const { opcode, payload } of read.found) {
        received.push({ opcode, payload });
        if (opcode !== 8 || polite) socket.write(frame(opcode, payload, false));
        if (opcode === 8 && polite) socket.end();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return { port: (server.address() as AddressInfo).port, sockets, received };
}

export const upgradeRequest = (path = '/', protocol = 'websocket'): string =>
  `GET ${path} HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

/** Opens a web socket through the router; answers a function for the frames received since. */
export async function openWebSocket(client: RawClient): Promise<() => readonly Frame[]> {
  client.write(upgradeRequest());
  const received = await client.until((text) => text.includes('\r\n\r\n'));
  const head = received.indexOf('\r\n\r\n') + 4;
  return () => frames(Buffer.from(client.received().slice(head), 'latin1')).found;
}
