import type { PlatformBreak, PlatformFile, RuntimeRule } from '@pltf/contracts';
import { leadsElsewhere } from '../platform-file/runtime-place.ts';
import { mostExamples } from './classes.ts';
import type { OccupiedRuntime } from './runtime-moves.ts';

/** What a change would take out of the platform's reach: runtimes that go, or lead elsewhere, while something is there. */
export interface RuntimeBreaks {
  readonly breaks: readonly PlatformBreak[];
  /** Of those that somebody let go on purpose. */
  readonly notes: readonly string[];
}

/**
 * A runtime that goes from the file, or whose rule leads to another place, would leave behind what is there: nobody
 * would take it away, or find it. Refused, but for those that are named in `letGo`. Pure.
 */
export function runtimeBreaks(
  { runtimes: before }: PlatformFile,
  { runtimes: after }: PlatformFile,
  occupied: readonly OccupiedRuntime[],
  letGo: readonly string[],
): RuntimeBreaks {
  const breaks: PlatformBreak[] = [];
  const notes: string[] = [];
  for (const [runtime, all] of byRuntime(occupied)) {
    const [was, will] = [before[runtime], after[runtime]];
    const message = was === undefined ? undefined : lossOf(runtime, was, will);
    if (message === undefined) continue;
    const count = all.reduce((sum, one) => sum + one.count, 0);
    const examples = all.flatMap((one) => one.examples).slice(0, mostExamples);
    if (letGo.includes(runtime))
      notes.push(
        `${message}; ${count} (${examples.join(', ')}${count > examples.length ? ', …' : ''}) ${count === 1 ? 'is' : 'are'} let go: nothing there is taken away any more.`,
      );
    else breaks.push({ kind: 'runtime', message, fix: remedy(runtime, will), count, examples });
  }
  return { breaks, notes };
}

function byRuntime(
  occupied: readonly OccupiedRuntime[],
): ReadonlyMap<string, readonly OccupiedRuntime[]> {
  const found = new Map<string, OccupiedRuntime[]>();
  for (const one of occupied) found.set(one.runtime, [...(found.get(one.runtime) ?? []), one]);
  return found;
}

function lossOf(
  runtime: string,
  was: RuntimeRule,
  will: RuntimeRule | undefined,
): string | undefined {
  if (will === undefined) return `the runtime \`${runtime}\` is gone, and something is on it`;
  const changed = leadsElsewhere(was, will);
  if (changed === undefined) return undefined;
  const { key, before, after } = changed;
  return `the runtime \`${runtime}\` leads elsewhere (\`${key}\`: ${before} → ${after}), and something is on it`;
}

function remedy(runtime: string, will: RuntimeRule | undefined): string {
  const letGo = `\`--let-go ${runtime}\` of \`pltf platform apply\``;
  return will === undefined
    ? `Name another runtime in \`environments\` and keep \`${runtime}\` in the file until nothing is left on it: \`pltf show\` says what is. Where it is gone for good: ${letGo}.`
    : `Give the new place a name of its own under \`runtimes\`, and name that in \`environments\`: what is on \`${runtime}\` then moves there. Where it is the same place under another name: ${letGo}.`;
}
