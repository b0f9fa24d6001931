import { setTimeout as sleep } from 'node:timers/promises';

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/**
 * Works in turns until it is stopped. A turn that fails is tried again after 1 s, 2 s, 4 s … up to a minute.
 *
 * @param {object} options
 * @param {(context: { turn: number, signal: AbortSignal, log: import('./log.js').Log }) => Promise<void>} options.work
 * @param {import('./log.js').Log} options.log
 * @param {number} options.intervalMs pause between turns
 * @param {() => Promise<void>} [options.onTurn] told after every turn, also one that failed
 * @param {number} [options.retryMs] the first pause after a failure
 */
export function createWorker({ work, log, intervalMs, onTurn, retryMs = firstRetryMs }) {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** @type {Promise<void> | undefined} */
  let running;

  async function loop() {
    let failures = 0;
    for (let turn = 1; !signal.aborted; turn += 1) {
      try {
        await work({ turn, signal, log });
        failures = 0;
      } catch (error) {
        failures += 1;
        log('error', 'turn failed', { turn, failures, error: error instanceof Error ? error.stack : String(error) });
      }
      await onTurn?.();
      await pause(failures === 0 ? intervalMs : Math.min(retryMs * 2 ** (failures - 1), longestRetryMs));
    }
  }

  /** Waits, but not for longer than the worker runs. @param {number} ms */
  const pause = (ms) => sleep(ms, undefined, { signal }).catch(() => undefined);

  return {
    /** Starts the loop; answers when it has ended. */
    run() {
      running ??= loop();
      return running;
    },

    /**
     * Finishes the turn in hand and ends the loop. Answers whether it was finished before the deadline.
     *
     * @param {number} deadlineMs
     * @returns {Promise<boolean>}
     */
    async stop(deadlineMs) {
      stopping.abort();
      const deadline = new AbortController();
      const late = sleep(deadlineMs, false, { signal: deadline.signal }).catch(() => false);
      const finished = await Promise.race([(running ?? Promise.resolve()).then(() => true), late]);
      deadline.abort();
      return finished;
    },
  };
}
