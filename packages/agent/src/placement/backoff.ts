const firstMs = 200;
const secondMs = 1000;
const longestMs = 60_000;
/** Up this long, an instance has earned its next restart to be quick again. */
export const forgivenAfterMs = 10 * 60_000;

/**
 * How long the next start waits after so many ends in a row: 0.2 s, 1 s, 2 s, 4 s … 60 s, each up to a
 * quarter more or less, so that instances that fell together do not return together. `random` is in [0, 1).
 */
export function backoffMs(crashes: number, random: number): number {
  const base = crashes <= 1 ? firstMs : secondMs * 2 ** Math.min(crashes - 2, 10);
  return Math.round(Math.min(base, longestMs) * (0.75 + random / 2));
}
