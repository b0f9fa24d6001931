import { setTimeout as sleep } from 'node:timers/promises';

/** What a run came to. `left` are pieces that it did not come to, because it was told to end. */
/** @typedef {{ readonly done: number, readonly failed: number, readonly left: number }} Outcome */

/** Everything is done; a piece failed; told to end with pieces left, so try again. */
export const exitCodes = { done: 0, failed: 1, left: 75 };

/** @param {Outcome} outcome */
export function exitCodeOf({ failed, left }) {
  if (failed > 0) return exitCodes.failed;
  return left > 0 ? exitCodes.left : exitCodes.done;
}

/**
 * Does pieces one after the other until all are done or it is told to end. One that fails is tried again after 1 s and
 * 2 s, then left for the next run: it holds up no others.
 *
 * @template {{ readonly key: string }} P
 * @param {object} options
 * @param {readonly P[]} options.pieces
 * @param {(piece: P, context: { signal: AbortSignal }) => Promise<void>} options.doPiece
 * @param {import('./log.js').Log} options.log
 * @param {number} [options.attempts] how often a piece is tried at most
 * @param {number} [options.retryMs] the pause before the second try; before the third it is twice as long
 */
export function createRun({ pieces, doPiece, log, attempts = 3, retryMs = 1_000 }) {
  const stopping = new AbortController();
  const { signal } = stopping;

  /** @param {P} piece @returns {Promise<keyof Outcome>} */
  async function attempt(piece) {
    const { key } = piece;
    for (let tries = 1; ; tries += 1) {
      const started = performance.now();
      try {
        await doPiece(piece, { signal });
        log('info', 'piece done', { key, tries, ms: Math.round(performance.now() - started) });
        return 'done';
      } catch (error) {
        const reason = error instanceof Error ? error.stack : String(error);
        // What ends because it was told to has not failed.
        if (signal.aborted) {
          log('warn', 'piece left', { key, tries, error: reason });
          return 'left';
        }
        if (tries >= attempts) {
          log('error', 'piece failed', { key, tries, error: reason });
          return 'failed';
        }
        log('warn', 'piece is tried again', { key, tries, error: reason });
      }
      await sleep(retryMs * 2 ** (tries - 1), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return 'left';
    }
  }

  return {
    /** @returns {Promise<Outcome>} */
    async run() {
      const outcome = { done: 0, failed: 0, left: 0 };
      for (const piece of pieces) outcome[signal.aborted ? 'left' : await attempt(piece)] += 1;
      return outcome;
    },

    /** Finishes the piece in hand and begins no other. */
    stop() {
      stopping.abort();
    },
  };
}
