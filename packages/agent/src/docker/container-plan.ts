import { chmodSync } from 'node:fs';
import path from 'node:path';
import type { DesiredPlacement, PlacedRun } from '@pltf/contracts';
import type { CohortRecord } from '../placement/placement-record.ts';
import { type Account, type Accounts, openOwnFolder } from '../sandbox/accounts.ts';
import type { ContainerTaskPlanner } from '../work/task-engine.ts';
import { portOf, userOf } from './container-spec.ts';
import type { InspectedImage } from './engine-answers.ts';
import { environmentOf } from './labels.ts';

/** What an image and a placement together say about how a container runs. */
export interface ContainerPlan {
  readonly user: string;
  readonly port: number;
  readonly stopSignal: string;
  readonly volume: { readonly source: string; readonly target: string } | undefined;
}

/** Whom a container runs as when neither its image nor the machine names anybody. */
const nobody = 65_532;

export function planContainer(
  image: InspectedImage,
  account: Account,
  placement: string,
  run: PlacedRun,
): ContainerPlan {
  const { Config } = image;
  const workingFolder = Config?.WorkingDir || '/';
  return {
    user: userOf(Config?.User ?? undefined, account.uid ?? nobody),
    port: portOf(run.port, Object.keys(Config?.ExposedPorts ?? {})),
    stopSignal: Config?.StopSignal || 'SIGTERM',
    volume:
      run.volume === undefined
        ? undefined
        : {
            source: openVolume(account, placement),
            target: path.posix.resolve(workingFolder, run.volume),
          },
  };
}

/** An image has a user of its own, so everybody may write; the folders above let only the platform pass. */
function openVolume(account: Account, placement: string): string {
  const folder = path.join(account.volumes, placement);
  openOwnFolder(folder, account);
  chmodSync(folder, 0o777);
  return folder;
}

export interface ContainerFacts {
  readonly desired: DesiredPlacement;
  readonly cohort: CohortRecord;
  /** Absent for a release command. */
  readonly instance?: string;
  readonly plan: ContainerPlan;
}

/** The environment of a container: the image's own PATH stays, and it listens for others than itself. */
export function containerEnvironment(facts: ContainerFacts): Record<string, string> {
  const { desired, cohort, instance, plan } = facts;
  const { run, release } = cohort;
  return {
    ...run.env,
    PLTF_COMPONENT: desired.owner.component,
    PLTF_TEAM: desired.owner.team,
    PLTF_PLACEMENT: desired.id,
    PLTF_ENVIRONMENT: environmentOf(desired.id),
    PLTF_RELEASE: String(release.number),
    PLTF_COMMIT: release.commit,
    HOME: '/tmp',
    TMPDIR: '/tmp',
    ...(instance === undefined ? {} : { PLTF_INSTANCE: instance }),
    ...(instance !== undefined && run.serves ? { PORT: String(plan.port), HOST: '0.0.0.0' } : {}),
    ...(plan.volume === undefined ? {} : { PLTF_VOLUME: plan.volume.target }),
  };
}

/** One-off tasks run as their release's image says, without a port and without the volume of an instance. */
export function createTaskPlanner(
  accounts: Accounts,
  images: { existing(release: string): Promise<InspectedImage> },
): ContainerTaskPlanner {
  return {
    async plan(owner, placement, release) {
      const [image, account] = await Promise.all([images.existing(release), accounts.open(owner)]);
      const { Config } = image;
      return {
        env: {
          PLTF_COMPONENT: owner.component,
          PLTF_TEAM: owner.team,
          PLTF_PLACEMENT: placement,
          PLTF_ENVIRONMENT: environmentOf(placement),
          HOME: '/tmp',
          TMPDIR: '/tmp',
        },
        container: {
          image: image.Id,
          user: userOf(Config?.User ?? undefined, account.uid ?? nobody),
          stopSignal: Config?.StopSignal || 'SIGTERM',
          placement,
          hosts: [],
        },
      };
    },
  };
}
