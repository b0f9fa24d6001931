/**
 * A signal that ends after `ms`, and with `signal` before that. `AbortSignal.any` with an `AbortSignal.timeout` says the
 * same and does not do it: Node.js holds that timeout so loosely that a collection of garbage takes it away, and whoever
 * waits waits for ever (seen on 20.20).
 */
export function within(ms: number, signal?: AbortSignal): AbortSignal {
  const ending = new AbortController();
  const end = (reason: unknown): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', ended);
    ending.abort(reason);
  };
  const ended = (): void => end(signal?.reason);
  const timer = setTimeout(
    () => end(new DOMException(`not done within ${ms} ms`, 'TimeoutError')),
    ms,
  );
  timer.unref();
  if (signal?.aborted === true) ended();
  else signal?.addEventListener('abort', ended, { once: true });
  return ending.signal;
}
