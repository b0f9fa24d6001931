import { changesState, type Endpoint, PltfError } from '@pltf/contracts';
import type { Actor } from '../kernel/actor.ts';
import type { RequestContext } from '../kernel/request.ts';
import { decide } from '../modules/identity/index.ts';

export interface ContextOptions {
  readonly endpoint: Endpoint;
  readonly actor: Actor;
  readonly requestId: string;
  readonly address: string;
  readonly signal: AbortSignal;
  readonly idempotencyKey: string | undefined;
}

/** A context and what was asked of it. */
export interface WatchedContext {
  readonly context: RequestContext;
  /** Settles when authorization was asked for the first time. */
  readonly asked: Promise<void>;
  /** Throws when a handler answers without ever having asked whether it may. */
  verifyAsked(): void;
  /** The session to set, `none` to remove; undefined when the handler said nothing. */
  session(): { readonly token: string | undefined } | undefined;
}

export const isUnsafe = (endpoint: Endpoint): boolean => endpoint.method !== 'GET';

export function watchContext(options: ContextOptions): WatchedContext {
  const { endpoint, actor } = options;
  let session: { readonly token: string | undefined } | undefined;
  let isAsked = false;
  let settle: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const context: RequestContext = {
    actor,
    requestId: options.requestId,
    address: options.address,
    signal: options.signal,
    idempotencyKey: options.idempotencyKey,
    authorize: (resource, action = endpoint.action) => {
      isAsked = true;
      settle();
      const decision = decide(actor, action, { ...resource, writes: changesState(endpoint) });
      if (!decision.allowed) {
        throw new PltfError(decision.code, { detail: decision.reason, fix: decision.remedy });
      }
    },
    setSession: (token) => {
      session = { token };
    },
  };
  return {
    context,
    asked,
    verifyAsked: () => {
      if (isAsked || endpoint.action === 'public' || endpoint.action === 'signed-in') return;
      throw new Error(
        `the handler of ${endpoint.method} ${endpoint.path} answered without asking for ${endpoint.action}`,
      );
    },
    session: () => session,
  };
}
