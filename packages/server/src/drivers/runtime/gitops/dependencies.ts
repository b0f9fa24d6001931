import type { SourceCommit } from '@pltf/plan/render';
import type { Clock } from '../../../kernel/clock.ts';
import type { ReleaseImages, RolloutLedger } from '../../../modules/runtime/index.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import type { EnvironmentRepo } from '../../environment-repo/index.ts';
import type { InCluster } from '../kubernetes/index.ts';
import type { FollowerWatch } from './follower/follower-watch.ts';
import type { GitOpsRule } from './repository/manifest.ts';
import type { RingRepository } from './repository/ring-repository.ts';

export interface AskedChange {
  readonly by: string;
  readonly why?: string | undefined;
}

/** Who asked for what is committed, and the component's commit behind it. */
export interface ChangeSource {
  /** Of the placement's rollout, or of its removal. */
  asked(placement: string): Promise<AskedChange>;
  /** Undefined when the component's repository does not have it (any more). */
  commit(component: string, sha: string): Promise<SourceCommit | undefined>;
}

export interface GitOpsDependencies {
  /** The runtime's name in the platform file. */
  readonly runtime: string;
  readonly rule: GitOpsRule;
  readonly repo: EnvironmentRepo;
  readonly repository: RingRepository;
  readonly ledger: RolloutLedger;
  readonly images: ReleaseImages;
  readonly changes: ChangeSource;
  /** Undefined: no context leads to where the agent runs. */
  readonly watch: FollowerWatch | undefined;
  /** Undefined: no context leads to where placements run. */
  readonly target: ClusterApi | undefined;
  /** Logs, shells, tasks and instances there. */
  readonly inCluster: InCluster | undefined;
  readonly clock: Clock;
  /** Milliseconds that a pass waits for its commit; 400 when absent. */
  readonly soonMs?: number | undefined;
  /** Has the placement looked at again. */
  readonly wake: (placement: string) => void;
}
