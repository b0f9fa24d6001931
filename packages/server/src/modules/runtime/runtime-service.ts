import { PltfError } from '@pltf/contracts';
import { newId } from '../../kernel/ids.ts';
import type { Tx } from '../../persistence/transaction.ts';
import { placementReconciler, taskReconciler } from './loops.ts';
import type { ChangeRequest, PlaceRequest } from './placement/place-request.ts';
import { type Placement, subject } from './placement/placement.ts';
import {
  changePlacement,
  createPlacement,
  type PlacingDependencies,
  refuseRemoving,
  updatePlacement,
} from './placement/placing.ts';
import type { Rollout } from './rollout/rollout.ts';
import { taskWords } from './task.ts';

export interface RuntimeService {
  /** Puts a release in its place, making the placement when it is not there yet. */
  place(tx: Tx, request: PlaceRequest): Promise<Rollout>;
  change(tx: Tx, placement: string, request: ChangeRequest): Promise<Rollout>;
  /** Holds the rollout that is under way, or lets it go on. Throws `conflict` when none is. */
  hold(
    tx: Tx,
    placement: string,
    request: { readonly paused: boolean; readonly actor: string; readonly why: string | undefined },
  ): Promise<Rollout>;
  /** Has the placement removed; it is there, reading "removing", until the driver confirms. */
  requestRemoval(tx: Tx, placement: string, actor: string, why?: string): Promise<void>;
  startTask(
    tx: Tx,
    request: {
      readonly placement: Placement;
      /** Empty: the job's own program. */
      readonly command: readonly string[];
      readonly timeoutMs: number;
      readonly actor: string;
      readonly due?: Date;
    },
  ): Promise<string>;
}

export function runtimeService(dependencies: PlacingDependencies): RuntimeService {
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
        ? createPlacement(dependencies, tx, request)
        : updatePlacement(dependencies, tx, placement, request);
    },
    change: async (tx, id, request) => {
      const placement = await store.lock(tx, id);
      if (placement === undefined)
        throw new PltfError('not-found', { detail: `there is no placement ${id}` });
      refuseRemoving(placement);
      return changePlacement(dependencies, tx, placement, request);
    },
    hold: async (tx, id, { paused, actor, why }) => {
      const placement = await store.lock(tx, id);
      const rollout = await store.runningRollout(tx, id);
      if (placement === undefined || rollout === undefined) {
        throw new PltfError('conflict', {
          detail: `no rollout of ${id} is under way`,
          fix: '`pltf show NAME` says how it stands.',
        });
      }
      if (placement.paused === paused) return rollout;
      const since = clock.now().toISOString();
      const held = { by: actor, since, ...(why === undefined ? {} : { why }) };
      await store.setHeld(tx, id, paused ? held : undefined);
      tx.tell({
        ...subject(placement),
        type: 'placement-changed',
        actor,
        why,
        summary: paused
          ? `Holding release ${rollout.toRelease} in ${placement.environment}`
          : `Release ${rollout.toRelease} goes on in ${placement.environment}`,
        data: { rollout: rollout.id, paused },
      });
      tx.wake(placementReconciler, id);
      return rollout;
    },
    requestRemoval: async (tx, id, actor, why) => {
      const placement = await store.lock(tx, id);
      if (placement === undefined || placement.state === 'removing') return;
      await store.setRemoving(tx, id);
      tx.tell({
        ...subject(placement),
        type: 'placement-changed',
        ...{ actor, why },
        summary: `Removing ${id}`,
        data: { removing: true },
      });
      tx.wake(placementReconciler, id);
    },
    startTask: async (tx, { placement, command, timeoutMs, actor, due }) => {
      const id = newId('task', clock.now());
      const { component } = placement;
      await store.startTask(tx, {
        id,
        placement: placement.id,
        component,
        command,
        due,
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
        summary: `Running ${taskWords(command)}`,
        data: { task: id },
      });
      tx.wake(taskReconciler, id);
      return id;
    },
  };
}
