import { randomBytes } from 'node:crypto';
import type { DesiredPlacement, ObservedPlacement, PlacedRelease } from '@pltf/contracts';
import { type AgentPlace, agentVariables } from '@pltf/plan/render';
import type { AgentProcess } from '../../packages/agent/src/testing/agent-process.ts';
import {
  createRepository,
  owner,
  type SampleRepository,
  storeRelease,
  type Wish,
  wish,
} from '../../packages/agent/src/testing/sample-programs.ts';
import type { Visit } from '../../packages/agent/src/testing/visitor.ts';
import { placementWith } from '../../packages/plan/src/render/kubernetes/testing/render-inputs.ts';
import type {
  RuntimeDriver,
  WantedPlacement,
} from '../../packages/server/src/modules/runtime/index.ts';

/** Nothing is known of a placement here but its own variables. */
const unknownPlace: AgentPlace = { isolation: 'process', address: undefined, callees: {} };

/** A runtime driver over a real backend, and what a test has to know of that backend. */
export interface RuntimeBed extends AsyncDisposable {
  readonly driver: RuntimeDriver;
  /** Keeps the releases, and makes images of them where the backend runs images. */
  readonly agent: AgentProcess;
  readonly isolation?: DesiredPlacement['isolation'];
  /** Where images go. */
  readonly image?: DesiredPlacement['image'];
  /** How long the backend may need from one state to the next. */
  readonly patienceMs: number;
  /** One request to a placement, as its users come to it. */
  visit(placement: string, path?: string): Promise<Visit>;
  /** All that the backend has of a placement, in words. */
  left(placement: string): Promise<readonly string[]>;
}

/** What needs an image to be one: `sleep` makes an instance that the platform's own health check sees late. */
const dockerfile = [
  'FROM node:22-slim',
  'WORKDIR /app',
  'COPY . .',
  'USER 1000:1000',
  'CMD ["node", "server.js"]',
  '',
].join('\n');

/** A variable with a place, and with what looks like one to a shell or a cluster. */
const bound = { OFFER: '$$5 for ${environment.COLOUR} $(COLOUR)' };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export type Change = Partial<Omit<Wish, 'run'>> & { readonly run?: Partial<Wish['run']> };

/** One placement on a bed, moved from wish to wish. */
export class PlacementOnBed {
  readonly id: string;
  readonly #bed: RuntimeBed;
  readonly #repository: SampleRepository;
  readonly #label: string;
  #wish: Wish | undefined;
  #revision = 0;
  #number = 0;

  constructor(bed: RuntimeBed, name: string) {
    this.#bed = bed;
    this.#repository = createRepository(bed.agent.data);
    this.#label = `${name}-${randomBytes(3).toString('hex')}`;
    this.id = `${this.#label}.prod`;
  }

  /** A release of these files; the program is `server.js`. */
  async release(
    program: string,
    files: Readonly<Record<string, string>> = {},
  ): Promise<PlacedRelease> {
    this.#number += 1;
    const all = { 'server.js': program, Dockerfile: dockerfile, ...files };
    const { stored, commit } = await storeRelease(this.#bed.agent.client, this.#repository, all);
    const id = `rel_${this.#label}_${this.#number}`;
    return { id, number: this.#number, digest: stored.digest, commit };
  }

  /** All that the driver is told; `revision` is the next one unless given. */
  wanted(change: Change = {}, revision = (this.#revision += 1)): WantedPlacement {
    const { run, ...rest } = change;
    const before = this.#wish;
    const next = { ...before, ...rest, run: { ...before?.run, ...run } };
    if (next.release === undefined) throw new Error('the first wish names a release');
    this.#wish = { ...next, release: next.release };
    return this.#told(wish(revision, this.#complete(this.#wish)));
  }

  #complete(given: Wish): Wish {
    const { isolation, image } = this.#bed;
    const env = given.run?.env ?? {};
    return {
      id: this.id,
      owner: { ...owner, component: this.#label },
      hosts: [`${this.#label}.localhost`],
      ...(isolation === undefined ? {} : { isolation }),
      ...(image === undefined ? {} : { image }),
      ...given,
      run: {
        ...{ drainMs: 2000, startTimeoutMs: 20_000, memoryMiB: 128, cpu: 0.1 },
        ...given.run,
        env: agentVariables({ env, bound }, unknownPlace),
      },
    };
  }

  #told(desired: DesiredPlacement): WantedPlacement {
    const { run, instances } = desired;
    // The renderer fills it in by itself.
    const { OFFER: _, ...env } = run.env;
    const object = placementWith({
      label: this.#label,
      component: this.#label,
      routes: [],
      run: {
        ...{ command: run.command, port: 8080, health: run.health, env, bound },
        ...{ memoryMiB: run.memoryMiB, cpu: run.cpu, drainMs: run.drainMs },
        ...{ startTimeoutMs: run.startTimeoutMs, release: run.releaseCommand },
        instances: { minimum: instances, maximum: instances },
      },
    });
    return {
      ...{ desired, object, callers: [], callees: {}, schedule: undefined },
      stamp: { specHash: `sha256:${'0'.repeat(64)}`, platformVersion: '1' },
    };
  }

  /** Hands the wish over again and again, as the reconciler does, until it holds. */
  async until(
    wanted: WantedPlacement,
    holds: (observed: ObservedPlacement) => boolean,
  ): Promise<ObservedPlacement> {
    const deadline = Date.now() + this.#bed.patienceMs;
    for (;;) {
      const observed = await this.#bed.driver.apply(wanted);
      if (holds(observed)) return observed;
      if (Date.now() > deadline)
        throw new Error(`not in ${this.#bed.patienceMs} ms: ${JSON.stringify(observed)}`);
      await pause(100);
    }
  }

  /** To the end of its rollout, whatever it is. */
  ended(wanted: WantedPlacement): Promise<ObservedPlacement> {
    return this.until(
      wanted,
      ({ revision, rollout }) =>
        revision === wanted.desired.revision &&
        rollout?.revision === revision &&
        rollout.finishedAt !== undefined,
    );
  }

  /** Asks for removal once: a backend may take long, and the bed clears away what is left at its end. */
  async dropped(): Promise<void> {
    await this.#bed.driver.remove(this.id);
  }

  /** Asks for removal until it is confirmed. */
  async removed(): Promise<void> {
    const deadline = Date.now() + this.#bed.patienceMs;
    while (!(await this.#bed.driver.remove(this.id))) {
      if (Date.now() > deadline)
        throw new Error(`still there: ${(await this.#bed.left(this.id)).join(', ')}`);
      await pause(100);
    }
  }
}
