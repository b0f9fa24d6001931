import { agentMarker, unitMarker } from '../process/launch.ts';
import {
  identify,
  listProcesses,
  type ProcessIdentity,
  readMarker,
  readStat,
} from '../process/process-facts.ts';
import { cgroupMembers } from '../sandbox/cgroups.ts';
import { adoptInstance, type InstanceRun, type RunContext } from './instance-run.ts';
import type { PlacementContext } from './placement-context.ts';
import { cohortOf, type InstanceRecord } from './placement-record.ts';
import type { RecordFile } from './record-file.ts';

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

/** Takes over the process of an instance that an earlier agent started. */
export function takeUp(
  context: PlacementContext,
  runContext: RunContext,
  file: RecordFile,
  instance: InstanceRecord,
  known: ProcessIdentity,
): InstanceRun {
  const { id } = instance;
  const port = instance.port ?? (Number(readMarker(known.pid, 'PORT')) || undefined);
  file.changeInstance(id, { process: { ...known }, port });
  if (port !== undefined) context.ports.adopt(port);
  const cgroup =
    instance.cgroup.length > 0 ? instance.cgroup : context.sandbox.cgroups.open(id).folders;
  const memoryMiB = cohortOf(file.record, instance.cohort)?.run.memoryMiB ?? 0;
  return adoptInstance(runContext, id, known, cgroup, memoryMiB);
}
