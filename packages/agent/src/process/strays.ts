import type { Logger } from 'pino';
import type { Placements } from '../placement/placements.ts';
import { cgroupMembers, removeCgroup } from '../sandbox/cgroups.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Tasks } from '../work/tasks.ts';
import { agentMarker, unitMarker } from './launch.ts';
import { listProcesses, readMarker } from './process-facts.ts';

export interface StraySweep {
  readonly label: string;
  readonly sandbox: Sandbox;
  readonly placements: Placements;
  readonly tasks: Tasks;
  readonly log: Logger;
}

/**
 * Ends processes that an earlier agent of this data directory started and that no record knows. Known by
 * their control group, and by the variables that every program gets.
 */
export function sweepStrays(sweep: StraySweep): number {
  const { label, sandbox, log } = sweep;
  const units = new Set<string>(sweep.tasks.ids());
  for (const { record } of sweep.placements.list()) {
    for (const instance of record.instances) units.add(instance.id);
    // A release command's processes carry its task's name, which is known above.
  }
  const strays = new Set<number>();
  for (const name of sandbox.cgroups.list()) {
    const unit = name.replace(/^task-/, '');
    if (units.has(unit)) continue;
    const group = sandbox.cgroups.open(name);
    for (const pid of cgroupMembers(group)) strays.add(pid);
    setTimeout(() => removeCgroup(group), 500).unref();
  }
  for (const pid of listProcesses()) {
    if (pid === process.pid || readMarker(pid, agentMarker) !== label) continue;
    const unit = readMarker(pid, unitMarker);
    if (unit === undefined || !units.has(unit)) strays.add(pid);
  }
  for (const pid of strays) {
    log.warn({ pid }, 'a process that no record knows is ended');
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Ended meanwhile.
    }
  }
  return strays.size;
}
