import type { EventView } from '@pltf/contracts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { timeOfDay } from '../output/time.ts';

/** Prints one event: when, who, what, why. */
export function printEvent(output: Output, event: EventView): void {
  const { style } = output;
  const today = output.columns !== undefined && isToday(event.at);
  const when = today ? timeOfDay(event.at).slice(0, 8) : event.at.replace(/\.\d+Z$/, 'Z');
  const why = event.why === undefined ? '' : style.dim(` (${safe(event.why)})`);
  output.print(`${style.dim(when)} ${style.cyan(safe(event.actor))} ${safe(event.summary)}${why}`);
}

const isToday = (instant: string): boolean =>
  new Date(instant).toDateString() === new Date().toDateString();
