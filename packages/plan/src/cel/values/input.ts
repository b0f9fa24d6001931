import type { Frame } from '../evaluation/frame.ts';
import type { CelData } from './cel-value.ts';
import { fromJson } from './json.ts';

/** A variable that becomes a CEL value when it is first read. */
export class Converted {
  readonly #make: (frame: Frame) => CelData;
  #value: CelData | undefined;

  constructor(make: (frame: Frame) => CelData) {
    this.#make = make;
  }

  read(frame: Frame): CelData {
    if (this.#value === undefined) this.#value = this.#make(frame);
    return this.#value;
  }
}

function converted(value: unknown): Converted {
  return value instanceof Converted ? value : new Converted(() => fromJson(value));
}

/** Variables by name, each converted when it is first read and not before. */
export function inputsOf(
  variables: Readonly<Record<string, unknown>>,
  lazy: Readonly<Record<string, () => unknown>> = {},
): (name: string, frame: Frame) => CelData | undefined {
  const known = new Map<string, Converted>();
  const find = (name: string): Converted | undefined => {
    const make = Object.hasOwn(lazy, name) ? lazy[name] : undefined;
    if (make !== undefined) return new Converted((frame) => converted(make()).read(frame));
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? undefined : converted(value);
  };
  return (name, frame) => {
    const input = known.get(name) ?? find(name);
    if (input === undefined) return undefined;
    known.set(name, input);
    return input.read(frame);
  };
}

/** Whether a name has dots, so that `a.b` may be a variable itself. */
export function hasDots(names: Iterable<string>): boolean {
  for (const name of names) if (name.includes('.')) return true;
  return false;
}
