import { randomUUID } from 'node:crypto';
import { createMetrics } from './metrics.js';

/** The name under which it logs and answers. */
export const serviceName = ${{ values.name | dump }};

const requestIdForm = /^[\w.:-]{1,128}$/;

/**
 * What the service answers. Add routes to `routes`.
 *
 * @param {{ log: import('./log.js').Log, isStopping?: () => boolean }} options
 * @returns {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void}
 */
export function createApp({ log, isStopping = () => false }) {
  const metrics = createMetrics();

  /** @type {Record<string, (context: Context) => void | Promise<void>>} */
  const routes = {
    'GET /': ({ reply }) => reply(200, { service: serviceName, message: 'It works.' }),
    // While stopping it says so, and load balancers send nobody any more.
    'GET /healthz': ({ reply }) =>
      isStopping() ? reply(503, { status: 'stopping' }) : reply(200, { status: 'ok' }),
    'GET /metrics': ({ request, response, reply }) => {
      // For Prometheus, which asks directly: what comes through a router carries this header.
      if (request.headers['x-forwarded-for'] !== undefined) return reply(404, { error: 'not found' });
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(metrics.text());
    },
  };

  return (request, response) => {
    const started = performance.now();
    const requestId = requestIdOf(request);
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'http://service');
    const key = `${method === 'HEAD' ? 'GET' : method} ${url.pathname}`;
    const route = Object.hasOwn(routes, key) ? key : undefined;
    response.setHeader('x-request-id', requestId);
    response.setHeader('x-content-type-options', 'nosniff');
    response.once('close', () => {
      const ms = performance.now() - started;
      metrics.observe({ method, route: route?.slice(route.indexOf(' ') + 1), code: response.statusCode, seconds: ms / 1000 });
      log('info', 'request', { requestId, method, path: url.pathname, status: response.statusCode, ms: Math.round(ms) });
    });
    answer(route === undefined ? notFound : routes[route], { request, response, url, requestId, reply: replyWith(response) }, log);
  };
}

/**
 * @typedef {object} Context
 * @property {import('node:http').IncomingMessage} request
 * @property {import('node:http').ServerResponse} response
 * @property {URL} url
 * @property {string} requestId
 * @property {(status: number, body: unknown) => void} reply answers JSON
 */

/** @param {Context} context */
const notFound = ({ reply }) => reply(404, { error: 'not found' });

/**
 * @param {(context: Context) => void | Promise<void>} handler
 * @param {Context} context
 * @param {import('./log.js').Log} log
 */
async function answer(handler, context, log) {
  try {
    await handler(context);
  } catch (error) {
    log('error', 'request failed', { requestId: context.requestId, error: error instanceof Error ? error.stack : String(error) });
    if (context.response.headersSent) context.response.destroy();
    else context.reply(500, { error: 'internal error', requestId: context.requestId });
  }
}

/** @param {import('node:http').ServerResponse} response */
const replyWith = (response) => (/** @type {number} */ status, /** @type {unknown} */ body) => {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  response.end(text);
};

/** The id of the request, from the router if it gave a sane one. @param {import('node:http').IncomingMessage} request */
function requestIdOf(request) {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && requestIdForm.test(given) ? given : randomUUID();
}
