import { agentMarker, unitMarker } from '../process/launch.ts';
import {
  identify,
  listProcesses,
  type ProcessIdentity,
  readMarker,
  readStat,
} from '../process/process-facts.ts';
import { cgroupMembers } from '../sandbox/cgroups.ts';
import type { PlacementContext } from './placement-context.ts';

/** A process that was started in the moment before the agent was killed, and not written down yet. */
export function findStarted(
  context: Pick<PlacementContext, 'sandbox' | 'machine' | 'bootId'>,
  unit: string,
): ProcessIdentity | undefined {
  const members = cgroupMembers(context.sandbox.cgroups.open(unit));
  const marked = () =>
    listProcesses().filter(
      (pid) =>
        readMarker(pid, unitMarker) === unit &&
        readMarker(pid, agentMarker) === context.machine.label,
    );
  const pids = members.length > 0 ? members : marked();
  const leader = pids.find((pid) => readStat(pid)?.group === pid);
  return leader === undefined ? undefined : identify(leader, context.bootId);
}
