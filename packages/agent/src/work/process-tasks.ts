import { closeSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type OutputPump, startOutputPump } from '../logs/output-pump.ts';
import { openForProgram } from '../logs/raw-output.ts';
import { launch, unitMarker } from '../process/launch.ts';
import { identify, isAlive, listProcesses, readMarker } from '../process/process-facts.ts';
import {
  killProgram,
  type Program,
  ranOutOfMemory,
  stopProgram,
  watchMemory,
} from '../process/program.ts';
import type { ProgramEnd, ProgramEnds } from '../process/program-end.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import {
  type TaskEnd,
  type TaskEngine,
  type TaskOrder,
  type TaskRun,
  taskLogBytes,
  taskProcesses,
} from './task-engine.ts';
import type { TaskRecord } from './task-record.ts';

export interface ProcessTasksOptions {
  readonly sandbox: Sandbox;
  readonly ends: ProgramEnds;
  readonly bootId: string;
  readonly now: () => Date;
}

const exitFileOf = (folder: string) => path.join(folder, 'exit');

/** Runs tasks as processes of this machine, in their owners' sandboxes. */
export function createProcessTasks(options: ProcessTasksOptions): TaskEngine {
  const { sandbox, ends, bootId } = options;

  const follow = (order: TaskOrder, started: Program): TaskRun => {
    const program = watchMemory(sandbox, started, order.record.spec.memoryMiB);
    const pump = startPump(options, order);
    return {
      mark: Promise.resolve({
        process: { ...program.identity },
        cgroup: [...program.cgroup.folders],
      }),
      ended: program.ended.then(async (end) => {
        const outOfMemory = ranOutOfMemory(program);
        await killProgram(program);
        pump.finish();
        return { ...exitOf(order, end), outOfMemory };
      }),
      async stop(graceMs) {
        await stopProgram(program, graceMs);
      },
      forget: () => Promise.resolve(),
      abandon: () => pump.close(),
    };
  };

  return {
    async start(order) {
      const { spec } = order.record;
      const account = await sandbox.accounts.open(spec.owner);
      const output = openForProgram(path.join(order.folder, 'out'));
      try {
        const { volume, memoryMiB, cpu } = spec;
        const launched = await launch(sandbox, {
          name: `task-${spec.id}`,
          account,
          command: spec.command,
          directory: spec.directory,
          env: { ...spec.env, [unitMarker]: spec.id },
          limits: { memoryMiB, cpu, processes: taskProcesses },
          ...(volume === undefined ? {} : { volume }),
          stdio: ['ignore', output, output],
          exitFile: exitFileOf(order.folder),
        });
        const ended = ends.ofChild(launched.child);
        const { pid, cgroup } = launched;
        const identity = identify(pid, bootId) ?? { pid, startTime: 0, bootId };
        return follow(order, { identity, cgroup, ended });
      } finally {
        closeSync(output);
      }
    },
    async find(order) {
      const identity = findProcess(order.record, bootId);
      if (identity !== undefined) {
        const cgroup = { folders: order.record.cgroup };
        return follow(order, { identity, cgroup, ended: ends.ofAdopted(identity) });
      }
      if (!existsSync(`${exitFileOf(order.folder)}.started`)) return undefined;
      const pump = startPump(options, order);
      pump.finish();
      return {
        mark: Promise.resolve({}),
        ended: Promise.resolve({ ...exitOf(order, {}), outOfMemory: false }),
        stop: () => Promise.resolve(),
        forget: () => Promise.resolve(),
        abandon: () => undefined,
      };
    },
  };
}

function findProcess({ process: known, spec }: TaskRecord, bootId: string) {
  if (known !== undefined) return isAlive(known, bootId) ? known : undefined;
  const pid = listProcesses().find((one) => readMarker(one, unitMarker) === spec.id);
  return pid === undefined ? undefined : identify(pid, bootId);
}

const startPump = (options: ProcessTasksOptions, { record, folder, log }: TaskOrder): OutputPump =>
  startOutputPump({
    file: path.join(folder, 'out'),
    stream: 'out',
    instance: record.spec.id,
    store: log,
    fallocate: options.sandbox.tools.fallocate,
    bytesPerSecond: undefined,
    storeLimit: taskLogBytes,
    now: options.now,
  });

/** The code on disk is exact, whoever started the program. */
function exitOf({ folder }: TaskOrder, end: ProgramEnd): Omit<TaskEnd, 'outOfMemory'> {
  const exitCode = readExitCode(exitFileOf(folder));
  if (exitCode !== undefined) return { exitCode, lost: false };
  if (end.signal !== undefined) return { signal: end.signal, lost: false };
  return { lost: end.code === undefined };
}

/** Written in one piece with its line's end; without it, it is not there yet. */
function readExitCode(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'latin1');
    return text.endsWith('\n') ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
