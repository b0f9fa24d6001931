import type { DesiredPlacement, Reason } from '@pltf/contracts';
import { openProgramPlace } from './instance-launch.ts';
import type { ProgramContext } from './placement-context.ts';
import type { CohortRecord } from './placement-record.ts';
import { programEnvironment } from './program-environment.ts';
import { asReason } from './reason.ts';

/** Names one attempt to run a release's command; a new cohort is a new attempt. */
export const releaseTaskKey = (placement: string, cohort: CohortRecord) =>
  `${placement}\0${cohort.release.id}\0${cohort.id}`;

const leastCpu = 0.1;

/** Runs the release command where the program runs, or attaches to it; undefined when it succeeded. */
export async function runReleaseTask(
  context: Pick<ProgramContext, 'sandbox' | 'releases' | 'machine' | 'commands'>,
  desired: DesiredPlacement,
  cohort: CohortRecord,
): Promise<Reason | undefined> {
  const { run, release } = cohort;
  if (run.releaseCommand === undefined) return undefined;
  try {
    const { account, home, volume, mount, folder } = await openProgramPlace(
      context,
      desired,
      cohort,
    );
    const facts = { placement: desired.id, unit: '', account, home, volume, release, env: run.env };
    return await context.commands.run(releaseTaskKey(desired.id, cohort), {
      owner: desired.owner,
      command: run.releaseCommand,
      directory: folder,
      env: programEnvironment(context.machine, facts),
      memoryMiB: run.memoryMiB,
      cpu: Math.max(leastCpu, run.cpu),
      ...(mount === undefined ? {} : { volume: mount }),
    });
  } catch (error) {
    return asReason(error);
  }
}
