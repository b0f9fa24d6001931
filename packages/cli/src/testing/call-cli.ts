import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands } from '../commands.ts';
import { readConfig } from '../config.ts';
import type { Input } from '../input.ts';
import { runCli } from '../run-cli.ts';

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliCall {
  readonly env?: Readonly<Record<string, string>>;
  /** What a person types, line by line; without it nobody can be asked. */
  readonly typed?: readonly (string | undefined)[];
  readonly stdin?: string;
  /** Width of the terminal; without it the output is no terminal. */
  readonly columns?: number;
  readonly interrupted?: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

/** A home of its own for everything the program may read or write. */
export class Home implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'pltf-cli-'));
  readonly env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.env = {
      HOME: this.directory,
      XDG_CONFIG_HOME: join(this.directory, 'config'),
      PLTF_DATA: join(this.directory, 'data'),
      GIT_CONFIG_GLOBAL: join(this.directory, 'gitconfig'),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      PATH: process.env['PATH'] ?? '',
      ...env,
    };
  }

  /** Runs one command line in this process, as `main.ts` would in its own. */
  async pltf(argv: readonly string[], call: CliCall = {}): Promise<CliResult> {
    const out = createSink(call);
    const err = createSink(call);
    const interrupted = call.interrupted ?? new AbortController().signal;
    const code = await runCli(
      {
        argv,
        config: readConfig({
          env: { ...this.env, ...call.env },
          programDirectory: join(this.directory, 'dist'),
          program: ['/opt/node', '/opt/pltf.js'],
          workingDirectory: this.directory,
        }),
        stdout: out.stream,
        stderr: err.stream,
        input: createTypedInput(call),
        interruption: () => interrupted,
      },
      commands,
    );
    return { code, out: out.text(), err: err.text() };
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function createSink({ columns, onOutput }: CliCall) {
  let text = '';
  const stream = {
    write(part: string) {
      text += part;
      onOutput?.(part);
    },
    ...(columns === undefined ? {} : { isTTY: true, columns }),
  };
  return { stream, text: () => text };
}

function createTypedInput({ typed, stdin = '' }: CliCall): Input {
  const lines = [...(typed ?? [])];
  return {
    interactive: typed !== undefined,
    readAll: async (limit) => stdin.slice(0, limit),
    readLine: async () => lines.shift(),
  };
}
