/**
 * @callback Log
 * @param {'info' | 'warn' | 'error'} level
 * @param {string} message constant text: what varies goes into the fields
 * @param {Record<string, unknown>} [fields]
 * @returns {void}
 */

/**
 * Writes one JSON object a line.
 *
 * @param {(line: string) => void} [write]
 * @returns {Log}
 */
export const createLog =
  (write = (line) => void process.stdout.write(line)) =>
  (level, message, fields = {}) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
