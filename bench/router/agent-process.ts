// The least that forwards with node:http alone: `http.request` on a keep-alive agent.
import { Agent, createServer, request } from 'node:http';

const [port = '', upstream = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding']);

const withoutHopByHop = (raw: readonly string[]): string[] =>
  raw.filter((_value, index) => !hopByHop.has((raw[index - (index % 2)] ?? '').toLowerCase()));

createServer((message, response) => {
  const { url: path, method } = message;
  const headers = withoutHopByHop(message.rawHeaders);
  const sent = request(
    { host: '127.0.0.1', port: Number(upstream), agent, method, path, headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.rawHeaders));
      answer.pipe(response);
    },
  );
  sent.on('error', () => response.destroy());
  message.pipe(sent);
}).listen(Number(port), '127.0.0.1');
