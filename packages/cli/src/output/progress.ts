import type { Output } from './output.ts';
import { safe } from './safe-text.ts';
import { duration } from './time.ts';
import { cutEnd, padEnd, width } from './width.ts';

/** One step of something long, as a person sees it. */
export interface Step {
  readonly id: string;
  readonly title: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'undone' | 'skipped';
  readonly detail?: string | undefined;
  /** How long it took; for a running step the clock of this program goes on by itself. */
  readonly tookMs?: number | undefined;
}

/** Shows steps as they go: drawn over and over on a terminal, else one line when a step ends. */
export interface Progress {
  update(steps: readonly Step[]): void;
  /** A line of its own above the steps that are still drawn. */
  say(line: string): void;
  /** Leaves what is drawn in place. */
  end(): void;
}

const silent: Progress = { update: () => undefined, say: () => undefined, end: () => undefined };
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const drawMs = 100;
const over: ReadonlySet<Step['state']> = new Set(['done', 'failed', 'undone', 'skipped']);

export function createProgress(output: Output, json: boolean): Progress {
  if (json) return silent;
  return output.live ? createDrawn(output) : createPlain(output);
}

function createPlain(output: Output): Progress {
  const told = new Map<string, string>();
  return {
    update(steps) {
      for (const step of steps) {
        if (!over.has(step.state) || told.get(step.id) === step.state) continue;
        told.set(step.id, step.state);
        const took = step.tookMs === undefined ? '' : ` (${duration(step.tookMs)})`;
        const detail = step.detail === undefined ? '' : `: ${safe(step.detail)}`;
        output.print(`${step.state} ${safe(step.title)}${took}${detail}`);
      }
    },
    say: (line) => output.print(line),
    end: () => undefined,
  };
}

function createDrawn(output: Output): Progress {
  const began = new Map<string, number>();
  let steps: readonly Step[] = [];
  let drawn = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    frame += 1;
    const lines = stepLines(steps, output, began, frame);
    output.write(`${erase(drawn)}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  return {
    update(next) {
      steps = next;
      const now = Date.now();
      for (const { id, state } of next) {
        if (state === 'running' && !began.has(id)) began.set(id, now);
      }
      timer ??= setInterval(draw, drawMs);
      draw();
    },
    say(line) {
      output.write(`${erase(drawn)}${line}\n`);
      drawn = 0;
      if (timer !== undefined) draw();
    },
    end() {
      clearInterval(timer);
      if (timer !== undefined) draw();
      timer = undefined;
      drawn = 0;
    },
  };
}

/** Moves up over what was drawn last and clears it. */
const erase = (lines: number): string => (lines === 0 ? '' : `\x1b[${lines}A\x1b[0J`);

function stepLines(
  steps: readonly Step[],
  output: Output,
  began: ReadonlyMap<string, number>,
  frame: number,
): string[] {
  const { style, columns = 80 } = output;
  const titles = steps.map((step) => cutEnd(safe(step.title), 40));
  const wide = Math.max(0, ...titles.map(width));
  return steps.map((step, at) => {
    const since = began.get(step.id);
    const running =
      step.state === 'running' && since !== undefined ? Date.now() - since : undefined;
    const took = step.tookMs ?? running;
    const time = took === undefined ? '' : duration(took);
    const head = `${padEnd(titles[at] ?? '', wide)}  ${padEnd(time, 8)}`;
    const room = columns - width(head) - 6;
    const detail = step.detail === undefined || room < 10 ? '' : cutEnd(safe(step.detail), room);
    const text = step.state === 'waiting' ? style.dim(head) : head;
    return `${markOf(step.state, style, frame)} ${text}  ${style.dim(detail)}`.trimEnd();
  });
}

function markOf(state: Step['state'], style: Output['style'], frame: number): string {
  switch (state) {
    case 'done':
      return style.green('✔');
    case 'failed':
      return style.red('✖');
    case 'undone':
      return style.yellow('↶');
    case 'skipped':
      return style.dim('-');
    case 'running':
      return style.cyan(spinner[frame % spinner.length] ?? '');
    case 'waiting':
      return style.dim('·');
  }
}
