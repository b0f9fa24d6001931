import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where results are kept, by key. These are files of a folder: enough to begin with, but gone with the machine. Give it a
 * table or a bucket that keeps the two promises: a result is there whole or not at all, and keeping it twice does no harm.
 *
 * @typedef {object} Results
 * @property {(key: string) => Promise<boolean>} has
 * @property {(key: string, text: string) => Promise<void>} keep
 */

/**
 * @param {string} folder made when the first result is kept
 * @returns {Results}
 */
export function createResults(folder) {
  const path = (/** @type {string} */ key) => {
    if (!/^[\w-]+$/.test(key)) throw new Error(`not a key: ${JSON.stringify(key)}`);
    return join(folder, `${key}.json`);
  };
  return {
    has: (key) =>
      access(path(key)).then(
        () => true,
        () => false,
      ),
    keep: async (key, text) => {
      const whole = path(key);
      const part = `${whole}.${process.pid}.part`;
      await mkdir(folder, { recursive: true });
      await writeFile(part, text);
      // A reader sees the old result or the new one, never half of it.
      await rename(part, whole);
    },
  };
}
