import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type ErrorCode, PltfError } from '@pltf/contracts';

export interface ToolOptions {
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The error thrown when the tool fails; `detail` gets what it wrote. */
  readonly code?: ErrorCode;
  readonly stdio?: SpawnOptions['stdio'];
  /** Files are created with this mask; the agent's own closes them to everybody else. */
  readonly umask?: string;
}

const cleanPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment of the platform's own tools: none of the caller's settings, no questions asked. */
export const toolEnvironment: Readonly<Record<string, string>> = {
  PATH: cleanPath,
  LANG: 'C',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
};

const mostOutput = 64 * 1024;

export function spawnTool(
  program: string,
  args: readonly string[],
  options: ToolOptions = {},
): ChildProcess {
  const words =
    options.umask === undefined
      ? [program, ...args]
      : ['/bin/sh', '-c', 'umask "$1"; shift; exec "$@"', 'pltf', options.umask, program, ...args];
  return spawn(words[0] as string, words.slice(1), {
    cwd: options.directory ?? '/',
    env: { ...toolEnvironment, ...options.env },
    stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * The output of a tool for somebody who begins to read a moment later: when a process ends, Node throws away
 * what nobody listens for.
 */
export function outputOf(child: ChildProcess): Readable {
  const { stdout } = child;
  if (stdout === null) throw new Error('a tool was started without an output');
  return stdout.on('readable', () => undefined);
}

/**
 * Resolves when a spawned tool has succeeded; throws with the end of what it wrote otherwise. Its output is
 * collected, unless somebody else reads it.
 */
export function toolEnd(
  child: ChildProcess,
  name: string,
  code: ErrorCode,
  collect = true,
): Promise<string> {
  let output = '';
  let problem = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    problem = (problem + chunk.toString()).slice(-mostOutput);
  });
  const end = new Promise<string>((resolve, reject) => {
    if (collect) {
      child.stdout?.on('data', (chunk: Buffer) => {
        if (output.length < mostOutput) output += chunk.toString();
      });
    }
    child.once('error', (cause) =>
      reject(new PltfError(code, { detail: `${name} cannot be run: ${cause.message}`, cause })),
    );
    child.once('close', (status, signal) => {
      if (status === 0) return resolve(output);
      const said = problem.trim() === '' ? `it ended with ${status ?? signal}` : problem.trim();
      const full = /No space left on device|Disk quota exceeded/.test(said);
      reject(new PltfError(full ? 'disk-full' : code, { detail: `${name}: ${said.slice(-2000)}` }));
    });
  });
  // It may fail while its reader is still busy with what came before.
  end.catch(() => undefined);
  return end;
}

/** Runs one of the platform's tools to its end; answers what it wrote (at most 64 KiB). */
export function runTool(
  program: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  const child = spawnTool(program, args, options);
  return toolEnd(child, program.slice(program.lastIndexOf('/') + 1), options.code ?? 'internal');
}
