/** What a pass over one key came to: settled, or look again at a time. A failure is thrown. */
export type Outcome = undefined | { readonly again: Date };

/**
 * A loop over keys. `reconcile` gets a key only, reads what is wanted and what is, and makes the one the other.
 * It is never called twice at once for one key. A thrown error is retried with backoff; a `TerminalError` is not.
 */
export interface Reconciler {
  readonly name: string;
  /** How many keys at once on one server. */
  readonly concurrency: number;
  reconcile(key: string, signal: AbortSignal): Promise<Outcome>;
  /** Told of a `TerminalError`, so that users see it. */
  giveUp?(key: string, error: TerminalError): Promise<void>;
}

/** Trying again cannot help: somebody has to change something first. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}
