import { rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { type DesiredPlacement, PltfError } from '@pltf/contracts';
import { makeReadableFolder } from '../files/open-folder.ts';
import type { ReleaseVariant } from '../release/release-store.ts';
import { type Account, openOwnFolder } from '../sandbox/accounts.ts';
import type { VolumeMount } from '../sandbox/sandbox.ts';
import type { InstanceLaunch } from './instance-run.ts';
import type { ProgramContext } from './placement-context.ts';
import type { CohortRecord } from './placement-record.ts';
import { programEnvironment } from './program-environment.ts';

/** Programs that one instance may have at once. */
export const instanceProcesses = 512;

type PlaceContext = Pick<ProgramContext, 'sandbox' | 'releases' | 'machine'>;

/** Where a cohort's program runs, with everything on disk. */
export interface ProgramPlace {
  readonly account: Account;
  readonly folder: string;
  readonly home: string;
  /** The volume's own folder, if the placement has one. */
  readonly volume: string | undefined;
  readonly mount: VolumeMount | undefined;
}

/** Unpacks the release and makes the home folder and the volume; all of it may be there already. */
export async function openProgramPlace(
  context: PlaceContext,
  desired: DesiredPlacement,
  cohort: CohortRecord,
): Promise<ProgramPlace> {
  const account = await context.sandbox.accounts.open(desired.owner);
  const home = path.join(account.homes, desired.id);
  openOwnFolder(home, account);
  const volume = openVolume(account, desired.id, cohort.run.volume);
  const variant = volumeVariant(desired.id, cohort.run.volume, volume);
  const target = cohort.run.volume;
  const mount =
    volume !== undefined && target !== undefined && path.isAbsolute(target)
      ? { source: volume, target: path.normalize(target) }
      : undefined;
  const [folder] = await Promise.all([
    context.releases.open(account, cohort.release.digest, variant),
    // Built here, so that the start need not wait for it.
    context.sandbox.enter(account, mount),
  ]);
  return { account, folder, home, volume, mount };
}

/** The folder of the unpacked release that a cohort uses. */
export function releaseFolder(
  context: Pick<ProgramContext, 'releases'>,
  account: Account,
  placement: string,
  cohort: CohortRecord,
): string {
  const volume =
    cohort.run.volume === undefined ? undefined : path.join(account.volumes, placement);
  const variant = volumeVariant(placement, cohort.run.volume, volume);
  return context.releases.folderOf(account, cohort.release.digest, variant);
}

function openVolume(account: Account, placement: string, wanted: string | undefined) {
  if (wanted === undefined) return undefined;
  const folder = path.join(account.volumes, placement);
  openOwnFolder(folder, account);
  return folder;
}

/** A relative volume is a link in a copy of the release that this placement has for itself. */
function volumeVariant(
  placement: string,
  wanted: string | undefined,
  volume: string | undefined,
): ReleaseVariant | undefined {
  if (wanted === undefined || volume === undefined || path.isAbsolute(wanted)) return undefined;
  const place = path.normalize(wanted).replace(/\/$/, '');
  if (place === '.' || place.startsWith('..')) {
    throw new PltfError('bad-request', {
      detail: `The volume ${JSON.stringify(wanted)} is no folder below the program's.`,
      fix: 'Name a folder such as `data`.',
    });
  }
  return {
    name: placement,
    async prepare(folder) {
      const link = path.join(folder, place);
      await rm(link, { recursive: true, force: true });
      makeReadableFolder(path.dirname(link));
      await symlink(volume, link);
    },
  };
}

/** Everything needed to start one instance of a cohort. */
export async function instanceLaunch(
  context: PlaceContext,
  desired: DesiredPlacement,
  cohort: CohortRecord,
  instance: string,
  port: number | undefined,
): Promise<InstanceLaunch> {
  const { run, release } = cohort;
  const place = await openProgramPlace(context, desired, cohort);
  const facts = {
    placement: desired.id,
    unit: instance,
    account: place.account,
    home: place.home,
    release,
    env: run.env,
    port,
    volume: place.volume,
  };
  return {
    name: instance,
    account: place.account,
    command: commandOf(context, cohort, port),
    directory: place.folder,
    env: programEnvironment(context.machine, facts),
    limits: { memoryMiB: run.memoryMiB, cpu: run.cpu, processes: instanceProcesses },
    ...(place.mount === undefined ? {} : { volume: place.mount }),
  };
}

function commandOf(
  context: PlaceContext,
  { run, release }: CohortRecord,
  port: number | undefined,
): readonly string[] {
  if (run.command !== undefined) return run.command;
  const server = path.join(context.sandbox.programs, 'static-server.js');
  const facts = ['--port', String(port ?? 0), '--version', release.commit.slice(0, 12)];
  return [process.execPath, server, ...facts, '--', run.folder ?? '.'];
}
