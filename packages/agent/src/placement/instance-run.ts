import { closeSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { LogStore } from '../logs/log-store.ts';
import { type OutputPump, startOutputPump } from '../logs/output-pump.ts';
import { openForProgram } from '../logs/raw-output.ts';
import { type LaunchRequest, launch } from '../process/launch.ts';
import { identify, type ProcessIdentity } from '../process/process-facts.ts';
import { type Program, watchMemory } from '../process/program.ts';
import type { ProgramEnds } from '../process/program-end.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** The processes of one life of an instance, and the pumps that keep what they write. */
export interface ProgramRun {
  readonly program: Program;
  /** Keeps the last output and stops reading. */
  finishOutput(): void;
  /** Stops reading; a later agent goes on. */
  abandon(): void;
}

export interface RunContext {
  readonly sandbox: Sandbox;
  readonly ends: ProgramEnds;
  readonly bootId: string;
  /** Where the programs' output lands first. */
  readonly outputFolder: string;
  readonly log: LogStore;
}

/** Bytes of output a second that are kept of one instance. */
const outputBytesPerSecond = 2 * 1024 * 1024;

export type InstanceLaunch = Omit<LaunchRequest, 'stdio'>;

/** Starts the process of an instance. Its output goes to files, so it does not depend on the agent. */
export async function runInstance(
  context: RunContext,
  instance: string,
  request: InstanceLaunch,
): Promise<ProgramRun> {
  const files = outputFiles(context, instance);
  const out = openForProgram(files.out);
  const err = openForProgram(files.err);
  try {
    const launched = await launch(context.sandbox, { ...request, stdio: ['ignore', out, err] });
    const ended = context.ends.ofChild(launched.child);
    launched.child.unref();
    const identity = identify(launched.pid, context.bootId) ?? {
      pid: launched.pid,
      startTime: 0,
      bootId: context.bootId,
    };
    const program = { identity, cgroup: launched.cgroup, ended };
    return attach(
      context,
      instance,
      watchMemory(context.sandbox, program, request.limits.memoryMiB),
    );
  } finally {
    closeSync(out);
    closeSync(err);
  }
}

/** Takes over a process that an earlier agent started. */
export function adoptInstance(
  context: RunContext,
  instance: string,
  identity: ProcessIdentity,
  cgroupFolders: readonly string[],
  memoryMiB: number,
): ProgramRun {
  const ended = context.ends.ofAdopted(identity);
  const program = { identity, cgroup: { folders: cgroupFolders }, ended };
  return attach(context, instance, watchMemory(context.sandbox, program, memoryMiB));
}

function attach(context: RunContext, instance: string, program: Program): ProgramRun {
  const files = outputFiles(context, instance);
  const pumps: OutputPump[] = (['out', 'err'] as const).map((stream) =>
    startOutputPump({
      file: files[stream],
      stream,
      instance,
      store: context.log,
      fallocate: context.sandbox.tools.fallocate,
      bytesPerSecond: outputBytesPerSecond,
      storeLimit: undefined,
      now: () => new Date(),
    }),
  );
  return {
    program,
    finishOutput: () => pumps.forEach((pump) => pump.finish()),
    abandon: () => pumps.forEach((pump) => pump.close()),
  };
}

/** Removes what an instance wrote, and the marks of how far it was read. */
export function removeOutput(context: Pick<RunContext, 'outputFolder'>, instance: string): void {
  const { out, err } = outputFiles(context, instance);
  for (const name of [out, err, `${out}.at`, `${err}.at`]) rmSync(name, { force: true });
}

function outputFiles(context: Pick<RunContext, 'outputFolder'>, instance: string) {
  return {
    out: path.join(context.outputFolder, `${instance}.out`),
    err: path.join(context.outputFolder, `${instance}.err`),
  };
}
