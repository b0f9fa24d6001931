import { rm } from 'node:fs/promises';
import path from 'node:path';
import { portOwner, portsOf } from '../process/listeners.ts';
import { groupMembers, isAlive } from '../process/process-facts.ts';
import { killProgram, membersOf, ranOutOfMemory, stopProgram } from '../process/program.ts';
import { describeEnd } from '../process/program-end.ts';
import { cgroupMembers } from '../sandbox/cgroups.ts';
import { findStarted, takeUp } from './find-started.ts';
import type { InstanceEngine, InstanceOrder, InstanceRun } from './instance-engine.ts';
import { instanceLaunch, openProgramPlace } from './instance-launch.ts';
import { type ProgramRun, type RunContext, removeOutput, runInstance } from './instance-run.ts';
import type { ProgramContext } from './placement-context.ts';
import { runReleaseTask } from './release-task.ts';
import { awaitHealthy, type StartProblem } from './start-check.ts';

/** Runs instances as processes of this machine, each as its owner's user in its owner's sandbox. */
export function createProcessEngine(context: ProgramContext): InstanceEngine {
  const { ports, bootId } = context;
  return {
    async prepare(desired, cohort) {
      await openProgramPlace(context, desired, cohort);
    },
    async start(order) {
      const { desired, cohort, instance } = order;
      const port = cohort.run.serves ? await ports.take() : undefined;
      try {
        const request = await instanceLaunch(context, desired, cohort, instance.id, port);
        return watched(
          order,
          await runInstance(runContext(context, order), instance.id, request),
          port,
        );
      } catch (error) {
        if (port !== undefined) ports.give(port);
        throw error;
      }
    },
    async find(order) {
      const { instance } = order;
      const known = instance.process ?? findStarted(context, instance.id);
      if (known === undefined || !isAlive(known, bootId)) return undefined;
      const taken = takeUp(context, runContext(context, order), order, known);
      return watched(order, taken.run, taken.port);
    },
    mayRun: ({ process }) => process !== undefined && isAlive(process, bootId),
    release({ port }) {
      if (port !== undefined) ports.give(port);
    },
    discard: ({ folder }, instance) => removeOutput({ outputFolder: folder }, instance),
    runReleaseCommand: (desired, cohort) => runReleaseTask(context, desired, cohort),
    async forget({ id, owner }) {
      const account = await context.sandbox.accounts.open(owner);
      for (const folder of [path.join(account.volumes, id), path.join(account.homes, id)]) {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

const runContext = (
  { sandbox, ends, bootId }: ProgramContext,
  { folder, log }: InstanceOrder,
): RunContext => ({ sandbox, ends, bootId, outputFolder: folder, log });

/** A process as every engine shows its runs. */
function watched(
  { cohort }: InstanceOrder,
  run: ProgramRun,
  port: number | undefined,
): InstanceRun {
  const { program } = run;
  const { identity, cgroup } = program;
  return {
    mark: { process: { ...identity }, cgroup: [...cgroup.folders], port },
    ended: program.ended.then((end) => {
      const outOfMemory = end.code !== 0 && ranOutOfMemory(program);
      return describeEnd(end, outOfMemory ? cohort.run.memoryMiB : undefined);
    }),
    async stop(graceMs) {
      await stopProgram(program, graceMs);
    },
    async kill() {
      await killProgram(program);
    },
    awaitHealthy: (timeoutMs, signal) => {
      const target = port === undefined ? undefined : { port, path: cohort.run.health };
      const members = () => [
        ...new Set([identity.pid, ...groupMembers(identity.pid), ...cgroupMembers(cgroup)]),
      ];
      const check = {
        ...{ target, timeoutMs, fix: listenFix },
        confirm: () => confirmOwner(port ?? 0, identity.pid, members),
        elsewhere: () => elsewhere(port ?? 0, members()),
      };
      return awaitHealthy(check, signal);
    },
    pids: () => membersOf(program),
    finishOutput: () => run.finishOutput(),
    abandon: () => run.abandon(),
  };
}

const listenFix = 'Listen on the port in the variable PORT, on 127.0.0.1.';

/** The common case first: the started process itself listens. */
function confirmOwner(
  port: number,
  pid: number,
  members: () => readonly number[],
): StartProblem | undefined {
  if (portOwner(port, [pid]) !== 'stranger') return undefined;
  if (portOwner(port, members()) !== 'stranger') return undefined;
  return {
    is: 'stranger',
    why: `Another program of this machine listens on port ${port}, not this instance.`,
    fix: 'Deploy again: it gets another port. Programs of the machine should stay out of 20000-29999.',
  };
}

function elsewhere(port: number, pids: readonly number[]): string | undefined {
  const others = portsOf(pids).filter((other) => other !== port);
  return others.length === 0 ? undefined : `it listens on port ${others.join(', ')}`;
}
