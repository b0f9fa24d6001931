import type { Wellness } from '@pltf/contracts';

/** Worst first: what a service's one word is when its placements differ. */
const order: readonly Wellness[] = ['down', 'degraded', 'unknown', 'healthy', 'stopped', 'none'];

/** One word for one phase. A rollout under way is no illness: what served before serves on. */
export function wellnessOfPhase(phase: string, serves: boolean): Wellness {
  switch (phase) {
    case 'running':
      return 'healthy';
    case 'rolling':
      return serves ? 'healthy' : 'unknown';
    case 'degraded':
      return 'degraded';
    case 'failed':
      return 'down';
    case 'stopped':
      return 'stopped';
    default:
      return 'unknown';
  }
}

/** One word for a whole service. */
export function worst(states: readonly Wellness[]): Wellness {
  return order.find((state) => states.includes(state)) ?? 'none';
}
