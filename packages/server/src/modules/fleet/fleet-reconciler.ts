import { PltfError } from '@pltf/contracts';
import { advance, nextStep, type Outcome, observe, toTakeBack, type WaveStep } from '@pltf/plan';
import type { Reconciler } from '../../engine/reconciler.ts';
import { platformActor } from '../../kernel/events.ts';
import { type Tx, transact } from '../../persistence/transaction.ts';
import type { FleetChange } from './fleet-change.ts';
import { type FleetDependencies, fleetKeys, fleetReconciler } from './fleet-dependencies.ts';
import { outcomeOf, removalOutcome, watched } from './fleet-outcomes.ts';
import { startNewest } from './fleet-start.ts';

/** Placements that an abort takes back in one pass. */
const backAtOnce = 50;

/** Drives the change that goes out: one pass looks at what placements tell and takes every step that can be taken. */
export function createFleetReconciler(dependencies: FleetDependencies): Reconciler {
  return {
    name: fleetReconciler,
    concurrency: 1,
    reconcile: async (key) => {
      if (key === fleetKeys.version) {
        await startNewest(dependencies);
        return undefined;
      }
      const again = await transact(dependencies.db, (tx) => pass(dependencies, tx));
      return again === undefined ? undefined : { again };
    },
  };
}

async function pass(dependencies: FleetDependencies, tx: Tx): Promise<Date | undefined> {
  const change = await dependencies.store.lockOpen(tx);
  if (change === undefined) return undefined;
  if (change.state === 'aborting') return takeBack(dependencies, tx, change);
  const outcomes = await outcomesOf(dependencies, change);
  const observed = { ...change, waves: observe(change.waves, outcomes) };
  if (change.state === 'halted') {
    await dependencies.store.save(tx, observed);
    return undefined;
  }
  return goOn(dependencies, tx, observed);
}

async function outcomesOf(
  { runtimeQueries, queries, clock }: FleetDependencies,
  { waves, startedAt }: FleetChange,
): Promise<readonly Outcome[]> {
  const members = watched(waves);
  const ids = members.map(({ placement }) => placement);
  const removals = members.filter(({ removal }) => removal).map(({ placement }) => placement);
  const [placements, rollouts, unproved] = await Promise.all([
    runtimeQueries.placementsNamed(ids),
    runtimeQueries.latestRollouts(ids),
    queries.unprovedRemovals(removals, startedAt),
  ]);
  const byId = new Map(placements.map((placement) => [placement.id, placement]));
  const deadlineMs = waves.find(({ passedAt }) => passedAt === undefined)?.rule.deadlineMs ?? 0;
  const isLate = (since: Date | undefined): boolean =>
    since !== undefined && clock.now().getTime() - since.getTime() >= deadlineMs;
  return members.flatMap(({ placement: id, removal, startedAt: since }) => {
    const placement = byId.get(id);
    const facts = { unproved: unproved.get(id), late: isLate(since) };
    const outcome = removal
      ? removalOutcome(id, placement, facts)
      : outcomeOf(id, placement, rollouts.get(id));
    return outcome ?? [];
  });
}

/** Takes steps until one has to be waited for. Answers when to look again without being woken. */
async function goOn(
  dependencies: FleetDependencies,
  tx: Tx,
  observed: FleetChange,
): Promise<Date | undefined> {
  const { clock, store } = dependencies;
  let change = observed;
  for (;;) {
    const now = clock.now();
    const step = nextStep(change.waves, now);
    change = { ...change, waves: advance(change.waves, step, now) };
    if (step.kind === 'go') {
      const refused = await handOut(dependencies, tx, change, step);
      change = { ...change, waves: observe(change.waves, refused) };
    }
    if (step.kind === 'passed') tellPassed(tx, change, step.wave);
    if (step.kind === 'halt') change = halted(tx, change, step);
    if (step.kind === 'finish') {
      change = { ...change, state: 'finished', finishedAt: now };
      tellEnd(
        tx,
        change,
        'fleet-finished',
        `Version ${change.toVersion} of the platform is everywhere`,
      );
    }
    if (step.kind === 'wait' || step.kind === 'halt' || step.kind === 'finish') {
      await store.save(tx, change);
      return step.kind === 'wait' ? step.until : undefined;
    }
  }
}

/** Begins the rollouts of a step; what is refused (a quota, a removal) has failed, and says why. */
async function handOut(
  { runtime, runtimeQueries }: FleetDependencies,
  tx: Tx,
  { toVersion, waves }: FleetChange,
  step: Extract<WaveStep, { kind: 'go' }>,
): Promise<readonly Outcome[]> {
  const { rule, members = [] } = waves[step.wave] ?? {};
  const goes = new Set(members.filter(({ removal }) => removal).map(({ placement }) => placement));
  const why = `version ${toVersion} of the platform, ring ${rule?.ring ?? ''}`;
  const placements = await runtimeQueries.placementsNamed(step.start);
  const refused: Outcome[] = [];
  for (const { id, release } of placements) {
    try {
      if (goes.has(id)) {
        await runtime.requestRemoval(tx, id, platformActor, why);
        continue;
      }
      await runtime.change(tx, id, {
        ...{ release, kind: 'deploy', actor: platformActor, newestPlatform: true },
        why,
      });
    } catch (error) {
      if (!(error instanceof PltfError)) throw error;
      refused.push({ placement: id, state: 'failed', reason: error.detail });
    }
  }
  return refused;
}

function tellPassed(tx: Tx, { toVersion, waves, id }: FleetChange, wave: number): void {
  const { rule, members } = waves[wave] ?? {};
  const done = members?.filter(({ state }) => state === 'done').length ?? 0;
  tx.tell({
    ...{ type: 'fleet-wave-passed', actor: platformActor },
    summary: `Version ${toVersion} of the platform passed ${rule?.ring ?? ''}: ${done} placements`,
    data: { change: id, version: toVersion, ring: rule?.ring ?? '' },
  });
}

function halted(
  tx: Tx,
  change: FleetChange,
  step: Extract<WaveStep, { kind: 'halt' }>,
): FleetChange {
  const summary = `Version ${change.toVersion} of the platform halts: ${step.reason}`;
  tellEnd(tx, change, 'fleet-halted', summary);
  return { ...change, state: 'halted', reason: step.reason };
}

function tellEnd(
  tx: Tx,
  { id, toVersion }: FleetChange,
  type: 'fleet-halted' | 'fleet-finished' | 'fleet-aborted',
  summary: string,
): void {
  tx.tell({ type, actor: platformActor, summary, data: { change: id, version: toVersion } });
}

/** Has what took the change roll out what it had before, those of the last wave first. */
async function takeBack(
  { runtime, runtimeQueries, store, clock }: FleetDependencies,
  tx: Tx,
  change: FleetChange,
): Promise<Date | undefined> {
  const ids = toTakeBack(change.waves).slice(0, backAtOnce);
  if (ids.length === 0) {
    const summary = `Version ${change.toVersion} of the platform was taken back`;
    tellEnd(tx, change, 'fleet-aborted', summary);
    await store.save(tx, { ...change, state: 'aborted', finishedAt: clock.now() });
    return undefined;
  }
  const placements = await runtimeQueries.placementsNamed(ids);
  for (const { id, release, state } of placements) {
    const earlier = change.before[id];
    if (earlier === undefined || state === 'removing') continue;
    await runtime.change(tx, id, {
      ...{ release, kind: 'rollback', actor: platformActor, earlier },
      why: `version ${change.toVersion} of the platform is taken back`,
    });
  }
  const back = ids.map((placement): Outcome => ({ placement, state: 'back' }));
  await store.save(tx, { ...change, waves: observe(change.waves, back) });
  return clock.now();
}
