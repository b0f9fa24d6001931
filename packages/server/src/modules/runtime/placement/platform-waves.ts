import type { PlatformFile } from '@pltf/contracts';
import type { PlatformHistory, PlatformSource } from '../../../kernel/platform-source.ts';
import type { Tx } from '../../../persistence/transaction.ts';
import { runtimeIn } from '../runtimes.ts';
import type { ChangeRequest } from './place-request.ts';
import type { Placement } from './placement.ts';

/** The version that a placement keeps, although a newer one is in force. */
export interface StayingVersion {
  readonly version: number;
  /** The rest of a sentence: `version 4 of the platform is halted`. */
  readonly because: string;
}

/** A port that the fleet fills: how far versions of the platform have come. */
export interface PlatformWaves {
  /** Undefined when nothing keeps the newest version from the placement. */
  stayingWith(tx: Tx, placement: Placement): Promise<StayingVersion | undefined>;
}

/** What a rollout of a placement is made with. */
export interface PlatformChoice {
  readonly file: PlatformFile;
  /** Undefined for a change that leaves the placement with the version that it has. */
  readonly version: number | undefined;
  /** For people, when it is not the newest. */
  readonly note: string | undefined;
}

/**
 * The version of the platform that a change of a placement goes out with: on clusters the one that its wave has reached,
 * whoever rolls it out, unless the newest is asked for. What runs on an agent has the newest at every rollout.
 */
export async function platformFor(
  {
    platform,
    waves,
  }: { readonly platform: PlatformSource & PlatformHistory; readonly waves: PlatformWaves },
  tx: Tx,
  placement: Placement,
  { earlier, newestPlatform, release, restart }: ChangeRequest,
): Promise<PlatformChoice> {
  const now = platform.snapshot();
  const newest = { file: now.file, version: now.version, note: undefined };
  if (earlier !== undefined) return { ...newest, version: earlier.version };
  const { runtime, environment, platformVersion } = placement;
  const driver = now.file.runtimes[runtime ?? '']?.driver;
  const onCluster = driver !== undefined && driver !== 'agent';
  const rolls = release !== undefined || restart === true;
  if (newestPlatform === true || !onCluster) {
    return rolls ? newest : { ...newest, version: undefined };
  }
  const staying = rolls ? await waves.stayingWith(tx, placement) : undefined;
  const version = rolls ? staying?.version : platformVersion;
  const then = version === undefined ? undefined : await platform.at(version);
  // Where its environment ran elsewhere then, that version has nothing to say about this runtime.
  const fits = then !== undefined && runtimeIn(then.file, environment) === runtime;
  if (!rolls) return { file: fits ? then.file : now.file, version: undefined, note: undefined };
  if (staying === undefined || !fits || staying.version === now.version) return newest;
  const note = `it stays with version ${staying.version} of the platform, because ${staying.because}`;
  return { file: then.file, version: staying.version, note };
}

/** Why somebody asked for it, and with which version it goes out, when that is not the newest. */
export const whyWith = (why: string | undefined, note: string | undefined): string | undefined =>
  note === undefined ? why : why === undefined ? note : `${why}; ${note}`;
