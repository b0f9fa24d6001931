// The least that forwards with undici: no features, the yardstick of what they cost.
import { createServer, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

const [port = '', upstream = ''] = process.argv.slice(2);
const pool = new Pool(`http://127.0.0.1:${upstream}`, { connections: 64 });
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding']);

const handler = (response: ServerResponse): Dispatcher.DispatchHandler => ({
  onRequestStart: () => undefined,
  onResponseStart: (_controller, status, headers) => {
    const kept = Object.entries(headers).filter(([name]) => !hopByHop.has(name));
    response.writeHead(status, Object.fromEntries(kept));
  },
  onResponseData: (_controller, chunk) => {
    response.write(chunk);
  },
  onResponseEnd: () => {
    response.end();
  },
  onResponseError: () => {
    response.destroy();
  },
});

createServer((message, response) => {
  const headers = message.rawHeaders.filter(
    (_value, index, all) => !hopByHop.has((all[index - (index % 2)] ?? '').toLowerCase()),
  );
  const { url: path = '/', method = 'GET' } = message;
  pool.dispatch({ path, method, headers, body: null }, handler(response));
}).listen(Number(port), '127.0.0.1');
