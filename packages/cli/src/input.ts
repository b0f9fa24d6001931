import type { ReadStream } from 'node:tty';

/** What a person or a pipe says to the program. */
export interface Input {
  /** A person can be asked. */
  readonly interactive: boolean;
  /** Everything up to the end, at most `limit` characters. */
  readAll(limit: number): Promise<string>;
  /** One line typed by a person; a hidden one is not echoed. Undefined when they press Ctrl-C or Ctrl-D. */
  readLine(hidden: boolean): Promise<string | undefined>;
}

/** Input from a process's stdin; `echo` is where typed characters are shown. */
export function createInput(stdin: ReadStream, echo: (text: string) => void): Input {
  return {
    interactive: Boolean(stdin.isTTY),
    readAll: (limit) => readAll(stdin, limit),
    readLine: (hidden) => readLine(stdin, hidden ? () => undefined : echo, echo),
  };
}

async function readAll(stdin: NodeJS.ReadableStream, limit: number): Promise<string> {
  stdin.setEncoding('utf8');
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > limit) return text.slice(0, limit);
  }
  return text;
}

const enter = new Set(['\r', '\n']);
const leave = new Set(['\x03', '\x04']);
const erase = new Set(['\x7f', '\b']);

/** Reads in raw mode, where the terminal shows nothing by itself. */
function readLine(
  stdin: ReadStream,
  show: (text: string) => void,
  echo: (text: string) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let line = '';
    const finish = (result: string | undefined) => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      echo('\n');
      resolve(result);
    };
    const take = (chunk: Buffer | string) => {
      for (const character of String(chunk)) {
        if (enter.has(character)) return finish(line);
        if (leave.has(character)) return finish(undefined);
        if (erase.has(character)) {
          if (line !== '') show('\b \b');
          line = [...line].slice(0, -1).join('');
        } else if (character >= ' ') {
          line += character;
          show(character);
        }
      }
    };
    stdin.setRawMode(true);
    stdin.setEncoding('utf8');
    stdin.on('data', take);
    stdin.resume();
  });
}
