import { randomUUID } from 'node:crypto';
import { type CallOptions, PltfError } from '@pltf/contracts';

const pauses = [300, 1000, 3000, 5000];

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Nobody listened, so nothing was asked: not worth waiting for. */
function refused(error: unknown): boolean {
  const cause = error instanceof PltfError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

/**
 * Sends a write so that it happens once: all tries carry one Idempotency-Key. It is repeated when the connection
 * broke while the platform may already have accepted it, and not when nobody listened in the first place.
 */
export async function sendOnce<T>(
  write: (options: CallOptions) => Promise<T>,
  wait: (milliseconds: number) => Promise<void> = pause,
): Promise<T> {
  const options = { idempotencyKey: randomUUID() };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await write(options);
    } catch (error) {
      const again = pauses[attempt];
      const lost = error instanceof PltfError && error.code === 'unavailable';
      if (!lost || again === undefined || (attempt === 0 && refused(error))) throw error;
      await wait(again);
    }
  }
}
