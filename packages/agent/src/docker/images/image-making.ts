import { type ImageRequest, PltfError, type ReleaseImage } from '@pltf/contracts';
import type { Logger } from 'pino';
import type { LogStore } from '../../logs/log-store.ts';
import type { ReleaseStore } from '../../release/release-store.ts';
import type { EngineAccess } from '../engine-access.ts';
import { labels } from '../labels.ts';
import { rootFiles } from './archive-files.ts';
import { bringBaseImages } from './base-images.ts';
import { buildImage } from './image-build.ts';
import type { ImageFiles } from './image-files.ts';
import { failedStep, missing } from './image-problems.ts';
import { pullImage } from './image-pull.ts';
import { pushImage } from './image-push.ts';
import { provenanceStatement } from './provenance.ts';
import type { RegistryAccess } from './registry-access.ts';
import { cycloneDx, lockedPackages, lockFiles } from './sbom.ts';

export interface ReleaseImagesOptions {
  readonly access: EngineAccess;
  readonly registries: RegistryAccess;
  readonly releases: ReleaseStore;
  readonly files: ImageFiles;
  readonly agent: string;
  readonly log: Logger;
  readonly now: () => Date;
  readonly limits?: ImageLimits;
}

/** In milliseconds. */
export interface ImageLimits {
  /** How long a build may take, and a push or a pull. */
  readonly makeMs: number;
  /** How long an engine that went away meanwhile is waited for. */
  readonly engineMs: number;
}

export const usualLimits: ImageLimits = { makeMs: 20 * 60_000, engineMs: 60_000 };
/** What a build leaves out; the first one counts alone, as it does for the docker command line. */
const ignoreNames = ['Dockerfile.dockerignore', '.dockerignore'] as const;

type Made = Pick<ReleaseImage, 'image' | 'reference' | 'builder' | 'finishedAt'>;

/**
 * Builds the image of a release, or brings the ready one that it names: what is in that and where it came from is its
 * makers' to say.
 */
export async function makeImage(
  options: ReleaseImagesOptions,
  request: ImageRequest,
  log: LogStore,
  startedAt: string,
): Promise<Made> {
  const { named } = request.plan;
  if (named === undefined) return build(options, request, log, startedAt);
  const { access, registries, now } = options;
  const say = (texts: readonly string[]) => {
    const at = now().toISOString();
    log.append(texts.map((text) => ({ at, instance: 'image', stream: 'out', text })));
  };
  const { image, reference } = await inTime(
    options,
    'image-missing',
    `Pulling ${named}`,
    (signal) => pullImage(access.client, registries, { name: named, say, signal }),
  );
  const finishedAt = now().toISOString();
  return { image, finishedAt, ...(reference === undefined ? {} : { reference }) };
}

/** Builds, pushes, and writes down what is in it and where it came from. */
async function build(
  options: ReleaseImagesOptions,
  request: ImageRequest,
  log: LogStore,
  startedAt: string,
): Promise<Made> {
  const { owner, release, plan, attempt } = request;
  const { access, registries, releases, files, agent, now } = options;
  const archive = releases.archive(release.digest);
  const own = await rootFiles(archive, ['Dockerfile', ...ignoreNames, ...lockFiles]);
  const dockerfile = own.get('Dockerfile');
  if (dockerfile === undefined) throw missing(owner.component);
  const say = (texts: readonly string[], stream: 'out' | 'platform' = 'out') => {
    const at = now().toISOString();
    log.append(texts.map((text) => ({ at, instance: 'image', stream, text })));
  };
  const tag = release.digest.slice('sha256:'.length, 'sha256:'.length + 12);
  const outcome = await inTime(options, 'image-build-failed', 'The build', async (signal) => {
    const lacks = await bringBaseImages(access.client, registries, {
      ...{ dockerfile, args: plan.args ?? {}, say, signal },
    });
    const made = await buildImage(access.client, registries, {
      ignoreFile: ignoreNames.map((name) => own.get(name)).find((text) => text !== undefined),
      ...{ archive, say, signal, tag: `pltf-${agent}/${owner.component}:${tag}` },
      labels: labelsOf(agent, request, startedAt),
      args: plan.args ?? {},
    });
    // What BuildKit says then is that nobody could be asked for credentials.
    if (!made.ok && lacks !== undefined && /no active session/i.test(made.error)) throw lacks;
    return made;
  });
  if (!outcome.ok) throw failedStep(outcome.step, outcome.error);
  const { id, builder } = outcome.built;
  const repository =
    plan.registry === undefined ? undefined : `${plan.registry}/${owner.component}`;
  const reference =
    repository === undefined
      ? undefined
      : await inTime(options, 'image-push-failed', `Pushing to ${repository}`, (signal) =>
          pushImage(access.client, registries, { image: id, repository, tag, say, signal }),
        );
  const finishedAt = now().toISOString();
  const packages = lockedPackages(own);
  const facts = { component: owner.component, version: versionOf(release), image: id };
  await files.writeDocument(
    release.digest,
    'sbom',
    cycloneDx({ ...facts, at: finishedAt }, packages),
  );
  const statement = provenanceStatement({
    ...{ name: repository ?? `pltf-${agent}/${owner.component}`, release: release.digest },
    ...{ digest: reference?.split('@')[1] ?? id, source: plan.source, commit: release.commit },
    ...{ builder, agent, attempt, startedAt, finishedAt, args: plan.args },
  });
  await files.writeDocument(release.digest, 'provenance', statement);
  say([`The image is ${reference ?? id}.`], 'platform');
  return { image: id, builder, finishedAt, ...(reference === undefined ? {} : { reference }) };
}

/** Ends what takes too long, and says so: what was cut off says only that it was. */
async function inTime<T>(
  { limits = usualLimits }: ReleaseImagesOptions,
  code: 'image-build-failed' | 'image-missing' | 'image-push-failed',
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(limits.makeMs);
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const minutes = Math.round(limits.makeMs / 6000) / 10;
    const detail = `${what} took longer than ${minutes} min, and was ended.`;
    throw new PltfError(code, { detail, cause: error });
  }
}

/** A release has its number when its pipeline has passed; until then it is known by its commit. */
const versionOf = ({ number, commit }: ImageRequest['release']): string =>
  number === undefined ? commit.slice(0, 12) : String(number);

/** What OCI says an image should say of itself, and whose it is. */
const labelsOf = (agent: string, { owner, release, plan }: ImageRequest, at: string) => ({
  'org.opencontainers.image.title': owner.component,
  'org.opencontainers.image.version': versionOf(release),
  'org.opencontainers.image.revision': release.commit,
  'org.opencontainers.image.created': at,
  ...(plan.source === undefined ? {} : { 'org.opencontainers.image.source': plan.source }),
  [labels.agent]: agent,
  [labels.release]: release.digest,
});
