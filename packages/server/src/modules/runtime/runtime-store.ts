import type { Held, ObservedPlacement } from '@pltf/contracts';
import type { Tx } from '../../persistence/transaction.ts';
import type { Placement, PlacementEdges } from './placement/placement.ts';
import type { PlacementSize } from './placement/placement-size.ts';
import type { Held as HeldAmount } from './placement/quota.ts';
import type { Rollout } from './rollout/rollout.ts';
import type { RolloutChange } from './rollout/rollout-rules.ts';
import type { Task } from './task.ts';

export interface NewPlacement {
  readonly id: string;
  readonly component: string;
  readonly environment: string;
  readonly branch: string | undefined;
  readonly hosts: readonly string[];
  readonly release: number;
  readonly instances: number;
  readonly sized: PlacementSize | undefined;
  readonly platformVersion: number;
  readonly expiresAt: Date | undefined;
}

export interface PlacementChange {
  readonly release?: number | undefined;
  readonly instances?: number | undefined;
  readonly runState?: 'running' | 'stopped' | undefined;
  readonly restart?: boolean | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly expiresAt?: Date | undefined;
  readonly sized?: PlacementSize | undefined;
  /** The version of the platform that a rollout begins with. */
  readonly platformVersion?: number | undefined;
}

/** Writes placements, rollouts and tasks. */
export interface RuntimeStore {
  /** False when the id is another placement's. */
  create(tx: Tx, placement: NewPlacement): Promise<boolean>;
  lock(tx: Tx, id: string): Promise<Placement | undefined>;
  lockPlace(
    tx: Tx,
    component: string,
    environment: string,
    branch: string | undefined,
  ): Promise<Placement | undefined>;
  /** Which of these hosts another placement already answers for. */
  takenHosts(tx: Tx, id: string, hosts: readonly string[]): Promise<readonly string[]>;
  /** What other running placements of the component have in the environment; locks them out of changing meanwhile. */
  heldByOthers(tx: Tx, component: string, environment: string, id: string): Promise<HeldAmount>;
  /** Applies the change and answers with the next revision. */
  change(tx: Tx, id: string, change: PlacementChange): Promise<number>;
  /** Whom it calls, and what it listens on itself. */
  setEdges(tx: Tx, id: string, edges: PlacementEdges): Promise<void>;
  setRuntime(
    tx: Tx,
    id: string,
    where: { readonly runtime: string; readonly leftOn: readonly string[] },
  ): Promise<void>;
  /** Undefined: nobody holds it. Any further change lets go of what is held. */
  setHeld(tx: Tx, id: string, held: Held | undefined): Promise<void>;
  setRemoving(tx: Tx, id: string): Promise<void>;
  setObserved(tx: Tx, id: string, observed: ObservedPlacement, at: Date): Promise<void>;
  remove(tx: Tx, id: string): Promise<void>;
  /** Records a rollout; those still running on the placement are superseded. */
  startRollout(tx: Tx, rollout: Rollout): Promise<void>;
  runningRollout(tx: Tx, placement: string): Promise<Rollout | undefined>;
  changeRollout(tx: Tx, id: string, change: RolloutChange): Promise<void>;
  startTask(tx: Tx, task: Task): Promise<void>;
  /** False when it had ended already. */
  endTask(
    tx: Tx,
    id: string,
    end: {
      readonly state: 'passed' | 'failed';
      readonly exitCode: number | undefined;
      readonly ended: string | undefined;
    },
  ): Promise<boolean>;
}
