/** A key for one intended write: sent again with a retry, so that the write happens once. */
export function newIdempotencyKey(): string {
  // `randomUUID` exists only on secure origins; a portal in a plain-http intranet has this one.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `portal-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
