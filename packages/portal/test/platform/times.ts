export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The instant so many milliseconds ago. */
export const past = (ms: number): string => new Date(Date.now() - ms).toISOString();
