import type { DriftedField, PltfError } from '@pltf/contracts';
import type { ObjectKey } from '../../../cluster/cluster-api.ts';
import type { SealedObject } from './seal.ts';

/** An object that the cluster did not take, with what it said. */
export interface RefusedObject {
  readonly key: ObjectKey;
  readonly error: PltfError;
}

/** What one pass over a set did and found. */
export interface ApplyOutcome {
  /** Written in this pass, in their order; empty for a settled set. */
  readonly applied: readonly ObjectKey[];
  /** Those of `applied` that were not there at all: after a settled rollout, somebody had deleted them. */
  readonly created: readonly ObjectKey[];
  /** Fields that others own and this apply would have changed: their objects were left as they are. */
  readonly conflicts: readonly DriftedField[];
  readonly refused: readonly RefusedObject[];
  /** Bears the digest of what is wanted, and somebody took a field of it: to be looked at (`drift/`). */
  readonly touched: readonly SealedObject[];
  /** Objects on their way out, with what holds them: made anew when they have gone. */
  readonly waiting: readonly string[];
}

export const nothingDone: ApplyOutcome = {
  applied: [],
  created: [],
  conflicts: [],
  refused: [],
  touched: [],
  waiting: [],
};

/** Two passes as one. */
export function together(first: ApplyOutcome, second: ApplyOutcome): ApplyOutcome {
  if (first === nothingDone) return second;
  if (second === nothingDone) return first;
  return {
    applied: [...first.applied, ...second.applied],
    created: [...first.created, ...second.created],
    conflicts: [...first.conflicts, ...second.conflicts],
    refused: [...first.refused, ...second.refused],
    touched: [...first.touched, ...second.touched],
    waiting: [...first.waiting, ...second.waiting],
  };
}

/** Whether all is applied and nothing stands in the way. Drift is no obstacle: it is somebody's decision to come. */
export const isComplete = ({ conflicts, refused, waiting }: ApplyOutcome): boolean =>
  conflicts.length === 0 && refused.length === 0 && waiting.length === 0;
