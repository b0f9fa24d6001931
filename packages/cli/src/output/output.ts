import { safeJson } from './safe-text.ts';
import { type Style, styleFor } from './style.ts';

/** A stream that text goes to: a process's stdout or stderr, or a test's memory. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** One of the two outputs, with what is known of the place where it ends up. */
export interface Output {
  readonly style: Style;
  /** A terminal, where lines may be drawn again. */
  readonly live: boolean;
  /** Width of the terminal; undefined when nobody watches and nothing needs to fit. */
  readonly columns: number | undefined;
  write(text: string): void;
  print(line?: string): void;
  /** A JSON document, for programs. */
  document(value: unknown): void;
  /** One line of a stream of JSON documents. */
  jsonLine(value: unknown): void;
}

export interface ColourWish {
  readonly noColour: boolean;
  /** From FORCE_COLOR: wanted, unwanted, or not said. */
  readonly force: boolean | undefined;
  readonly dumb: boolean;
}

/** NO_COLOR wins over FORCE_COLOR, which wins over what the stream is. */
export function wantsColour(wish: ColourWish, isTerminal: boolean): boolean {
  if (wish.noColour) return false;
  return wish.force ?? (isTerminal && !wish.dumb);
}

export function createOutput(stream: TextStream, wish: ColourWish): Output {
  const terminal = stream.isTTY === true;
  return {
    style: styleFor(wantsColour(wish, terminal)),
    live: terminal && !wish.dumb,
    get columns() {
      return terminal ? Math.max(40, stream.columns ?? 80) : undefined;
    },
    write: (text) => void stream.write(text),
    print: (line = '') => void stream.write(`${line}\n`),
    document: (value) => void stream.write(`${safeJson(value, 2)}\n`),
    jsonLine: (value) => void stream.write(`${safeJson(value)}\n`),
  };
}
