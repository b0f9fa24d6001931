import { PltfError, ReleaseImage } from '@pltf/contracts';
import type {
  ReleaseImageState,
  ReleaseImages,
  WantedPlacement,
} from '../../../modules/runtime/index.ts';
import type { AgentClient } from './agent-client.ts';

export interface AgentImagesOptions {
  readonly agent: AgentClient;
  /** Where images of a runtime go; undefined where the platform file does not say. */
  readonly registryOf: (runtime: string) => string | undefined;
  /** Where a component's repository is, for what is written on its images. */
  readonly repositoryUrl: (component: string) => string;
  /** An image that is named by a tag, by its digest. */
  readonly resolve: (reference: string, signal: AbortSignal | undefined) => Promise<string>;
  /** Has the placement looked at again. */
  readonly wake: (placement: string) => void;
}

/** What an image that would be root is run as: nobody in particular. */
const unprivileged = 10_001;
/** The spec's word for the image that the release itself is. */
const ownImage = '.';

/** Images of releases, built and pushed by the Docker Engine of the agent's machine. */
export class AgentImages implements ReleaseImages, AsyncDisposable {
  readonly #options: AgentImagesOptions;
  readonly #abort = new AbortController();
  /** Builds that are waited for, each with the placements that it holds up. */
  readonly #waiting = new Map<string, Set<string>>();
  readonly #resolved = new Map<string, string>();
  readonly #waits = new Set<Promise<void>>();

  constructor(options: AgentImagesOptions) {
    this.#options = options;
  }

  async image(wanted: WantedPlacement, signal?: AbortSignal): Promise<ReleaseImageState> {
    const { object, desired } = wanted;
    const named = object.spec.image;
    if (named !== undefined && named !== ownImage) {
      return this.#named(named, desired.release.id, signal);
    }
    const registry = this.#options.registryOf(object.spec.runtime);
    if (registry === undefined) return { state: 'failed', reason: withoutRegistry(wanted) };
    const { release, owner } = desired;
    const { buildArgs } = object.spec.run;
    const image = await this.#options.agent.call(
      {
        method: 'PUT',
        path: `/v1/images/${release.digest}`,
        body: {
          ...{ owner, release },
          plan: {
            ...{ registry, source: this.#options.repositoryUrl(owner.component) },
            ...(buildArgs === undefined ? {} : { args: buildArgs }),
          },
          // A rollout tries once; the next one tries again what had failed.
          attempt: `${desired.id}-${desired.revision}`,
        },
        signal,
      },
      ReleaseImage,
    );
    if (image.state === 'building') this.#wait(release.digest, desired.id);
    return stateOf(image);
  }

  /** Asked once for each release: a tag that moves later is another release's. */
  async #named(
    reference: string,
    release: string,
    signal: AbortSignal | undefined,
  ): Promise<ReleaseImageState> {
    const key = `${release} ${reference}`;
    const known = this.#resolved.get(key);
    if (known !== undefined) return { state: 'ready', reference: known };
    try {
      const found = await this.#options.resolve(reference, signal);
      this.#resolved.set(key, found);
      return { state: 'ready', reference: found };
    } catch (error) {
      if (!(error instanceof PltfError) || error.code !== 'image-missing') throw error;
      const { code, detail, fix } = error;
      return { state: 'failed', reason: { code, detail, fix, log: [] } };
    }
  }

  #wait(digest: string, placement: string): void {
    const known = this.#waiting.get(digest);
    if (known !== undefined) {
      known.add(placement);
      return;
    }
    const placements = new Set([placement]);
    this.#waiting.set(digest, placements);
    const path = `/v1/images/${digest}?wait=1`;
    const { agent, wake } = this.#options;
    const { signal } = this.#abort;
    const done = agent
      .call({ method: 'GET', path, timeoutMs: 0, signal }, ReleaseImage)
      // An agent that is away is told of by the pass that asks it next.
      .catch(() => undefined)
      .then(() => {
        this.#waiting.delete(digest);
        if (signal.aborted) return;
        for (const one of placements) wake(one);
      });
    this.#waits.add(done);
    void done.finally(() => this.#waits.delete(done));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#waits);
  }
}

function stateOf({ state, reference, user, reason }: ReleaseImage): ReleaseImageState {
  if (state === 'building') return { state };
  if (state === 'ready' && reference !== undefined) {
    const number = numericUser(user);
    return { state, reference, ...(number === undefined ? {} : { user: number }) };
  }
  return {
    state: 'failed',
    reason: reason ?? {
      ...{ code: 'image-push-failed', detail: 'the image is in no registry', log: [] },
      fix: 'Deploy the release once more.',
    },
  };
}

/**
 * A cluster that refuses root has to know that an image is not: only a number says so. What the image calls by a name
 * runs as nobody in particular; its files are read-only there anyway.
 */
function numericUser(user: string | undefined): number | undefined {
  if (user === undefined) return undefined;
  const [name = ''] = user.split(':');
  const number = /^\d{1,9}$/.test(name) ? Number(name) : 0;
  return number === 0 ? unprivileged : number;
}

const withoutRegistry = ({ object }: WantedPlacement) => {
  const { detail, fix } = new PltfError('image-push-failed', {
    detail: `the runtime \`${object.spec.runtime}\` has no registry for images`,
    fix: 'The platform team names one: `registry:` of the runtime in the platform file.',
  });
  return { code: 'image-push-failed', detail, fix, log: [] };
};
