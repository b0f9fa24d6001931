import type { Reason, RolloutKind, Traffic } from '@pltf/contracts';

export type RolloutState = 'running' | 'done' | 'rolled-back' | 'failed' | 'superseded';

/** One asked-for way of a placement from one revision to the next. */
export interface Rollout {
  readonly id: string;
  readonly placement: string;
  readonly component: string;
  readonly environment: string;
  readonly revision: number;
  readonly kind: RolloutKind;
  readonly state: RolloutState;
  readonly step: string;
  readonly fromRelease: number | undefined;
  readonly toRelease: number;
  readonly requestedBy: string;
  readonly why: string | undefined;
  readonly reason: Reason | undefined;
  readonly traffic: Traffic | undefined;
  readonly startedAt: Date;
  readonly switchedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}
