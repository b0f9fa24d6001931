import type { Client } from '@pltf/contracts';
import { safe } from '../output/safe-text.ts';

const usuallyEveryMs = 5_000;

/** Tells what a placement waits for while somebody waits for it, each thing once. Ended by its disposal. */
export function tellWaiting(
  client: Pick<Client, 'getPlacement'>,
  placement: string,
  say: (line: string) => void,
  everyMs = usuallyEveryMs,
): Disposable {
  const told = new Set<string>();
  const look = async (): Promise<void> => {
    const { notes } = await client.getPlacement({ params: { placement } });
    for (const { what, because } of notes) {
      const line = `${safe(placement)}: ${safe(what)}: ${safe(because)}`;
      // Older by a minute, it is the same thing.
      const key = line.replace(/\d+ (?:s|min|h|d)\b/g, '');
      if (told.has(key)) continue;
      told.add(key);
      say(line);
    }
  };
  // A platform that gives no answer is told of by who follows the rollout itself.
  const timer = setInterval(() => void look().catch(() => undefined), everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
