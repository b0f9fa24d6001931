import type { AnswerOf, Api, ApiName, ParsedOf, ResultOf } from '@pltf/contracts';

export interface Asking {
  readonly user: string | undefined;
  readonly signal: AbortSignal;
  /** Set by signing in and out. */
  readonly setCookie: (session: string | undefined) => void;
}

type Answering<K extends ApiName> = Api[K] extends { readonly stream: 'ndjson' | 'sse' }
  ? AsyncIterable<ResultOf<Api[K]>>
  : AnswerOf<Api[K]>;

export type TestHandlers = {
  readonly [K in ApiName]: (input: ParsedOf<Api[K]>, asking: Asking) => Answering<K>;
};

export const actorOf = ({ user }: Asking): string => user ?? 'anonymous';
