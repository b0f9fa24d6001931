import type { ObservedPlacement, Reason } from '@pltf/contracts';
import { platformActor } from '../../../kernel/events.ts';
import { type Db, type Tx, transact } from '../../../persistence/transaction.ts';
import { placementReconciler } from '../loops.ts';
import { type Placement, subject } from '../placement/placement.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { type RolloutChange, rolloutChange } from '../rollout/rollout-rules.ts';
import type { RuntimeStore } from '../runtime-store.ts';
import { tellDrift } from './drift-events.ts';
import { isInBooks } from './settled-observation.ts';

/** Filled from above: who waits for placements to change (creations, deletions). */
export interface PlacementListener {
  changed(tx: Tx, component: string): Promise<void>;
}

/** Where drivers report what they see. Every report may come twice or late. */
export interface ObservationIntake {
  observed(placement: ObservedPlacement): Promise<void>;
  /** A runtime has nothing of it any more: whoever waits for that looks again. */
  gone(id: string): Promise<void>;
  /** No runtime has anything of it, or nobody can say whether one has: it leaves the books. */
  removed(id: string, unproved?: string): Promise<void>;
  instanceEnded(placement: string, instance: string, reason: Reason): Promise<void>;
  /** When this server was told of a placement last, whether or not that was news; undefined when it was not yet. */
  seenAt(id: string): Date | undefined;
}

export interface IntakeDependencies {
  readonly db: Db;
  readonly store: RuntimeStore;
  readonly listener: PlacementListener;
  /** Of which runtimes reports are taken in: one that a placement has left says nothing of it any more. Default: all. */
  readonly reportsOn?: (runtime: string) => boolean;
}

export function observationIntake({
  db,
  store,
  listener,
  reportsOn,
}: IntakeDependencies): ObservationIntake {
  const seen = new Map<string, Date>();
  const isLate = ({ id, at }: ObservedPlacement): boolean =>
    new Date(at) < (seen.get(id) ?? new Date(0));
  return {
    seenAt: (id) => seen.get(id),
    observed: async (observed) => {
      if (isLate(observed)) return;
      const at = new Date(observed.at);
      // What is settled is looked at all the time: that it is still so is not worth a write.
      if (await isInBooks(db, observed)) {
        seen.set(observed.id, at);
        return;
      }
      await transact(db, async (tx) => {
        const placement = await store.lock(tx, observed.id);
        if (placement === undefined || isOlder(observed, placement)) return;
        const { runtime, leftOn } = placement;
        if (runtime !== undefined && reportsOn?.(runtime) === false) return;
        await store.setObserved(tx, observed.id, observed, at);
        tellDrift(tx, placement, observed);
        const rollout = await store.runningRollout(tx, observed.id);
        const change = rollout === undefined ? undefined : rolloutChange(rollout, observed);
        if (rollout !== undefined && change !== undefined) {
          await store.changeRollout(tx, rollout.id, change);
          await settleDesired(tx, placement, change);
          tellRollout(tx, placement, rollout, change);
        }
        if (change !== undefined || placement.observed?.phase !== observed.phase) {
          tellPhase(tx, placement, observed);
          await listener.changed(tx, placement.component);
          // It may be time to leave the runtime that it was on.
          if (leftOn.length > 0) tx.wake(placementReconciler, placement.id);
        }
      });
      seen.set(observed.id, at);
    },
    gone: async (id) =>
      transact(db, async (tx) => {
        const placement = await store.lock(tx, id);
        if (placement === undefined) return;
        if (placement.state === 'removing' || placement.leftOn.length > 0)
          tx.wake(placementReconciler, id);
      }),
    removed: async (id, unproved) =>
      transact(db, async (tx) => {
        const placement = await store.lock(tx, id);
        if (placement?.state !== 'removing') return;
        await store.remove(tx, id);
        for (const called of placement.calls) tx.wake(placementReconciler, called);
        tx.tell({
          ...subject(placement),
          type: 'placement-removed',
          actor: platformActor,
          summary: unproved === undefined ? `${id} is gone` : `${id} is ${unproved}`,
          ...(unproved === undefined ? {} : { data: { unproved } }),
        });
        await listener.changed(tx, placement.component);
      }),
    instanceEnded: async (id, instance, reason) =>
      transact(db, async (tx) => {
        const placement = await store.lock(tx, id);
        if (placement === undefined) return;
        tx.tell({
          ...subject(placement),
          type: 'instance-ended',
          actor: platformActor,
          summary: `${instance}: ${reason.detail}`,
          data: { instance, reason },
        });
      }),
  };
}

const isOlder = (observed: ObservedPlacement, placement: Placement): boolean =>
  placement.observedAt !== undefined && new Date(observed.at) < placement.observedAt;

/**
 * A rollout that went back leaves the old release serving: what is wanted follows, so that the next restart or
 * scaling does not try the broken release again. The revision stays: the driver is where it should be.
 */
async function settleDesired(tx: Tx, placement: Placement, change: RolloutChange): Promise<void> {
  const serving = change.observed.from?.number;
  if (change.state !== 'rolled-back' || serving === undefined) return;
  await tx.sql
    .updateTable('placements')
    .set({ release: serving })
    .where('id', '=', placement.id)
    .execute();
}

function tellRollout(tx: Tx, placement: Placement, rollout: Rollout, change: RolloutChange): void {
  const finished = change.state !== 'running';
  tx.tell({
    ...subject(placement),
    type: finished ? 'rollout-finished' : 'rollout-progressed',
    actor: rollout.requestedBy,
    why: rollout.why,
    summary: finished ? endingOf(rollout, change) : `Release ${rollout.toRelease}: ${change.step}`,
    data: {
      rollout: rollout.id,
      state: change.state,
      step: change.step,
      ...(change.observed.reason === undefined ? {} : { reason: change.observed.reason }),
      ...(change.observed.traffic === undefined ? {} : { traffic: change.observed.traffic }),
    },
  });
}

function endingOf(rollout: Rollout, { state, observed }: RolloutChange): string {
  const where = `in ${rollout.environment}`;
  const because = observed.reason === undefined ? '' : `: ${observed.reason.detail}`;
  if (observed.step === 'committed')
    return `Release ${rollout.toRelease} is on its way ${where}${because}`;
  if (state === 'done') return doneSentence(rollout, where);
  return state === 'rolled-back'
    ? `Release ${rollout.toRelease} did not make it ${where}, release ${observed.from?.number ?? '?'} serves on${because}`
    : `Release ${rollout.toRelease} failed ${where}${because}`;
}

function doneSentence({ kind, toRelease }: Rollout, where: string): string {
  if (kind === 'stop') return `Stopped ${where}`;
  if (kind === 'scale') return `Scaled ${where}, release ${toRelease} serves`;
  return `Release ${toRelease} serves ${where}`;
}

function tellPhase(tx: Tx, placement: Placement, observed: ObservedPlacement): void {
  if (placement.observed?.phase === observed.phase) return;
  tx.tell({
    ...subject(placement),
    type: 'placement-changed',
    actor: platformActor,
    summary: `${placement.id} is ${observed.phase}`,
    data: { phase: observed.phase },
  });
}
