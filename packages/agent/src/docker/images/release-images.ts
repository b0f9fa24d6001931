import type { ImageRequest, Reason, ReleaseImage } from '@pltf/contracts';
import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import type { LogStore } from '../../logs/log-store.ts';
import { asReason } from '../../placement/reason.ts';
import { InspectedImage, ListedImage } from '../engine-answers.ts';
import { refusedWith } from '../engine-client.ts';
import { labels, ownedBy } from '../labels.ts';
import type { ImageDocument } from './image-files.ts';
import { makeImage, type ReleaseImagesOptions, usualLimits } from './image-making.ts';
import { asError } from './image-problems.ts';
import { numericUser } from './image-user.ts';

/** Images of releases: each built once, kept as long as its release. */
export interface ReleaseImages {
  /** Begins to make it, or says how far it is. */
  put(request: ImageRequest): Promise<ReleaseImage>;
  /** Waits for it and answers it as the engine knows it. Throws why there is none. */
  ensure(request: ImageRequest, say: (text: string) => void): Promise<InspectedImage>;
  /** The one that is there, as the engine knows it. Throws `not-found`. */
  existing(release: string): Promise<InspectedImage>;
  get(release: string): ReleaseImage;
  finished(release: string): Promise<ReleaseImage>;
  log(release: string): Promise<LogStore>;
  document(release: string, name: ImageDocument): unknown;
  /** Removes the images of releases that are not kept. */
  sweep(isKept: (release: string) => boolean): Promise<void>;
}

const shownLines = 20;

export function createReleaseImages(options: ReleaseImagesOptions): ReleaseImages {
  const { access, files, releases, now, limits = usualLimits } = options;
  const { client } = access;
  const making = new Map<string, Promise<ReleaseImage>>();

  const inspect = async (image: string): Promise<InspectedImage | undefined> => {
    const path = `/images/${encodeURIComponent(image)}/json`;
    return client.json({ method: 'GET', path }, InspectedImage).catch((error: unknown) => {
      if (refusedWith(error) === 404) return undefined;
      throw error;
    });
  };

  /** Brings an image back that somebody removed from the engine. */
  const pull = async (reference: string | undefined, image: string): Promise<boolean> => {
    if (reference === undefined) return false;
    const [repository = ''] = reference.split('@');
    const headers = options.registries.forImage(repository);
    const query = { fromImage: reference };
    const request = {
      method: 'POST',
      path: '/images/create',
      query,
      headers,
      timeoutMs: 0,
    } as const;
    try {
      // Its progress is nobody's business; what counts is whether the image is there then.
      for await (const _ of await client.stream(request));
    } catch (error) {
      if (refusedWith(error) === undefined) throw error;
    }
    return (await inspect(image)) !== undefined;
  };

  const sayIn = (log: LogStore) => (text: string) =>
    log.append([{ at: now().toISOString(), instance: 'image', stream: 'platform', text }]);

  const userOf = async (image: string) => {
    const inspected = await inspect(image);
    if (inspected === undefined) return undefined;
    const user = inspected.Config?.User ?? '';
    return { user: await numericUser(client, options.agent, image, user) };
  };

  const make = async (request: ImageRequest): Promise<ReleaseImage> => {
    const { release, attempt } = request;
    const startedAt = now().toISOString();
    const begun = { release: release.digest, attempt, startedAt };
    await files.write({ ...begun, state: 'building' });
    const log = await files.log(release.digest, true);
    try {
      const work = async () => {
        const made = await makeImage(options, request, log, startedAt);
        return { ...made, ...(made.image === undefined ? {} : await userOf(made.image)) };
      };
      // An engine that is restarted meanwhile has kept the steps that were done.
      const made = await access.patiently(work, { forMs: limits.engineMs, say: sayIn(log) });
      const ready = { ...begun, ...made, state: 'ready' as const };
      await files.write(ready);
      return ready;
    } catch (error) {
      options.log.warn({ err: error, release: release.digest }, 'an image could not be built');
      const reason = failure(error, log);
      const finishedAt = now().toISOString();
      const failed = { ...begun, state: 'failed' as const, reason, finishedAt };
      await files.write(failed);
      return failed;
    } finally {
      log.finish();
    }
  };

  /** What is there already, when it still is and is all that is asked for. */
  const usable = async ({ release, plan, attempt }: ImageRequest) => {
    const known = files.read(release.digest);
    if (known?.state === 'failed') return known.attempt === attempt ? known : undefined;
    if (known?.state !== 'ready' || known.image === undefined) return undefined;
    const there =
      (await inspect(known.image)) !== undefined || (await pull(known.reference, known.image));
    const pushed =
      plan.named !== undefined ||
      plan.registry === undefined ||
      known.reference?.startsWith(`${plan.registry}/`);
    return there && pushed === true ? known : undefined;
  };

  const begin = (request: ImageRequest): Promise<ReleaseImage> => {
    const { digest } = request.release;
    const running = making.get(digest);
    if (running !== undefined) return running;
    const work = async () => (await usable(request)) ?? (await make(request));
    const made = work().finally(() => making.delete(digest));
    making.set(digest, made);
    return made;
  };

  const get = (release: string): ReleaseImage => {
    const image = files.read(release);
    if (image !== undefined) return image;
    throw new PltfError('not-found', {
      detail: `The release ${release.slice(0, 19)}… has no image.`,
    });
  };

  /** As it is written down, once this attempt is: a busy disk takes its time, and an older attempt says nothing of it. */
  const underWay = ({ release, attempt }: ImageRequest): ReleaseImage => {
    const known = files.read(release.digest);
    if (known?.state === 'building') return known;
    return { release: release.digest, attempt, state: 'building', startedAt: now().toISOString() };
  };

  const remove = async (image: string): Promise<void> => {
    const path = `/images/${encodeURIComponent(image)}`;
    // 409: a container still needs it; it goes with a later sweep.
    await client.send({ method: 'DELETE', path, query: { force: '1' } }, [404, 409]);
  };

  /** Those of releases that are not kept, and those that a later attempt has replaced. */
  const superfluous = async (isKept: (release: string) => boolean) => {
    const query = { filters: ownedBy(options.agent) };
    const request = { method: 'GET', path: '/images/json', query } as const;
    const own = await client.json(request, z.array(ListedImage));
    return own.filter(({ Id, Labels }) => {
      const release = Labels?.[labels.release] ?? '';
      if (making.has(release)) return false;
      const current = files.read(release)?.image;
      return !isKept(release) || (current !== undefined && current !== Id);
    });
  };

  return {
    get,
    async put(request) {
      releases.archive(request.release.digest);
      const made = begin(request);
      made.catch(() => undefined);
      const begun = await Promise.race([
        made,
        new Promise<void>((resolve) => setTimeout(resolve, 100)),
      ]);
      return begun ?? underWay(request);
    },
    async ensure(request, say) {
      const made = await access.patiently(() => begin(request), { forMs: limits.engineMs, say });
      if (made.state === 'failed' || made.image === undefined) throw asError(made.reason);
      const image = await inspect(made.image);
      if (image !== undefined) return runningAs(image, made.user);
      throw new PltfError('image-build-failed', { detail: 'The image vanished from the engine.' });
    },
    async existing(release) {
      const { image, user } = get(release);
      const there = image === undefined ? undefined : await inspect(image);
      if (there !== undefined) return runningAs(there, user);
      throw new PltfError('not-found', {
        detail: `The release ${release.slice(0, 19)}… has no image in the engine.`,
        fix: 'Deploy the release once more: that builds its image.',
      });
    },
    finished: async (release) => (await making.get(release)) ?? get(release),
    log: (release) => files.log(get(release).release),
    document: (release, name) => files.readDocument(release, name),
    async sweep(isKept) {
      // The record goes last: it is what a later sweep goes by when the engine is away now.
      for (const { Id } of await superfluous(isKept)) await remove(Id);
      for (const { release } of files.list()) {
        if (!isKept(release) && !making.has(release)) await files.remove(release);
      }
    },
  };
}

/** By number, as it was found out when it was made. */
const runningAs = (image: InspectedImage, user: string | undefined): InspectedImage =>
  user === undefined ? image : { ...image, Config: { ...image.Config, User: user } };

function failure(error: unknown, log: LogStore): Reason {
  const lines = log.lastLines(shownLines).map(({ text }) => text);
  return asReason(error, lines);
}
