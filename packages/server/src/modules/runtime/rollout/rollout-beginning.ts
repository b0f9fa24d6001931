import type { RolloutKind } from '@pltf/contracts';
import { newId } from '../../../kernel/ids.ts';
import type { Tx } from '../../../persistence/transaction.ts';
import { placementReconciler } from '../loops.ts';
import type { ChangeRequest } from '../placement/place-request.ts';
import { subject } from '../placement/placement.ts';
import type { RuntimeStore } from '../runtime-store.ts';
import type { Rollout } from './rollout.ts';

export interface RolloutFacts {
  readonly id: string;
  readonly component: string;
  readonly environment: string;
  readonly revision: number;
  readonly from: number | undefined;
  readonly to: number;
}

/** Writes down that a rollout begins, tells it, and wakes the loop that carries it out. */
export async function beginRollout(
  store: RuntimeStore,
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
