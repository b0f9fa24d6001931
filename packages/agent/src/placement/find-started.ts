import { agentMarker, unitMarker } from '../process/launch.ts';
import {
  identify,
  listProcesses,
  type ProcessIdentity,
  readMarker,
  readStat,
} from '../process/process-facts.ts';
import { cgroupMembers } from '../sandbox/cgroups.ts';
import type { InstanceOrder } from './instance-engine.ts';
import { adoptInstance, type ProgramRun, type RunContext } from './instance-run.ts';
import type { ProgramContext } from './placement-context.ts';

/** A process that was started in the moment before the agent was killed, and not written down yet. */
export function findStarted(
  context: Pick<ProgramContext, 'sandbox' | 'machine' | 'bootId'>,
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
  context: Pick<ProgramContext, 'sandbox' | 'ports'>,
  runContext: RunContext,
  { instance, cohort }: Pick<InstanceOrder, 'instance' | 'cohort'>,
  known: ProcessIdentity,
): { readonly run: ProgramRun; readonly port: number | undefined } {
  const { id } = instance;
  const port = instance.port ?? (Number(readMarker(known.pid, 'PORT')) || undefined);
  if (port !== undefined) context.ports.adopt(port);
  const cgroup =
    instance.cgroup.length > 0 ? instance.cgroup : context.sandbox.cgroups.open(id).folders;
  return { run: adoptInstance(runContext, id, known, cgroup, cohort.run.memoryMiB), port };
}
