import { lookup } from 'node:dns';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';

const isLocal = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

/**
 * Names below `.localhost` are this machine (RFC 6761), but many resolvers do not know it: without this,
 * `http://users-api.preview.localhost:7080` would need an entry in the hosts file.
 */
export const lookUp: LookupFunction = (host, options, callback) => {
  if (!isLocal(host)) {
    lookup(host, options, callback);
  } else if (options.all === true) {
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  } else {
    callback(null, '127.0.0.1', 4);
  }
};

/** Without the beginning of an answer for so long, a request counts as lost. Streams may then be silent for ever. */
const answerMs = 60_000;

/** `fetch` for the command line: knows `.localhost`, streams bodies, follows no redirect. */
export const localFetch: typeof fetch = async (input, init = {}) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = Object.fromEntries(new Headers(init.headers));
  const message = await exchange(
    url,
    {
      method: init.method ?? 'GET',
      headers,
      lookup: lookUp,
      ...(init.signal ? { signal: init.signal } : {}),
    },
    typeof init.body === 'string' ? init.body : undefined,
  );
  return responseOf(message);
};

function exchange(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, options);
    request.on('response', (message) => {
      request.setTimeout(0);
      message.socket.setKeepAlive(true, 30_000);
      resolve(message);
    });
    request.on('error', reject);
    request.setTimeout(answerMs, () =>
      request.destroy(new Error(`silent for ${answerMs / 1000} s`)),
    );
    request.end(body);
  });
}

const bodyless = new Set([204, 205, 304]);

function responseOf(message: IncomingMessage): Response {
  const status = message.statusCode ?? 502;
  const headers = new Headers();
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    headers.append(message.rawHeaders[at] ?? '', message.rawHeaders[at + 1] ?? '');
  }
  if (bodyless.has(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  // Node's and the web's declarations of one and the same stream differ in their generics.
  const body = Readable.toWeb(message) as ReadableStream<Uint8Array>;
  return new Response(body, { status, headers });
}
