/** The name under which it logs. */
export const workerName = ${{ values.name | dump }};

/**
 * One turn. Take what is to be done, do it, and leave things so that doing it again does no harm: a turn that is cut
 * is done again. Throw when it fails; it is tried again later.
 *
 * @param {{ turn: number, signal: AbortSignal, log: import('./log.js').Log }} context `signal` says that it is time to end
 * @returns {Promise<void>}
 */
export async function work({ turn, log }) {
  log('info', 'worked', { worker: workerName, turn });
}
