import { randomBytes } from 'node:crypto';

/** Two to five letters that say what an id names. */
export type IdPrefix =
  | 'op'
  | 'run'
  | 'ro'
  | 'rel'
  | 'push'
  | 'task'
  | 'tok'
  | 'usr'
  | 'evt'
  | 'req'
  | 'exc'
  | 'ask';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new id: prefix, `_`, and 26 Crockford base-32 digits, 48 bits of time and 80 of chance, so that ids sort
 * by age and cannot be guessed in passing. The layout of a ULID, in lower case.
 */
export function newId(
  prefix: IdPrefix,
  now: Date = new Date(),
  chance: Uint8Array = randomBytes(10),
): string {
  let time = now.getTime();
  let head = '';
  for (let digit = 0; digit < 10; digit += 1) {
    head = alphabet[time % 32] + head;
    time = Math.floor(time / 32);
  }
  let bits = 0n;
  for (const byte of chance) bits = (bits << 8n) | BigInt(byte);
  let tail = '';
  for (let digit = 0; digit < 16; digit += 1) {
    tail = alphabet[Number(bits & 31n)] + tail;
    bits >>= 5n;
  }
  return `${prefix}_${head}${tail}`;
}
