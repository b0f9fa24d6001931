import { setMaxListeners } from 'node:events';
import type { Dispatcher } from 'undici';
import { pause, waitMs } from '../reconnect.ts';
import { isCredentials, isUnreachable, neverSent } from './connection-errors.ts';
import { CredentialSource } from './credentials.ts';
import { dispatcher, tlsOf } from './dispatcher.ts';
import { type ClusterAccess, type KubeconfigSource, readAccess } from './kubeconfig.ts';
import { Pace, type PaceOptions } from './pace.ts';
import { type Asked, noAnswer, refusal } from './problems.ts';

export interface ConnectionOptions extends PaceOptions {
  readonly name: string;
  readonly context: string;
  readonly kubeconfig: KubeconfigSource;
  /** Told of every request that is sent. */
  readonly onRequest?:
    | ((request: { readonly method: string; readonly path: string }) => void)
    | undefined;
}

export interface ClusterRequest {
  readonly method: 'GET' | 'PATCH' | 'DELETE' | 'POST';
  readonly path: string;
  /** What it is about, for people: `Deployment shop/web`. */
  readonly about: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The same again does no harm: it is repeated when the answer was lost. */
  readonly repeatable: boolean;
  /** How long a stream may say nothing; 0 for ever. */
  readonly silentMs?: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

const requestMs = 30_000;
/** Servers tell a bookmark about once a minute: a connection on which nothing comes for so long is dead. */
const silentStreamMs = 150_000;
const tries = 4;
const longestSilenceMs = 30_000;
const waits = new Set([429, 500, 502, 503, 504]);

interface Open {
  readonly access: ClusterAccess;
  readonly credentials: CredentialSource;
  readonly certificate: string;
  readonly plain: Dispatcher;
  readonly streams: Dispatcher;
}

/** Connections to one API server: kept alive, paced, repeated where that is safe, credentials renewed. */
export class Connection implements AsyncDisposable {
  readonly name: string;
  readonly #options: ConnectionOptions;
  readonly #pace: Pace;
  #open: Promise<Open> | undefined;
  /** Replaced by another: several requests may find at once that theirs is of the past. */
  readonly #retired = new WeakSet<Open>();
  readonly #end = new AbortController();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.name = options.name;
    this.#pace = new Pace(options);
    // Everything under way listens to it.
    setMaxListeners(0, this.#end.signal);
  }

  /** One request and its answer. Statuses in `allow` are answers too; all others are thrown in the user's terms. */
  async ask(request: ClusterRequest, allow: readonly number[] = []): Promise<Answer> {
    let renewed = false;
    for (let count = 0; ; count += 1) {
      const last = count + 1 >= tries;
      try {
        const answer = await this.#once(request);
        if (answer.status < 400 || allow.includes(answer.status)) return answer;
        if (answer.status === 401 && !renewed && (await this.#renew(answer.open))) {
          renewed = true;
          continue;
        }
        const problem = refusal(answer.status, answer.body, this.#asked(request));
        const passes = problem.kind.retryable && waits.has(answer.status);
        if (!(answer.status === 429 || (request.repeatable && passes)) || last) throw problem;
        const ms = Math.min(
          answer.retryAfterMs ?? waitMs(count, longestSilenceMs),
          longestSilenceMs,
        );
        if (answer.status === 429) this.#pace.silence(ms);
        await pause(ms, this.#signal(request));
      } catch (error) {
        request.signal?.throwIfAborted();
        if (!renewed && (await this.#mayBeElsewhere(error))) {
          renewed = true;
          continue;
        }
        const repeat = isUnreachable(error) && (request.repeatable || neverSent(error));
        if (!repeat || last) throw error;
        await pause(waitMs(count, longestSilenceMs), this.#signal(request));
      }
    }
  }

  /** An answer that goes on: its body, once the server has accepted the request. */
  async stream(
    request: ClusterRequest & { readonly signal: AbortSignal },
  ): Promise<Dispatcher.ResponseData> {
    for (let renewed = false; ; renewed = true) {
      const open = await this.#connect();
      const response = await this.#send(open, request, {
        dispatcher: open.streams,
        bodyTimeout: request.silentMs ?? silentStreamMs,
        signal: AbortSignal.any([request.signal, this.#end.signal]),
      });
      if (response.statusCode < 400) return response;
      const body = parsed(await response.body.text());
      if (response.statusCode === 401 && !renewed && (await this.#renew(open))) continue;
      throw refusal(response.statusCode, body, this.#asked(request));
    }
  }

  /** What a WebSocket needs. */
  async socket(): Promise<{
    readonly server: URL;
    readonly dispatcher: Dispatcher;
    readonly headers: Readonly<Record<string, string | string[]>>;
  }> {
    const open = await this.#connect();
    const { headers } = await open.credentials.get();
    return { server: open.access.server, dispatcher: open.streams, headers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    const open = await this.#open?.catch(() => undefined);
    await Promise.all([open?.plain.destroy(), open?.streams.destroy()]);
  }

  #signal(request: ClusterRequest): AbortSignal {
    return request.signal === undefined
      ? this.#end.signal
      : AbortSignal.any([request.signal, this.#end.signal]);
  }

  async #once(
    request: ClusterRequest,
  ): Promise<Answer & { readonly retryAfterMs: number | undefined; readonly open: Open }> {
    const signal = this.#signal(request);
    return this.#pace.run(async () => {
      const open = await this.#connect();
      const response = await this.#send(open, request, {
        dispatcher: open.plain,
        bodyTimeout: requestMs,
        signal,
      });
      const text = await response.body.text().catch((error: unknown) => {
        throw noAnswer(error, this.#asked(request), open.access.server.host);
      });
      const after = Number(response.headers['retry-after']);
      return {
        open,
        status: response.statusCode,
        contentType: String(response.headers['content-type'] ?? ''),
        body: parsed(text),
        retryAfterMs: Number.isFinite(after) && after > 0 ? after * 1000 : undefined,
      };
    }, signal);
  }

  async #send(
    open: Open,
    request: ClusterRequest,
    options: {
      readonly dispatcher: Dispatcher;
      readonly bodyTimeout: number;
      readonly signal: AbortSignal;
    },
  ): Promise<Dispatcher.ResponseData> {
    const { headers } = await open.credentials.get();
    this.#options.onRequest?.({ method: request.method, path: request.path });
    const base = open.access.server.pathname.replace(/\/$/, '');
    try {
      return await options.dispatcher.request({
        origin: open.access.server.origin,
        path: base + request.path,
        method: request.method,
        headersTimeout: requestMs,
        bodyTimeout: options.bodyTimeout,
        signal: options.signal,
        headers: {
          'accept': request.accept ?? 'application/json',
          'user-agent': 'pltf',
          ...(request.body === undefined
            ? {}
            : { 'content-type': request.contentType ?? 'application/json' }),
          ...headers,
        },
        ...(request.body === undefined ? {} : { body: request.body }),
      });
    } catch (error) {
      request.signal?.throwIfAborted();
      throw noAnswer(error, this.#asked(request), open.access.server.host);
    }
  }

  #asked({ method, path, about }: ClusterRequest): Asked {
    return { cluster: this.name, method, path, about };
  }

  #connect(): Promise<Open> {
    const open = this.#open ?? this.#newConnection();
    this.#open = open;
    open.catch(() => {
      if (this.#open === open) this.#open = undefined;
    });
    return open.then((now) => this.#withCurrentCertificate(now));
  }

  async #newConnection(): Promise<Open> {
    const { kubeconfig, context } = this.#options;
    const access = await readAccess(kubeconfig, context);
    return this.#dispatchers(access, new CredentialSource(access, kubeconfig.environment));
  }

  /** A program may hand out a client certificate, and later another one. */
  async #withCurrentCertificate(open: Open): Promise<Open> {
    if (open.access.exec === undefined) return open;
    const { certificate } = await open.credentials.get();
    if ((certificate?.cert ?? '') === open.certificate) return open;
    const next = await this.#dispatchers(open.access, open.credentials);
    if (!this.#retire(open)) return this.#connect();
    this.#open = Promise.resolve(next);
    return next;
  }

  async #dispatchers(access: ClusterAccess, credentials: CredentialSource): Promise<Open> {
    const given = access.exec === undefined ? undefined : (await credentials.get()).certificate;
    const tls = tlsOf(access, given);
    return {
      access,
      credentials,
      certificate: given?.cert ?? '',
      plain: dispatcher(access, tls, this.#options.inFlight ?? 32),
      streams: dispatcher(access, tls, 1024),
    };
  }

  /** Reads the kubeconfig and asks its programs anew; false when that can change nothing. */
  async #renew(used: Open): Promise<boolean> {
    return (await this.#isChanged(used)) || used.credentials.renew();
  }

  /** Address, authority and certificate may have been changed since they were read: nothing was done with the old ones. */
  async #mayBeElsewhere(error: unknown): Promise<boolean> {
    const atConnecting = isUnreachable(error) ? neverSent(error) : isCredentials(error);
    const before = atConnecting ? await this.#open?.catch(() => undefined) : undefined;
    return before !== undefined && (await this.#isChanged(before).catch(() => false));
  }

  /** Has the next request connect anew when the kubeconfig says something else by now. */
  async #isChanged(before: Open): Promise<boolean> {
    if (this.#retired.has(before)) return true;
    const after = await readAccess(this.#options.kubeconfig, this.#options.context);
    if (JSON.stringify(after) === JSON.stringify(before.access)) return false;
    if (this.#retire(before)) this.#open = undefined;
    return true;
  }

  /** What is under way ends in peace. False when it was retired already: closing twice would fail. */
  #retire(open: Open): boolean {
    if (this.#retired.has(open)) return false;
    this.#retired.add(open);
    open.plain.close().catch(() => undefined);
    return true;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 500) };
  }
}
