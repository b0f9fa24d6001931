import type { LogLine } from '@pltf/contracts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import type { Style } from '../output/style.ts';
import { timeOfDay } from '../output/time.ts';
import { cutMiddle } from '../output/width.ts';

const instanceCells = 24;

/** Prints log lines: time of day and instance on a terminal, the full instant elsewhere. */
export function printLogLine(output: Output, line: LogLine): void {
  const { style } = output;
  const when = output.columns === undefined ? line.at : timeOfDay(line.at);
  const instance = safe(line.instance);
  const who = output.columns === undefined ? instance : cutMiddle(instance, instanceCells);
  output.print(`${style.dim(when)} ${style.cyan(who)} ${paint(line, style)}`);
}

function paint({ stream, text }: LogLine, style: Style): string {
  const harmless = safe(text);
  if (stream === 'err') return style.yellow(harmless);
  return stream === 'platform' ? style.dim(`· ${harmless}`) : harmless;
}
