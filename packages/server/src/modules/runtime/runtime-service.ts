import { createHash } from 'node:crypto';
import { PltfError, type RolloutKind } from '@pltf/contracts';
import { placementAddress } from '@pltf/plan';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { Tx } from '../../persistence/transaction.ts';
import type { Placement } from './placement.ts';
import type { Rollout } from './rollout.ts';
import type { PlacementChange, RuntimeStore } from './runtime-store.ts';

export const placementReconciler = 'placement';
export const taskReconciler = 'task';
export const expiryReconciler = 'expiry';

export interface PlaceRequest {
  readonly component: string;
  readonly environment: string;
  readonly branch: string | undefined;
  readonly release: number;
  readonly instances: { readonly minimum: number; readonly maximum: number };
  /** Hosts of the spec, besides the one that the platform gives. */
  readonly routes: readonly string[];
  /** False for workers: they have no address. */
  readonly serves: boolean;
  readonly expiresAt: Date | undefined;
  readonly kind: RolloutKind;
  readonly actor: string;
  readonly why: string | undefined;
}

export interface ChangeRequest extends PlacementChange {
  readonly kind: RolloutKind;
  readonly actor: string;
  readonly why: string | undefined;
}

export interface RuntimeService {
  /** Puts a release in its place, making the placement when it is not there yet. */
  place(tx: Tx, request: PlaceRequest): Promise<Rollout>;
  change(tx: Tx, placement: string, request: ChangeRequest): Promise<Rollout>;
  /** Has the placement removed; it is there, reading "removing", until the driver confirms. */
  requestRemoval(tx: Tx, placement: string, actor: string): Promise<void>;
  startTask(
    tx: Tx,
    request: {
      readonly placement: Placement;
      readonly command: readonly string[];
      readonly timeoutMs: number;
      readonly actor: string;
    },
  ): Promise<string>;
}

export interface RuntimeServiceDependencies {
  readonly store: RuntimeStore;
  readonly platform: PlatformSource;
  readonly clock: Clock;
}

export function runtimeService(dependencies: RuntimeServiceDependencies): RuntimeService {
  const { store, clock } = dependencies;
  return {
    place: async (tx, request) => {
      const placement = await store.lockPlace(
        tx,
        request.component,
        request.environment,
        request.branch,
      );
      return placement === undefined
        ? create(dependencies, tx, request)
        : update(dependencies, tx, placement, request);
    },
    change: async (tx, id, request) => {
      const placement = await store.lock(tx, id);
      if (placement === undefined)
        throw new PltfError('not-found', { detail: `there is no placement ${id}` });
      refuseRemoving(placement);
      return begin(dependencies, tx, placement, request);
    },
    requestRemoval: async (tx, id, actor) => {
      const placement = await store.lock(tx, id);
      if (placement === undefined || placement.state === 'removing') return;
      await store.setRemoving(tx, id);
      tx.tell({
        ...subject(placement),
        type: 'placement-changed',
        actor,
        summary: `Removing ${id}`,
      });
      tx.wake(placementReconciler, id);
    },
    startTask: async (tx, { placement, command, timeoutMs, actor }) => {
      const id = newId('task', clock.now());
      const { component } = placement;
      await store.startTask(tx, {
        id,
        placement: placement.id,
        component,
        command,
        state: 'running',
        exitCode: undefined,
        ended: undefined,
        timeoutMs,
        requestedBy: actor,
        startedAt: clock.now(),
        finishedAt: undefined,
      });
      tx.tell({
        ...subject(placement),
        type: 'task-started',
        actor,
        summary: `Running ${command.join(' ').slice(0, 200)}`,
        data: { task: id },
      });
      tx.wake(taskReconciler, id);
      return id;
    },
  };
}

export const subject = (placement: Pick<Placement, 'id' | 'component' | 'environment'>) => ({
  component: placement.component,
  placement: placement.id,
  environment: placement.environment,
});

function refuseRemoving(placement: Placement): void {
  if (placement.state === 'removing') {
    throw new PltfError('component-busy', { detail: `${placement.id} is being removed` });
  }
}

/** A clash digit group that is the same each time for the same place. */
const clashOf = (request: PlaceRequest): string =>
  createHash('sha256')
    .update(`${request.component}\n${request.branch ?? ''}`)
    .digest('hex')
    .slice(0, 4);

async function create(
  dependencies: RuntimeServiceDependencies,
  tx: Tx,
  request: PlaceRequest,
): Promise<Rollout> {
  const { store, platform, clock } = dependencies;
  for (const clash of [undefined, clashOf(request)]) {
    const address = placementAddress(
      platform.current(),
      request.component,
      request.environment,
      request.branch,
      clash,
    );
    const hosts = request.serves ? [address.host, ...request.routes] : [];
    const taken = await store.takenHosts(tx, address.id, hosts);
    if (taken.includes(address.host)) continue;
    refuseTaken(taken, request);
    const { component, environment, branch, release, expiresAt } = request;
    const instances = request.instances.minimum;
    const made = await store.create(tx, {
      id: address.id,
      component,
      environment,
      branch,
      hosts,
      release,
      instances,
      expiresAt,
    });
    if (!made) continue;
    const placement = { id: address.id, component, environment };
    tx.tell({
      ...subject(placement),
      type: 'placement-created',
      actor: request.actor,
      summary: `Placed in ${environment}`,
    });
    if (expiresAt !== undefined) tx.wake(expiryReconciler, address.id, expiresAt);
    return record(
      dependencies,
      tx,
      { ...placement, revision: 1, from: undefined, to: release },
      request,
      clock.now(),
    );
  }
  throw new PltfError('name-taken', {
    detail: `no free address for ${request.component} in ${request.environment}`,
  });
}

function refuseTaken(taken: readonly string[], request: PlaceRequest): void {
  if (taken.length === 0) return;
  throw new PltfError('name-taken', {
    detail: `${taken.join(', ')} is another service's address`,
    fix: `Take it out of \`routes\` of ${request.component}, or out of the other's.`,
  });
}

async function update(
  dependencies: RuntimeServiceDependencies,
  tx: Tx,
  placement: Placement,
  request: PlaceRequest,
): Promise<Rollout> {
  refuseRemoving(placement);
  const own = placement.hosts[0];
  const hosts = request.serves && own !== undefined ? [own, ...request.routes] : [];
  refuseTaken(await dependencies.store.takenHosts(tx, placement.id, hosts), request);
  const { minimum, maximum } = request.instances;
  // A number that somebody set by `scale` stays while the thin file's range allows it.
  const instances = Math.min(Math.max(placement.instances, minimum), Math.max(maximum, minimum));
  const { release, expiresAt, kind, actor, why } = request;
  if (expiresAt !== undefined) tx.wake(expiryReconciler, placement.id, expiresAt);
  return begin(dependencies, tx, placement, {
    release,
    instances,
    hosts,
    expiresAt,
    runState: 'running',
    kind,
    actor,
    why,
  });
}

async function begin(
  dependencies: RuntimeServiceDependencies,
  tx: Tx,
  placement: Placement,
  request: ChangeRequest,
): Promise<Rollout> {
  const revision = await dependencies.store.change(tx, placement.id, request);
  const from = placement.observed?.serving?.number;
  const to = request.release ?? placement.release;
  const { id, component, environment } = placement;
  return record(
    dependencies,
    tx,
    { id, component, environment, revision, from, to },
    request,
    dependencies.clock.now(),
  );
}

interface RolloutFacts {
  readonly id: string;
  readonly component: string;
  readonly environment: string;
  readonly revision: number;
  readonly from: number | undefined;
  readonly to: number;
}

async function record(
  { store }: RuntimeServiceDependencies,
  tx: Tx,
  facts: RolloutFacts,
  request: Pick<ChangeRequest, 'kind' | 'actor' | 'why'>,
  now: Date,
): Promise<Rollout> {
  const rollout: Rollout = {
    id: newId('ro', now),
    placement: facts.id,
    component: facts.component,
    environment: facts.environment,
    revision: facts.revision,
    kind: request.kind,
    state: 'running',
    step: 'starting',
    fromRelease: facts.from,
    toRelease: facts.to,
    requestedBy: request.actor,
    why: request.why,
    reason: undefined,
    traffic: undefined,
    startedAt: now,
    switchedAt: undefined,
    finishedAt: undefined,
  };
  await store.startRollout(tx, rollout);
  tx.tell({
    ...subject(facts),
    type: 'rollout-started',
    actor: request.actor,
    why: request.why,
    summary: sentence(rollout),
    data: { rollout: rollout.id, kind: rollout.kind, from: facts.from ?? null, to: facts.to },
  });
  tx.wake(placementReconciler, facts.id);
  return rollout;
}

const verbs: Readonly<Record<RolloutKind, string>> = {
  deploy: 'Deploying',
  promote: 'Promoting',
  rollback: 'Rolling back to',
  restart: 'Restarting',
  scale: 'Scaling',
  stop: 'Stopping',
  start: 'Starting',
};

const sentence = (rollout: Rollout): string =>
  `${verbs[rollout.kind]} release ${rollout.toRelease} in ${rollout.environment}`;
