import type { z } from 'zod';

/** What a caller must be allowed to do; the server's one authorization function decides it. */
export type Action =
  | 'public'
  | 'signed-in'
  | 'component:read'
  | 'component:create'
  | 'component:operate'
  | 'component:delete'
  | 'repository:read'
  | 'repository:write'
  | 'people:read'
  | 'people:write'
  | 'audit:read'
  | 'platform:write'
  | 'platform-source:read'
  | 'platform-source:write'
  | 'policy:read'
  | 'guardrail:replay'
  | 'exception:request'
  | 'exception:decide'
  | 'exception:revoke'
  | 'request:create'
  | 'request:answer';

/** One operation of the public API, as data: drives the server's routes, the description and the client. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1`, with `:name` for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly action: Action;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The answer's shape; `stream` endpoints answer one such document per line or event. */
  readonly answer: z.ZodType;
  readonly status?: 200 | 201 | 202 | 204;
  readonly stream?: 'ndjson' | 'sse';
  /** Asks by POST because the question is long, and changes nothing: no entry in the audit trail, no key to repeat it by. */
  readonly readsOnly?: true;
}

/** Whether carrying it out may change something. */
export const changesState = ({
  method,
  readsOnly,
}: Pick<Endpoint, 'method' | 'readsOnly'>): boolean => method !== 'GET' && readsOnly !== true;

type Part<
  E extends Endpoint,
  K extends 'params' | 'query' | 'body',
  Side extends 'in' | 'out',
> = E[K] extends z.ZodType
  ? { readonly [P in K]: Side extends 'in' ? z.input<E[K]> : z.output<E[K]> }
  : { readonly [P in K]?: undefined };

/** What a client passes. */
export type InputOf<E extends Endpoint> = Part<E, 'params', 'in'> &
  Part<E, 'query', 'in'> &
  Part<E, 'body', 'in'>;
/** What a handler receives: parsed, defaults filled in. */
export type ParsedOf<E extends Endpoint> = Part<E, 'params', 'out'> &
  Part<E, 'query', 'out'> &
  Part<E, 'body', 'out'>;
/** What a handler gives back. */
export type AnswerOf<E extends Endpoint> = z.input<E['answer']>;
/** What a client gets. */
export type ResultOf<E extends Endpoint> = z.output<E['answer']>;

export const endpoint = <const E extends Endpoint>(definition: E): E => definition;
