import { spawn } from 'node:child_process';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

export interface CaptureOptions {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly cwd: string;
  /** Handed to the program as file descriptor 3. */
  readonly fd?: number | undefined;
}

export interface Captured {
  readonly code: number | undefined;
  /** What it wrote to standard error, or why it could not be started. */
  readonly errors: string;
}

const longestErrors = 10_000;

/** Runs a program to its end, without a shell, with an empty environment but for the locale. */
export async function capture(
  program: string,
  args: readonly string[],
  options: CaptureOptions,
): Promise<Captured> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe', options.fd ?? 'ignore'],
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (errors.length < longestErrors) errors += text;
    });
    child.on('error', (error) => resolve({ code: undefined, errors: error.message }));
    child.on('close', (code) => resolve({ code: code ?? undefined, errors: errors.trim() }));
  });
}

/** Whether a process of this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Processes whose working directory is `folder`, as every process of a PostgreSQL has its own cluster. */
export async function processesIn(folder: string): Promise<readonly number[]> {
  const wanted = await realpath(folder).catch(() => folder);
  const entries = await readdir('/proc').catch(() => []);
  const found: number[] = [];
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    const cwd = await readlink(join('/proc', entry, 'cwd')).catch(() => undefined);
    if (cwd === wanted) found.push(Number(entry));
  }
  return found;
}

/** Whether `pid` is a program called postgres, and where it can be seen, one that works in `folder`. */
export async function isPostgresOf(pid: number, folder: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    return (
      cwd !== undefined &&
      cwd === (await realpath(folder).catch(() => folder)) &&
      !(await isZombie(pid))
    );
  }
  return new Promise((resolve) => {
    const child = spawn('ps', ['-p', String(pid), '-o', 'comm='], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let name = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      name += text;
    });
    child.on('error', () => resolve(false));
    child.on('close', () => resolve(/postgres/.test(name)));
  });
}

async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

export const pause = async (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
