import type { RenderMeter } from './limits.ts';

/** Nunjucks' own globals, with a bound on what `range` makes. */
export function templateGlobals(meter: RenderMeter): Record<string, unknown> {
  const globals = Object.create(null) as Record<string, unknown>;
  globals['range'] = (start: unknown, stop: unknown, step: unknown) =>
    range(start, stop, step, meter);
  globals['cycler'] = (...items: readonly unknown[]) => cycler(items);
  globals['joiner'] = (separator: unknown) => joiner(separator);
  return globals;
}

function range(
  start: unknown,
  stop: unknown,
  step: unknown,
  meter: RenderMeter,
): readonly number[] {
  const [from, to] = stop === undefined ? [0, Number(start)] : [Number(start), Number(stop)];
  const stride = Number(step) || 1;
  const length = Math.ceil((to - from) / stride);
  if (!(length > 0)) return [];
  meter.tick(length);
  return Array.from({ length }, (_, index) => from + index * stride);
}

function cycler(items: readonly unknown[]): Record<string, unknown> {
  let index = -1;
  const state: Record<string, unknown> = {
    current: null,
    reset: () => {
      index = -1;
      state['current'] = null;
    },
    next: () => {
      index = (index + 1) % Math.max(1, items.length);
      state['current'] = items[index];
      return state['current'];
    },
  };
  return state;
}

function joiner(separator: unknown): () => unknown {
  let first = true;
  return () => {
    const value = first ? '' : (separator ?? ',');
    first = false;
    return value;
  };
}
