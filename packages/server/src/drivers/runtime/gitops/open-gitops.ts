import type { Ring } from '@pltf/plan/render';
import type { ExclusiveLock } from '../../../kernel/exclusive-lock.ts';
import type { OpenRuntime } from '../../../modules/runtime/index.ts';
import type { ClusterCacheOptions } from '../../cluster/cache/watched-cache.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import { type EnvironmentRepo, openEnvironmentRepo } from '../../environment-repo/index.ts';
import type { GitOpsDependencies } from './dependencies.ts';
import { type FollowerWatch, watchFollowers } from './follower/follower-watch.ts';
import { gitopsRuntime } from './gitops-runtime.ts';
import { lookInside } from './look-inside.ts';
import { type ClusterPointers, clusterPointers } from './repository/cluster-pointers.ts';
import type { GitOpsRule } from './repository/manifest.ts';
import { ringOf } from './repository/ring-of-rule.ts';
import { ringRepository } from './repository/ring-repository.ts';

export interface GitOpsOpenerOptions
  extends Pick<GitOpsDependencies, 'ledger' | 'images' | 'changes' | 'clock'> {
  /** A cluster by a context of the server's kubeconfig; whoever opens it here closes it. */
  readonly cluster: (name: string, context: string) => ClusterApi;
  /** The id of this installation: eight hexadecimal digits. */
  readonly platform: string;
  /** Told of what went wrong with a cluster and is tried again. */
  readonly onTrouble?: ClusterCacheOptions['onTrouble'];
  /** The value of a variable of the server's environment, like `PLTF_GIT_ENVIRONMENTS`. */
  readonly credentials: (variable: string) => string | undefined;
  /** One writer of the repository at a time, across all servers. */
  readonly turns?: ExclusiveLock | undefined;
  /** Folder for copies of hosted repositories. */
  readonly root: string;
  /** A PATH to find git in. */
  readonly path: string;
  /** Where people see more. */
  readonly portalUrl: string;
  /** Has the placement looked at again. */
  readonly wake: (placement: string) => void;
}

/** Opens a GitOps runtime of the platform file: its repository, and the clusters that it names. */
export async function openGitOps(
  runtime: string,
  rule: GitOpsRule,
  options: GitOpsOpenerOptions,
): Promise<OpenRuntime> {
  const { ledger, images, changes, clock, cluster, path, root, wake } = options;
  const ring = ringOf(rule, options.platform, options.portalUrl);
  const repo = await openEnvironmentRepo({
    ...{ location: rule.repository, root, path, clock, turns: options.turns },
    authorization: basic(
      rule.credentials === undefined ? undefined : options.credentials(rule.credentials),
    ),
  });
  const hub = rule.context === undefined ? undefined : cluster(runtime, rule.context);
  // An agent in the placements' own cluster: one context is enough.
  const own = rule.target ?? (rule.cluster === undefined ? rule.context : undefined);
  const target = own === undefined ? undefined : own === rule.context ? hub : cluster(runtime, own);
  const watch =
    hub === undefined
      ? undefined
      : watchFollowers({ hub, agent: rule.agent, namespace: ring.namespace, ring: rule.ring });
  const pointers =
    ring.destination.kind === 'ring' && rule.hydrate === 'direct' && watch !== undefined
      ? pointersOf(watch, repo, ring, options)
      : undefined;
  const repository = ringRepository({
    ...{ repo, ring, branch: rule.branch },
    onWritten: pointers?.follow,
  });
  // One of its clusters has come or gone, or we have.
  const stopFollowing = watch?.onChange(() => {
    if (pointers === undefined) return;
    repository.head().then(
      (head) => head && pointers.follow(head),
      () => undefined,
    );
  });
  const inside = target && lookInside({ ...options, runtime, rule, target });
  const opened = gitopsRuntime({
    ...{ runtime, rule, ledger, images, changes, watch, target, clock, wake },
    ...{ repo, repository },
    inCluster: inside?.inCluster,
  });
  return {
    driver: opened.driver,
    lostSince: opened.lostSince,
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      await inside?.[Symbol.asyncDispose]();
      stopFollowing?.();
      pointers?.[Symbol.dispose]();
      await watch?.[Symbol.asyncDispose]();
      await repo[Symbol.asyncDispose]();
      await hub?.[Symbol.asyncDispose]();
      if (target !== hub) await target?.[Symbol.asyncDispose]();
    },
  };
}

const pointersOf = (
  watch: FollowerWatch,
  repo: EnvironmentRepo,
  ring: Ring,
  { onTrouble }: GitOpsOpenerOptions,
): ClusterPointers =>
  clusterPointers({
    ...{ repo, ring },
    clusters: () => (watch.lost() === undefined ? watch.clusters() : undefined),
    onTrouble: (error) => onTrouble?.({ kind: undefined, error }),
  });

/** `user:token` as an Authorization header; what is one already stays as it is. */
function basic(secret: string | undefined): string | undefined {
  if (secret === undefined || secret === '') return undefined;
  if (/^(?:Basic|Bearer) /i.test(secret)) return secret;
  return `Basic ${Buffer.from(secret).toString('base64')}`;
}
