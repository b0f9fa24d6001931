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

/** What the client of the API sends. */
export interface LocalRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** What the client of the API reads of an answer: this much of a `Response`. */
export interface LocalResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly body: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}

/**
 * `fetch` as far as the client of the API uses it; it knows `.localhost`, streams bodies and follows no redirect.
 * Not Node's own, because loading that takes 20 ms of every command (measured; all of `--help` takes 75).
 */
export async function localFetch(url: string, init: LocalRequest): Promise<LocalResponse> {
  const { method, headers, body, signal } = init;
  const options = { method, headers, lookup: lookUp, ...(signal === undefined ? {} : { signal }) };
  const message = await exchange(new URL(url), options, body);
  const status = message.statusCode ?? 502;
  return {
    ok: status >= 200 && status < 300,
    status,
    // Made only when it is asked for. Node and the web declare one and the same stream with different generics.
    get body() {
      return Readable.toWeb(message) as ReadableStream<Uint8Array>;
    },
    text: () => textOf(message),
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

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
