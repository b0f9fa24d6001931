import type { Client } from '@pltf/contracts';
import type { Command } from './command.ts';
import { type Config, type Connection, resolveConnection } from './config.ts';
import type { Context } from './context.ts';
import { exit } from './exit.ts';
import { helpText } from './help.ts';
import type { Input } from './input.ts';
import { createOutput, type Output, type TextStream } from './output/output.ts';
import { type GlobalValues, type Misuse, parse } from './parse.ts';

/** Everything one call of the program gets from outside. */
export interface Call {
  readonly argv: readonly string[];
  readonly config: Config;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly input: Input;
  /** Asked for by commands that end in order on Ctrl-C; the others simply end. */
  readonly interruption: () => AbortSignal;
}

/** Runs one command line to its exit code. Nothing is thrown: every failure is printed with its remedy. */
export async function runCli(call: Call, commands: readonly Command[]): Promise<number> {
  const out = createOutput(call.stdout, call.config.colour);
  const err = createOutput(call.stderr, call.config.colour);
  const parsed = parse(call.argv, commands);
  if (parsed.kind === 'help') {
    out.print(helpText(parsed.path, commands, out.style));
    return exit.done;
  }
  if (parsed.kind === 'misuse') return reportMisuse(parsed, err);
  const definitions = commands.map(({ definition }) => definition);
  const context = createContext(call, parsed.globals, { out, err, definitions });
  try {
    return await parsed.command.run(parsed.values, context);
  } catch (error) {
    return reportError(error, err, parsed.globals.json);
  }
}

function createContext(
  call: Call,
  globals: GlobalValues,
  known: Pick<Context, 'out' | 'err' | 'definitions'>,
): Context {
  let connection: Connection | undefined;
  let client: Promise<Client> | undefined;
  const connected = () => {
    connection ??= resolveConnection(call.config, globals);
    return connection;
  };
  return {
    ...known,
    input: call.input,
    json: globals.json,
    yes: globals.yes,
    config: call.config,
    given: { url: globals.url, token: globals.token },
    get interrupted() {
      return call.interruption();
    },
    connection: connected,
    api() {
      client ??= import('./api/connect.ts').then(({ signedIn }) => signedIn(connected()));
      return client;
    },
  };
}

async function reportMisuse(misuse: Misuse, err: Output): Promise<number> {
  // Only here, where waiting does not matter: the libraries behind errors and suggestions take a while to load.
  const [{ PltfError }, { nearest }, { printProblem }] = await Promise.all([
    import('@pltf/contracts'),
    import('@pltf/plan'),
    import('./output/problem.ts'),
  ]);
  const { typed, candidates } = misuse.unknown ?? { typed: '', candidates: [] };
  const meant = nearest(typed, candidates);
  const help = `\`${['pltf', ...misuse.help].join(' ')} --help\` shows what there is.`;
  const fix = meant === undefined ? (misuse.fix ?? help) : `Did you mean ${meant}?`;
  printProblem(new PltfError('usage-invalid', { detail: misuse.detail, fix }), err, misuse.json);
  return exit.wrongUsage;
}

async function reportError(error: unknown, err: Output, json: boolean): Promise<number> {
  // Nothing but Ctrl-C aborts what a command is waiting for.
  if (error instanceof Error && error.name === 'AbortError') return exit.interrupted;
  const [{ PltfError }, { printProblem }] = await Promise.all([
    import('@pltf/contracts'),
    import('./output/problem.ts'),
  ]);
  if (!(error instanceof PltfError)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    printProblem(new PltfError('internal', { detail: `pltf itself failed: ${detail}` }), err, json);
    return exit.failed;
  }
  printProblem(error, err, json);
  if (error.code === 'usage-invalid') return exit.wrongUsage;
  return error.kind.retryable ? exit.tryAgain : exit.failed;
}
