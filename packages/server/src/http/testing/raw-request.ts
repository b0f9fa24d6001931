import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Sends bytes as they are, and answers with whatever came back until the other side closed or `ms` passed. */
export async function exchange(port: number, bytes: string, ms = 2_000): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(bytes);
  return received(socket, ms);
}

export async function received(socket: Socket, ms: number): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await Promise.race([
    once(socket, 'close').catch(() => undefined),
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
  ]);
  socket.destroy();
  return text;
}
