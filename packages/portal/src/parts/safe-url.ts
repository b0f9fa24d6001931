/** The address when it is an http or https one; anything else (`javascript:`, nonsense) is no link. */
export function webAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const { protocol, href } = new URL(text);
    return protocol === 'http:' || protocol === 'https:' ? href : undefined;
  } catch {
    return undefined;
  }
}

/** How an address reads: without scheme and final slash. */
export const addressText = (url: string): string =>
  url.replace(/^https?:\/\//, '').replace(/\/$/, '');
