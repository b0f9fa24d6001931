import type { Action, AnswerOf, Api, ApiName, Endpoint, ParsedOf, ResultOf } from '@pltf/contracts';
import type { Actor, Resource } from './actor.ts';

/** What a handler may know of a request besides its parsed input. */
export interface RequestContext {
  readonly actor: Actor;
  readonly requestId: string;
  readonly address: string;
  /** Ends when the caller goes away. */
  readonly signal: AbortSignal;
  readonly idempotencyKey: string | undefined;
  /**
   * Throws `forbidden` unless the actor may do the endpoint's action (or the one named) to this resource; without
   * team rights on it at all, `not-found`. The answer is refused when a handler of a non-public endpoint never asked.
   */
  authorize(resource: Resource, action?: Action): void;
  /** Sets or clears the session cookie of the answer. */
  setSession(token: string | undefined): void;
}

type Answering<E extends Endpoint> = E extends { readonly stream: string }
  ? AsyncIterable<ResultOf<E>>
  : Promise<AnswerOf<E>>;

/** One handler: parsed input to answer, or to a stream of answers. */
export type Handler<K extends ApiName> = (
  input: ParsedOf<Api[K]>,
  context: RequestContext,
) => Answering<Api[K]>;

export type Handlers = { readonly [K in ApiName]: Handler<K> };
/** The handlers that one module contributes. */
export type HandlersOf<K extends ApiName> = Pick<Handlers, K>;
