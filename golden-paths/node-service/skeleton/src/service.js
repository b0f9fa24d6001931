import { createServer } from 'node:http';
import { Server } from 'node:net';
import { createApp } from './app.js';

// Longer than a router keeps idle connections (a minute), or a request can meet a closing one and be lost.
const keepAliveMs = 75_000;
const requestMs = 60_000;
// A connection that has not asked anything by then is not about to.
const silenceMs = 500;
// Whoever keeps a connection may be asking at this moment: it is told with its next answer that it was the last one.
// Load balancers that keep connections would lose a request in every rollout otherwise.
const lastAnswerWithinMs = 2_000;

/**
 * The HTTP server, with a stop that loses no request.
 *
 * @param {{ log: import('./log.js').Log, app?: import('node:http').RequestListener, lastAnswerMs?: number }} options
 */
export function createService({ log, app, lastAnswerMs = lastAnswerWithinMs }) {
  let stopping = false;
  const isStopping = () => stopping;
  const handle = app ?? createApp({ log, isStopping });
  /** @type {Set<import('node:http').ServerResponse>} */
  const open = new Set();
  /** @type {Set<import('node:net').Socket>} */
  const silent = new Set();

  const server = createServer((request, response) => {
    silent.delete(request.socket);
    open.add(response);
    response.once('close', () => open.delete(response));
    if (stopping) response.setHeader('connection', 'close');
    handle(request, response);
  });
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.keepAliveTimeout = keepAliveMs;
  // Must be longer than the keep-alive, or it ends idle connections first.
  server.headersTimeout = keepAliveMs + 5_000;
  server.requestTimeout = keepAliveMs + requestMs;

  /**
   * Listens; answers the port.
   *
   * @param {number} port 0 takes a free one
   * @param {string} host
   * @returns {Promise<number>}
   */
  const start = (port, host) =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.removeListener('error', reject);
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });

  /**
   * Finishes what is in flight, tells every connection with its next answer that it is the last one, and closes.
   * What is not finished after `deadlineMs` is cut; answers whether all was finished.
   *
   * @param {number} deadlineMs
   * @returns {Promise<boolean>}
   */
  async function stop(deadlineMs) {
    stopping = true;
    for (const response of open) if (!response.headersSent) response.setHeader('connection', 'close');
    const silence = setTimeout(() => {
      for (const socket of silent) socket.destroy();
    }, silenceMs);
    const idle = setTimeout(() => server.closeIdleConnections(), lastAnswerMs);
    /** @type {NodeJS.Timeout | undefined} */
    let deadline;
    // An HTTP server's own `close` ends idle connections at once, also one on which a request is under way.
    const closed = new Promise((resolve) => Server.prototype.close.call(server, () => resolve(true)));
    const late = new Promise((resolve) => {
      deadline = setTimeout(resolve, deadlineMs, false);
    });
    const finished = await Promise.race([closed, late]);
    clearTimeout(silence);
    clearTimeout(idle);
    clearTimeout(deadline);
    if (!finished) server.closeAllConnections();
    return finished === true;
  }

  return { start, stop };
}
