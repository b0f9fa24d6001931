import { groupMembers } from './process-facts.ts';

/** Signals a process group; false when nobody is left in it. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

export function isGroupEmpty(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    return true;
  }
  // The signal also reaches zombies, which nobody may have reaped yet.
  return groupMembers(group).length === 0;
}

/** Waits until a condition holds, looking after 2, 4, 8 … up to 50 ms; false when the time is over. */
export async function waitUntil(condition: () => boolean, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    if (condition()) return true;
    const left = end - performance.now();
    if (left <= 0) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
  }
}
