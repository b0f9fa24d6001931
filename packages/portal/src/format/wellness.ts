import type { Wellness } from '@pltf/contracts';

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'quiet';

/** How wellness reads to people; the mark beside it has a shape of its own for each. */
export const wellnessWords: Readonly<Record<Wellness, string>> = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  down: 'Down',
  stopped: 'Stopped',
  unknown: 'Unknown',
  none: 'Not running yet',
};

/** A placement's phase as wellness: while it rolls, the old release still serves. */
export function wellnessOfPhase(phase: string): Wellness {
  switch (phase) {
    case 'running':
    case 'rolling':
      return 'healthy';
    case 'degraded':
      return 'degraded';
    case 'failed':
      return 'down';
    case 'stopped':
    case 'removing':
      return 'stopped';
    default:
      return 'unknown';
  }
}

const words: Readonly<Record<string, string>> = {
  rolling: 'rolling out',
  running: 'healthy',
  degraded: 'degraded',
  failed: 'down',
  stopped: 'stopped',
  removing: 'being removed',
  unknown: 'state unknown',
};

export const phaseWords = (phase: string): string => words[phase] ?? phase;

export function toneOf(wellness: Wellness): Tone {
  if (wellness === 'healthy') return 'good';
  if (wellness === 'degraded') return 'warn';
  return wellness === 'down' ? 'bad' : 'quiet';
}

/** A wellness that a newer server may send and this portal does not know reads as unknown, never as good. */
export const asWellness = (text: string): Wellness =>
  Object.hasOwn(wellnessWords, text) ? (text as Wellness) : 'unknown';
