// A tiny application: one small answer, as fast as one process gives it, so that the proxies are compared
// and not the application. Arguments: port, `bytes` (a prepared answer) or `node` (a real node:http server).
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';

const [port = '', kind = 'bytes'] = process.argv.slice(2);
const body = '{"ok":true,"hello":"world"}';

if (kind === 'node') {
  createServer((_message, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  }).listen(Number(port), '127.0.0.1');
} else {
  const answer = Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  createTcpServer({ noDelay: true }, (socket) => {
    let pending = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      pending += bytes.toString('latin1');
      for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
        pending = pending.slice(end + 4);
        socket.write(answer);
      }
    });
  }).listen(Number(port), '127.0.0.1');
}
