import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepTask, TaskOutcome } from '../step-runner.ts';

/** Time between asking a process group to end and making it. */
const patienceMs = 500;

export interface ProcessTask {
  readonly outcome: Promise<TaskOutcome>;
  readonly logFile: string;
  /** Ends the whole process group, gently first. */
  end(reason: 'cancelled' | 'timeout'): void;
}

export interface TaskFolders {
  /** The workspace, in which the task runs. */
  readonly work: string;
  /** Empty folder for the task's own files. */
  readonly own: string;
}

/** Runs a task as a process group with exactly the environment it asks for. */
export function startProcessTask(task: StepTask, folders: TaskFolders): ProcessTask {
  mkdirSync(folders.own, { recursive: true });
  const extension = task.extension === '' ? '' : `.${task.extension}`;
  const script = join(folders.own, `script${extension}`);
  writeFileSync(script, task.script);
  const files = new Map(task.files.map((name) => [name, join(folders.own, name)]));
  for (const file of files.values()) writeFileSync(file, '');
  const logFile = join(folders.own, 'log');
  const log = openSync(logFile, 'a');
  const [program = '', ...args] = task.shell.map((word) => word.replace('{0}', script));
  const startedAt = Date.now();
  const child = spawn(program, args, {
    cwd: join(folders.work, task.workingDirectory),
    env: { ...task.env, ...Object.fromEntries(files) },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  let ended: 'cancelled' | 'timeout' | undefined;
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group has gone already.
    }
  };
  const timers: NodeJS.Timeout[] = [];
  const end = (reason: 'cancelled' | 'timeout') => {
    ended ??= reason;
    kill('SIGTERM');
    timers.push(setTimeout(() => kill('SIGKILL'), patienceMs));
  };
  timers.push(setTimeout(() => end('timeout'), task.timeoutMs));
  const outcome = new Promise<TaskOutcome>((resolve) => {
    const finish = (exitCode: number | null, signal: string | null) => {
      for (const timer of timers) clearTimeout(timer);
      kill('SIGKILL');
      resolve({
        ...(exitCode === null ? {} : { exitCode }),
        ...(signal === null ? {} : { signal }),
        timedOut: ended === 'timeout',
        ...(ended === 'cancelled' ? { reason: 'cancelled' } : {}),
        files: Object.fromEntries(
          [...files].map(([name, file]) => [name, readFileSync(file, 'utf8')]),
        ),
        startedAt,
        finishedAt: Date.now(),
      });
    };
    child.on('error', () => finish(127, null));
    child.on('exit', finish);
  });
  return { outcome, logFile, end };
}
