import type { ObservedPlacement, PlacementNote, Reason } from '@pltf/contracts';
import type { ClusterFacts } from '@pltf/plan/render';
import type { RolloutRecord, WantedPlacement } from '../../../../modules/runtime/index.ts';
import {
  type ApplyOutcome,
  applySet,
  isComplete,
  type PlacementSet,
  placementSet,
  prune,
} from '../apply/index.ts';
import { type DriftMemory, driftMemory } from '../drift/index.ts';
import { withVolumes } from '../kept.ts';
import { observedPlacement } from '../observed/observed-placement.ts';
import { notesOf } from '../observed/placement-notes.ts';
import type { KubernetesRuntimeOptions } from '../runtime-options.ts';
import { diagnose, finalPull } from '../trouble/diagnosis.ts';
import { refusalOf } from '../trouble/refusal.ts';
import { OpenRecord } from './ledger-change.ts';
import {
  factsFor,
  factsRecord,
  namespaceOfPlacement,
  type TargetObjects,
  taskObjects,
} from './placement-objects.ts';
import { accept, ended, targetOf } from './rollout-accept.ts';
import {
  givenUp,
  nextStep,
  type RolloutStep,
  releaseTaskId,
  releaseTaskTimeoutMs,
  type Trouble,
} from './rollout-rules.ts';
import { type Sight, sightOf } from './rollout-sight.ts';
import { type TargetCache, targetCache } from './target-cache.ts';

/** More than any rollout takes without waiting in between. */
const mostSteps = 25;
/** What the cluster refuses may be taken later, when somebody has changed the cluster. */
const refusedLookMs = 30_000;

export interface PassDependencies extends KubernetesRuntimeOptions {
  readonly targets: TargetCache;
  readonly drifts: DriftMemory;
}

export const passDependencies = (options: KubernetesRuntimeOptions): PassDependencies => ({
  ...options,
  targets: targetCache(),
  drifts: driftMemory(),
});

/** The objects that a placement has in the cluster, and by what they are known. */
export const setOf = (dependencies: PassDependencies, id: string): PlacementSet =>
  placementSet(dependencies, namespaceOfPlacement(id));

/** What there is of a record's target, as it stands. */
export function look(
  dependencies: PassDependencies,
  record: RolloutRecord,
  facts: ClusterFacts,
): { readonly objects: TargetObjects | undefined; readonly sight: Sight } {
  const set = setOf(dependencies, record.placement);
  const target = targetOf(record);
  const objects = target && dependencies.targets.objects(record.placement, target, facts, set.seal);
  const now = dependencies.clock.now().getTime();
  return { objects, sight: sightOf(record, set, objects, now) };
}

interface Pass {
  readonly dependencies: PassDependencies;
  readonly set: PlacementSet;
  readonly open: OpenRecord;
  readonly facts: ClusterFacts;
  readonly signal: AbortSignal | undefined;
  readonly notes: PlacementNote[];
  readonly restored: string[];
}

/**
 * One look at a placement: takes in what is wanted, and carries its rollout on until there is something to wait for.
 * Idempotent; everything that decides is in the ledger before it is done, so that it may be killed anywhere.
 */
export async function passOver(
  dependencies: PassDependencies,
  wanted: WantedPlacement,
  signal: AbortSignal | undefined,
): Promise<ObservedPlacement> {
  const { ledger, runtime, clock, cache } = dependencies;
  const { id } = wanted.desired;
  await cache.ready(signal);
  const entry = await ledger.read(runtime, id);
  const now = clock.now().getTime();
  const accepted = accept(entry?.record, wanted, { runtime, now });
  const open = new OpenRecord(ledger, entry ?? { record: accepted, version: 0 });
  await open.write(accepted);
  const facts = await dependencies.facts(signal);
  const set = setOf(dependencies, id);
  const pass: Pass = { dependencies, set, open, facts, signal, notes: [], restored: [] };
  for (let count = 0; count < mostSteps; count += 1) {
    const { objects, sight } = look(dependencies, open.record, facts);
    const step = nextStep(open.record, sight);
    if (!(await carryOut(pass, step, objects, sight))) return observe(pass, objects, sight);
  }
  // It goes on at once, after others have had their turn.
  dependencies.wake(id);
  const { objects, sight } = look(dependencies, open.record, facts);
  return observe(pass, objects, sight);
}

/** True when the next step can follow at once. */
async function carryOut(
  pass: Pass,
  step: RolloutStep,
  objects: TargetObjects | undefined,
  sight: Sight,
): Promise<boolean> {
  const { open } = pass;
  switch (step.do) {
    case 'wait':
      if (step.until !== undefined) wakeAt(pass, step.until);
      return false;
    case 'record':
      await open.write(withVolumes(begunFor(step.record, pass.facts), objects?.workload));
      return true;
    case 'resolve-image':
      return resolveImage(pass);
    case 'apply-surroundings':
      return apply(pass, objects, 'surroundings');
    case 'apply-workload':
      return apply(pass, objects, 'workload');
    case 'start-release-task':
      return startReleaseTask(pass);
    case 'ask-why':
      return askWhy(pass, step, sight);
    case 'give-up':
      return giveUp(pass, step.because, sight);
  }
}

/** How often what the cluster says of a trouble is looked at, beside whenever something changes. */
const askAgainMs = 15_000;

async function askWhy(
  pass: Pass,
  { about, until }: Extract<RolloutStep, { do: 'ask-why' }>,
  sight: Sight,
): Promise<boolean> {
  const { set, signal, dependencies } = pass;
  const { cluster, clock } = dependencies;
  const final = await finalPull({ cluster, namespace: set.namespace, signal }, about);
  if (final !== undefined) return giveUp(pass, final, sight);
  wakeAt(pass, Math.min(until, clock.now().getTime() + askAgainMs));
  return false;
}

async function giveUp(pass: Pass, trouble: Trouble, sight: Sight): Promise<boolean> {
  const { dependencies, open, set, signal } = pass;
  const { cluster, clock } = dependencies;
  const reason = await diagnose({
    ...{ cluster, namespace: set.namespace, trouble, accepted: open.record.current, signal },
    pods: open.record.stage === 'release-task' ? sight.releaseTaskPods : sight.pods.own,
  });
  await open.write(givenUp(open.record, reason, clock.now().getTime()));
  return true;
}

function wakeAt({ dependencies, open }: Pass, until: number): void {
  dependencies.wake(open.record.placement, new Date(until));
}

/** The cluster that instances begin on is the one that they stay rendered for. */
function begunFor(record: RolloutRecord, facts: ClusterFacts): RolloutRecord {
  if (record.stage !== 'workload' || record.current.facts !== undefined) return record;
  const own = factsFor(record.current.wanted, facts);
  return { ...record, current: { ...record.current, facts: factsRecord(own) } };
}

async function resolveImage({ dependencies, open, signal, notes }: Pass): Promise<boolean> {
  const { images, clock } = dependencies;
  const { current } = open.record;
  const image = await images.image(current.wanted, signal);
  const now = clock.now();
  switch (image.state) {
    case 'ready': {
      const { reference, user } = image;
      const placed = user === undefined ? { reference } : { reference, user };
      await open.write({ ...open.record, current: { ...current, image: placed } });
      return true;
    }
    case 'building':
      // Its end wakes the placement.
      notes.push({ what: 'image', because: 'it is being built' });
      return false;
    case 'failed':
      await open.write(givenUp(open.record, image.reason, now.getTime()));
      return true;
  }
}

async function apply(
  pass: Pass,
  objects: TargetObjects | undefined,
  part: 'surroundings' | 'workload',
): Promise<boolean> {
  if (objects === undefined) return false;
  const outcome = await applySet(pass.set, objects.sealed, part, pass.signal);
  const { record } = pass.open;
  if (ended.has(record.stage) && record.stage !== 'failed')
    pass.restored.push(...outcome.created.map(({ kind, name }) => `${kind} ${name}`));
  if (isComplete(outcome)) return true;
  return refused(pass, outcome);
}

/** What the cluster does not take ends a rollout; of one that has ended it is told, and tried again later. */
async function refused(pass: Pass, outcome: ApplyOutcome): Promise<boolean> {
  const { open, notes, dependencies } = pass;
  const { record } = open;
  for (const waiting of outcome.waiting) notes.push({ what: 'deletion', because: waiting });
  const reason = refusalOf(outcome);
  if (reason === undefined) return false;
  if (!ended.has(record.stage) && record.stage !== 'returning') {
    await open.write(givenUp(record, reason, dependencies.clock.now().getTime()));
    return true;
  }
  notes.push({ what: reason.code, because: `${reason.detail}. ${reason.fix}` });
  wakeAt(pass, dependencies.clock.now().getTime() + refusedLookMs);
  return false;
}

async function startReleaseTask(pass: Pass): Promise<boolean> {
  const { dependencies, open, set, facts, signal } = pass;
  const { cluster, cache, clock } = dependencies;
  const { record } = open;
  const target = { accepted: record.current, stopped: false, paused: false };
  const job = taskObjects(target, facts, set.seal, {
    id: releaseTaskId(record),
    command: record.current.wanted.desired.run.releaseCommand,
    timeoutSeconds: releaseTaskTimeoutMs / 1000,
  });
  const result = await cluster.apply(job, { signal }).catch((error: unknown) => {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    return reason;
  });
  if ('code' in result) {
    await open.write(givenUp(record, result satisfies Reason, clock.now().getTime()));
    return true;
  }
  if (result.ok) cache.note(result.object);
  // Its end wakes the placement.
  return false;
}

/** What was before is not gone back to any more; what made its instances may be another kind of thing. */
const mayPrune = ({ stage }: RolloutRecord): boolean => stage === 'draining' || ended.has(stage);

/** What there is to tell, when there is nothing left to do for now. */
async function observe(
  pass: Pass,
  objects: TargetObjects | undefined,
  sight: Sight,
): Promise<ObservedPlacement> {
  const { dependencies, open, set, facts, signal, restored } = pass;
  const { record } = open;
  const touched = sight.touched.map(({ object }) => object);
  const drift = await dependencies.drifts.of(set, touched, signal);
  const isSettled = sight.surroundings === 'settled' && sight.workload === 'settled';
  const pruned =
    objects !== undefined && isSettled && mayPrune(record)
      ? await prune(set, objects.sealed, facts, { signal })
      : undefined;
  if (pruned !== undefined && pruned.later > 0) dependencies.wake(record.placement);
  const notes = [...pass.notes, ...notesOf(record, sight, facts, pruned)];
  return observedPlacement(record, sight, { notes, drift, restored });
}
