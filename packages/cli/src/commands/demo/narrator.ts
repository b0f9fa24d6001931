import type { Context } from '../../context.ts';
import { safe } from '../../output/safe-text.ts';
import { duration } from '../../output/time.ts';
import { padEnd } from '../../output/width.ts';

/** Tells the demonstration: each step with its time and what answers. */
export interface Narrator {
  say(line: string): void;
  /** Times a step and prints it when it is done; `tell` says what came of it. */
  step<T>(
    title: string,
    work: () => Promise<T>,
    tell?: (result: T) => string | undefined,
  ): Promise<T>;
}

const titleCells = 34;

export function createNarrator({ out, json }: Context): Narrator {
  const { style } = out;
  return {
    say: (line) => {
      if (!json) out.print(line);
    },
    async step(title, work, tell) {
      const began = performance.now();
      const result = await work();
      const tookMs = Math.round(performance.now() - began);
      const detail = tell?.(result);
      if (json) out.jsonLine({ step: title, tookMs, ...(detail === undefined ? {} : { detail }) });
      else {
        const time = padEnd(duration(tookMs), 8);
        const text = detail === undefined ? '' : style.cyan(safe(detail));
        out.print(`${style.green('✔')} ${padEnd(title, titleCells)} ${time} ${text}`.trimEnd());
      }
      return result;
    },
  };
}
