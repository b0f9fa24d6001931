import { type Cgroup, cgroupMembers, outOfMemoryKills, removeCgroup } from '../sandbox/cgroups.ts';
import type { Watched } from '../sandbox/memory-watch.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { groupMembers, type ProcessIdentity } from './process-facts.ts';
import { isGroupEmpty, signalGroup, waitUntil } from './process-group.ts';
import type { ProgramEnd } from './program-end.ts';

/** A started program and everything it forked: what is needed to end it and to know that it is gone. */
export interface Program {
  readonly identity: ProcessIdentity;
  readonly cgroup: Cgroup;
  /** Resolves when the started process itself has ended. */
  readonly ended: Promise<ProgramEnd>;
  /** Where the kernel sets no limit. */
  readonly memory?: Watched;
}

/** All its processes: the group's, and by the control group also those that left it. */
export function membersOf(program: Program): readonly number[] {
  const known = cgroupMembers(program.cgroup);
  if (known.length > 0) return known;
  return program.cgroup.folders.length > 0 ? [] : groupMembers(program.identity.pid);
}

const killWithinMs = 5000;

/**
 * Asks all of a program's processes to end, and after `graceMs` ends them. Returns when none is left;
 * false when one stayed although it was killed (stuck in the kernel).
 */
export async function stopProgram(program: Program, graceMs: number): Promise<boolean> {
  signalGroup(program.identity.pid, 'SIGTERM');
  await Promise.race([
    program.ended.then(() => waitUntil(() => isGroupEmpty(program.identity.pid), graceMs)),
    waitUntil(() => isGroupEmpty(program.identity.pid), graceMs),
  ]);
  return killProgram(program);
}

/** Ends all of a program's processes at once, forks that hid in other groups included. */
export async function killProgram(program: Program): Promise<boolean> {
  const { pid } = program.identity;
  const isGone = () => {
    signalGroup(pid, 'SIGKILL');
    const members = cgroupMembers(program.cgroup);
    for (const member of members) killOne(member);
    return members.length === 0 && isGroupEmpty(pid);
  };
  const done = await waitUntil(isGone, killWithinMs);
  await waitUntil(() => removeCgroup(program.cgroup), 1000);
  return done;
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended meanwhile.
  }
}

/** Whether something in it was ended because it took too much. Ask before the group is removed. */
export const ranOutOfMemory = (program: Program): boolean =>
  program.memory?.exceeded === true || outOfMemoryKills(program.cgroup) > 0;

/** Puts a program under the watch that stands in for the kernel's limit, where that is missing. */
export function watchMemory(sandbox: Sandbox, program: Program, limitMiB: number): Program {
  if (sandbox.memoryWatch === undefined) return program;
  const { pid } = program.identity;
  const memory = sandbox.memoryWatch.start(pid, limitMiB, () => void signalGroup(pid, 'SIGKILL'));
  void program.ended.then(() => memory.stop());
  return { ...program, memory };
}
