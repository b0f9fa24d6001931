import { spawn } from 'node:child_process';
import { PltfError } from '@pltf/contracts';

export interface GitResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface GitCall {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
  /** Ends git; the call then throws an AbortError. */
  readonly signal?: AbortSignal;
  /** Called with each line of standard error, where git reports progress. */
  readonly onLine?: (line: string) => void;
}

const outputLimit = 1_000_000;

/** Runs git with arguments, never through a shell; throws `git-failed` only when it cannot be started. */
export function git({ args, environment, directory, signal, onLine }: GitCall): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(directory === undefined ? {} : { cwd: directory }),
      ...(signal === undefined ? {} : { signal }),
    });
    let out = '';
    let err = '';
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out = (out + text).slice(-outputLimit);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(-outputLimit);
      const lines = (rest + text).split(/[\r\n]+/);
      rest = lines.pop() ?? '';
      for (const line of lines) onLine?.(line);
    });
    child.once('error', (cause) => {
      if (cause.name === 'AbortError') return reject(cause);
      reject(
        new PltfError('git-failed', {
          detail: 'git cannot be started here.',
          fix: 'Install git, and see that it is on your PATH.',
          cause,
        }),
      );
    });
    child.once('close', (code) => {
      if (rest !== '') onLine?.(rest);
      resolve({ code: code ?? 1, out, err });
    });
  });
}

/** The same, for what must succeed: throws `git-failed` with git's own words. */
export async function gitOrThrow(call: GitCall): Promise<string> {
  const { code, out, err } = await git(call);
  if (code === 0) return out;
  throw new PltfError('git-failed', {
    detail: `git ${call.args[0] ?? ''} ended with ${code}: ${err.trim().split('\n').slice(-5).join('\n')}`,
  });
}
