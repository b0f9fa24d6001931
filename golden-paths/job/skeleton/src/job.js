/** The name under which it keeps its results. */
export const jobName = ${{ values.name | dump }};

const dayMs = 86_400_000;

/**
 * What there is to do. A piece's key says what it is for, and stays the same from run to run: here a day, `2026-03-01`.
 *
 * @typedef {{ readonly key: string }} Piece
 */

/**
 * Finds what is not done yet, the oldest first: the days before today that have no result. So a run works off what an
 * earlier one missed, and one that was started twice finds nothing.
 *
 * @param {{ now: Date, catchUpDays: number, results: import('./results.js').Results }} context
 * @returns {Promise<Piece[]>}
 */
export async function findPieces({ now, catchUpDays, results }) {
  const pieces = [];
  for (let back = catchUpDays; back >= 1; back -= 1) {
    const key = new Date(now.getTime() - back * dayMs).toISOString().slice(0, 10);
    if (!(await results.has(key))) pieces.push({ key });
  }
  return pieces;
}

/**
 * Does one piece. Write yours here: read what belongs to the day, work it out, and keep the result last, in one go. Until
 * it is kept the piece counts as not done, so what comes before must do no harm when it is done again. Throw when it fails.
 *
 * @param {Piece} piece
 * @param {{ results: import('./results.js').Results, signal: AbortSignal }} context `signal` says that it is time to end
 * @returns {Promise<void>}
 */
export async function doPiece({ key }, { results }) {
  const report = { job: jobName, day: key, made: new Date().toISOString() };
  await results.keep(key, `${JSON.stringify(report)}\n`);
}
