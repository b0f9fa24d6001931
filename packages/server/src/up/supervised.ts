import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';

export interface ProgramOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where what it prints goes. */
  readonly log: string;
  readonly say: (line: string) => void;
  /** Milliseconds between asking it to stop and SIGKILL. */
  readonly stopMs: number;
  /** How it is asked to stop; SIGTERM unless given. */
  readonly askToStop?: () => Promise<unknown>;
  readonly onStarted: (pid: number) => void;
}

const firstDelayMs = 100;
const longestDelayMs = 10_000;
/** A program that ran this long starts over with the shortest delay. */
const settledMs = 30_000;

/** A program that is started again whenever it ends, until it is stopped. */
export class Supervised implements AsyncDisposable {
  readonly #options: ProgramOptions;
  #child: ChildProcess | undefined;
  #delay = firstDelayMs;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  start(): void {
    const { args, env, log, name, say } = this.#options;
    const out = openSync(log, 'a', 0o600);
    const started = Date.now();
    // A session of its own: Ctrl-C reaches this process only, which then stops all in order.
    const child = spawn(process.execPath, [...args], {
      env,
      detached: true,
      stdio: ['ignore', out, out],
    });
    this.#child = child;
    if (child.pid !== undefined) this.#options.onStarted(child.pid);
    child.on('error', (error) => say(`${name} could not be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      this.#child = undefined;
      if (this.#stopping) return;
      if (Date.now() - started > settledMs) this.#delay = firstDelayMs;
      say(
        `${name} ended (${signal ?? `exit ${code ?? '?'}`}); it is started again. Its log: ${log}`,
      );
      this.#timer = setTimeout(() => this.start(), this.#delay);
      this.#delay = Math.min(this.#delay * 2, longestDelayMs);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.on('exit', () => resolve()));
    const { askToStop } = this.#options;
    const asked = askToStop === undefined ? undefined : await askToStop();
    if (asked === undefined) child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), this.#options.stopMs);
    await gone;
    clearTimeout(kill);
  }
}
