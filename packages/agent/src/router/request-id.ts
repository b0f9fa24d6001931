import { randomBytes } from 'node:crypto';

const sane = /^[A-Za-z0-9._-]{1,128}$/;
const perPrefix = 0x1_0000_0000;

/** True for an id that a client may bring along: short, and harmless in logs and headers. */
export const isSaneRequestId = (value: string): boolean => sane.test(value);

/**
 * A source of ids that are unique among all routers: 72 random bits and a counter.
 * Randomness is read once in 2^32 ids, because a call for each request costs about 1 µs.
 */
export function createRequestIds(): () => string {
  let prefix = '';
  let count = perPrefix;
  return () => {
    if (count === perPrefix) {
      prefix = `${randomBytes(9).toString('base64url')}-`;
      count = 0;
    }
    return prefix + (count++).toString(36);
  };
}
