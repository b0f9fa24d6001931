import { createServer, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** The older callbacks, because they hand out headers as they came. */
const handler = (response: ServerResponse): Dispatcher.DispatchHandler => ({
  onConnect: () => undefined,
  onHeaders: (status, raw) => {
    const kept: string[] = [];
    for (let index = 0; index < raw.length; index += 2) {
      const name = (raw[index] as Buffer).toString('latin1');
      if (!hopByHop.has(name.toLowerCase()))
        kept.push(name, (raw[index + 1] as Buffer).toString('latin1'));
    }
    response.writeHead(status, kept);
    return true;
  },
  onData: (chunk) => response.write(chunk),
  onComplete: () => {
    response.end();
  },
  onError: () => {
    response.destroy();
  },
});

/** The least that forwards with undici: no features, the yardstick of what they cost. Runs until the process ends. */
export function forwardWithUndici(port: number, upstream: number): void {
  const pool = new Pool(`http://127.0.0.1:${upstream}`, { connections: 64 });
  createServer((message, response) => {
    const headers = message.rawHeaders.filter(
      (_value, index, all) => !hopByHop.has((all[index - (index % 2)] ?? '').toLowerCase()),
    );
    const { url: path = '/', method = 'GET' } = message;
    pool.dispatch({ path, method, headers, body: null }, handler(response));
  }).listen(port, '127.0.0.1');
}
