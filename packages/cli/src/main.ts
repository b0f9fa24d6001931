import { commands } from './commands.ts';
import { readConfig } from './config.ts';
import { exit } from './exit.ts';
import { createInput } from './input.ts';
import { runCli } from './run-cli.ts';

const interruption = new AbortController();

/** From now on the first signal lets the command end in order; who sends another one wants out. */
function listenForInterruption(): AbortSignal {
  if (process.listenerCount('SIGINT') > 0) return interruption.signal;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(exit.interrupted);
      interruption.abort();
    });
  }
  return interruption.signal;
}

// A reader that has seen enough (`pltf list | head`) is no failure.
process.stdout.on('error', () => process.exit(exit.done));

const code = await runCli(
  {
    argv: process.argv.slice(2),
    config: readConfig({
      env: process.env,
      programDirectory: import.meta.dirname,
      program: [process.execPath, ...process.argv.slice(1, 2)],
      workingDirectory: process.cwd(),
    }),
    stdout: process.stdout,
    stderr: process.stderr,
    input: createInput(process.stdin, (text) => process.stderr.write(text)),
    interruption: listenForInterruption,
  },
  commands,
);
// Not left to the event loop: a stream that is still open must not keep an ended command alive.
process.stdout.write('', () => process.exit(code));
