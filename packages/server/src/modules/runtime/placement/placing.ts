import { createHash } from 'node:crypto';
import { type PlatformFile, PltfError } from '@pltf/contracts';
import { placementAddress } from '@pltf/plan';
import { namesImage } from '@pltf/plan/render';
import type { Clock } from '../../../kernel/clock.ts';
import type { PlatformHistory, PlatformSource } from '../../../kernel/platform-source.ts';
import type { Tx } from '../../../persistence/transaction.ts';
import { expiryReconciler } from '../loops.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { beginRollout } from '../rollout/rollout-beginning.ts';
import type { RuntimeStore } from '../runtime-store.ts';
import { runtimeIn } from '../runtimes.ts';
import type { ChangeRequest, PlaceRequest } from './place-request.ts';
import { type Placement, subject } from './placement.ts';
import { type PlacementSize, sizeNow } from './placement-size.ts';
import { type PlatformWaves, platformFor, whyWith } from './platform-waves.ts';
import { type Held, held, nothingHeld, refuseOverQuota } from './quota.ts';

export interface PlacingDependencies {
  readonly store: RuntimeStore;
  readonly platform: PlatformSource & PlatformHistory;
  readonly waves: PlatformWaves;
  readonly clock: Clock;
}

/** A clash digit group that is the same each time for the same place. */
const clashOf = (request: PlaceRequest): string =>
  createHash('sha256')
    .update(`${request.component}\n${request.branch ?? ''}`)
    .digest('hex')
    .slice(0, 4);

export async function createPlacement(
  dependencies: PlacingDependencies,
  tx: Tx,
  request: PlaceRequest,
): Promise<Rollout> {
  const { store, clock, platform } = dependencies;
  const { component, environment, release, expiresAt } = request;
  refuseImage(platform.current(), runtimeIn(platform.current(), environment), request);
  for (const clash of [undefined, clashOf(request)]) {
    const id = await createAt(dependencies, tx, request, clash);
    if (id === undefined) continue;
    const placement = { id, component, environment };
    tx.tell({
      ...subject(placement),
      type: 'placement-created',
      actor: request.actor,
      summary: `Placed in ${environment}`,
    });
    if (expiresAt !== undefined) tx.wake(expiryReconciler, id, expiresAt);
    return beginRollout(
      store,
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

/** Undefined when the address is another's. */
async function createAt(
  dependencies: PlacingDependencies,
  tx: Tx,
  request: PlaceRequest,
  clash: string | undefined,
): Promise<string | undefined> {
  const { store, platform } = dependencies;
  const { component, environment, branch, release, expiresAt, serves, routes } = request;
  const { id, host } = placementAddress(platform.current(), component, environment, branch, clash);
  const hosts = serves ? [host, ...routes] : [];
  const taken = await store.takenHosts(tx, id, hosts);
  if (taken.includes(host)) return undefined;
  refuseTaken(taken, request);
  const instances = request.instances.minimum;
  const sized = resized(platform.current(), request.size);
  const platformVersion = platform.snapshot().version;
  const size = { instances, sized, platformVersion };
  const place = { id, component, environment, branch, hosts, release, expiresAt, ...size };
  await checkQuota(dependencies, tx, place, nothingHeld, held(instances, sized));
  return (await store.create(tx, place)) ? id : undefined;
}

export async function updatePlacement(
  dependencies: PlacingDependencies,
  tx: Tx,
  placement: Placement,
  request: PlaceRequest,
): Promise<Rollout> {
  refuseRemoving(placement);
  const file = dependencies.platform.current();
  refuseImage(file, placement.runtime ?? runtimeIn(file, placement.environment), request);
  const own = placement.hosts[0];
  const hosts = request.serves && own !== undefined ? [own, ...request.routes] : [];
  refuseTaken(await dependencies.store.takenHosts(tx, placement.id, hosts), request);
  const { minimum, maximum } = request.instances;
  // A number that somebody set by `scale` stays while the thin file's range allows it.
  const instances = Math.min(Math.max(placement.instances, minimum), Math.max(maximum, minimum));
  const { release, expiresAt, newestPlatform, kind, actor, why } = request;
  const rollout = await changePlacement(dependencies, tx, placement, {
    release,
    instances,
    hosts,
    expiresAt,
    sized: request.size,
    runState: 'running',
    newestPlatform,
    kind,
    actor,
    why,
  });
  if (expiresAt !== undefined) tx.wake(expiryReconciler, placement.id, expiresAt);
  return rollout;
}

export async function changePlacement(
  dependencies: PlacingDependencies,
  tx: Tx,
  placement: Placement,
  request: ChangeRequest,
): Promise<Rollout> {
  const { earlier, newestPlatform: _, ...change } = request;
  const { file, version, note } = await platformFor(dependencies, tx, placement, request);
  const sized = earlier?.sized ?? resized(file, request.sized ?? placement.sized);
  await checkQuota(dependencies, tx, placement, ...heldBeforeAndAfter(placement, request, sized));
  const revision = await dependencies.store.change(tx, placement.id, {
    ...{ ...change, sized },
    platformVersion: version,
  });
  const from = placement.observed?.serving?.number;
  const to = request.release ?? placement.release;
  const { id, component, environment } = placement;
  return beginRollout(
    dependencies.store,
    tx,
    { id, component, environment, revision, from, to },
    { ...request, why: whyWith(request.why, note) },
    dependencies.clock.now(),
  );
}

const resized = (
  platform: PlatformFile,
  asked: PlacementSize | undefined,
): PlacementSize | undefined => (asked === undefined ? undefined : sizeNow(platform, asked));

/** What a placement has before and after a change; one that is stopped has nothing. */
function heldBeforeAndAfter(
  placement: Placement,
  { instances = placement.instances, runState = placement.runState }: ChangeRequest,
  sized: PlacementSize | undefined,
): readonly [Held, Held] {
  const whileRunning = (state: string, amount: Held): Held =>
    state === 'running' ? amount : nothingHeld;
  return [
    whileRunning(placement.runState, held(placement.instances, placement.sized)),
    whileRunning(runState, held(instances, sized)),
  ];
}

/** Before anything is written: who catches the refusal can go on in the same transaction. */
async function checkQuota(
  { store, platform }: PlacingDependencies,
  tx: Tx,
  { id, component, environment }: Pick<Placement, 'id' | 'component' | 'environment'>,
  before: Held,
  after: Held,
): Promise<void> {
  const file = platform.current();
  if (file.environments.find(({ name }) => name === environment)?.quota === undefined) return;
  const others = await store.heldByOthers(tx, component, environment, id);
  const plus = (more: Held): Held => ({
    instances: others.instances + more.instances,
    memoryMiB: others.memoryMiB + more.memoryMiB,
  });
  const question = { component, environment, before: plus(before), after: plus(after) };
  refuseOverQuota(file, question);
}

export function refuseRemoving(placement: Placement): void {
  if (placement.state === 'removing') {
    throw new PltfError('component-busy', { detail: `${placement.id} is being removed` });
  }
}

/** A release may be older than the runtime that its environment has now. */
function refuseImage(
  { runtimes }: PlatformFile,
  runtime: string,
  { component, environment, release, image }: PlaceRequest,
): void {
  const rule = runtimes[runtime];
  if (rule?.driver !== 'agent' || rule.isolation !== 'process' || !namesImage(image)) return;
  throw new PltfError('runtime-cannot', {
    detail: `${environment} runs plain processes: release ${release} of ${component} is the image ${image}`,
    fix: 'Have the platform team put the environment on a runtime with containers, or deploy a release with `image: .`.',
  });
}

function refuseTaken(taken: readonly string[], request: PlaceRequest): void {
  if (taken.length === 0) return;
  throw new PltfError('name-taken', {
    detail: `${taken.join(', ')} is another service's address`,
    fix: `Take it out of \`routes\` of ${request.component}, or out of the other's.`,
  });
}
