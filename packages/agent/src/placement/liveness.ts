import type { Placements } from './placements.ts';

/** How many instances are asked at the same time. */
const atOnce = 8;

/** Asks all running instances for their health in turns. Starts nothing while a turn is not over. */
export function watchLiveness(placements: Placements, everyMs: number): { close(): void } {
  let turn: Promise<void> | undefined;
  const look = async () => {
    const waiting = placements.list().flatMap((placement) => placement.healthChecks());
    const work = async () => {
      for (let check = waiting.pop(); check !== undefined; check = waiting.pop()) await check();
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  };
  const timer = setInterval(() => {
    turn ??= look().finally(() => {
      turn = undefined;
    });
  }, everyMs);
  return { close: () => clearInterval(timer) };
}
