import type { RuntimeRule } from '@pltf/contracts';
import { clusterFacts } from '@pltf/plan';
import {
  addedKinds,
  type ClusterFacts,
  type GitOpsAgent,
  gitopsObjects,
  type KubernetesObject,
  type RenderInput,
  servedKinds,
} from '@pltf/plan/render';
import type { Accepted, RolloutRecord } from '../../../../modules/runtime/index.ts';
import type { Served } from '../../../cluster/cluster-api.ts';
import {
  factsFor,
  isOfWorkload,
  withTemplateMark,
} from '../../kubernetes/rollout/placement-objects.ts';
import { type Target, targetOf } from '../../kubernetes/rollout/rollout-accept.ts';

export type GitOpsRule = Extract<RuntimeRule, { driver: 'gitops' }>;

/** How long a release task may take. */
const taskTimeoutSeconds = 30 * 60;

/**
 * What is known of the clusters of a ring: what the target says of itself where a context leads to it, else what the
 * platform file says.
 */
export function ringFacts(rule: GitOpsRule, served: Served | undefined): ClusterFacts {
  const { gateway, monitoring, secretStore, kubernetes } = rule;
  const named = [
    ...(gateway === undefined ? [] : [addedKinds.httpRoute]),
    ...(monitoring === undefined ? [] : [addedKinds.serviceMonitor, addedKinds.prometheusRule]),
    ...(secretStore === undefined ? [] : [addedKinds.externalSecret]),
  ];
  return clusterFacts(rule, served ?? { minor: kubernetes, kinds: servedKinds(...named) });
}

/** Whether the release task of what is current has to run: once a release, and not for what is stopped. */
export const needsTask = ({ current, releaseTasks }: RolloutRecord): boolean =>
  current.wanted.desired.run.releaseCommand !== undefined &&
  current.wanted.desired.state === 'running' &&
  !releaseTasks.includes(current.wanted.desired.release.id);

/**
 * The objects that the repository should hold of a placement now; undefined while there is nothing to write, since its
 * image is not there.
 */
export function manifestObjects(
  record: RolloutRecord,
  agent: GitOpsAgent,
  facts: ClusterFacts,
): readonly KubernetesObject[] | undefined {
  const target = targetOf(record);
  if (target === undefined) return undefined;
  const input = inputOf(target, facts);
  if (input === undefined) return undefined;
  const command = taskOf(record, target);
  const task = command === undefined ? undefined : { command, timeoutSeconds: taskTimeoutSeconds };
  const ahead = agent === 'flux' && record.stage === 'release-task';
  const objects = gitopsObjects({
    agent,
    input,
    // Flux runs the task from a commit of its own: the one with the new workload has it no more.
    task: agent === 'flux' && !ahead ? undefined : task,
    before: ahead ? { workload: goodInput(record, facts) } : undefined,
  });
  return objects.map(asElsewhere);
}

/** As on a cluster that we apply to ourselves: who takes it over from whom need not start anything anew. */
const asElsewhere = (object: KubernetesObject): KubernetesObject =>
  isOfWorkload(object) ? withTemplateMark(object) : object;

/** The same without what keeps namespace and claims from being pruned, of what is written now. */
export function unlockedObjects(
  record: RolloutRecord,
  agent: GitOpsAgent,
  facts: ClusterFacts,
): readonly KubernetesObject[] | undefined {
  const target = targetOf(record);
  const input = target === undefined ? undefined : inputOf(target, facts);
  return input === undefined
    ? undefined
    : gitopsObjects({ agent, input, unlocked: true }).map(asElsewhere);
}

/** Only on the way forward: what goes back has run its task long ago. */
function taskOf(record: RolloutRecord, { accepted }: Target): readonly string[] | undefined {
  if (accepted !== record.current) return undefined;
  // It stays in the manifest that it came with: taking it out would be a change for nothing.
  if (!needsTask(record) && record.written?.task !== true) return undefined;
  return record.current.wanted.desired.run.releaseCommand;
}

const goodInput = ({ good }: RolloutRecord, facts: ClusterFacts): RenderInput | undefined =>
  good === undefined
    ? undefined
    : inputOf(
        { accepted: good, stopped: good.wanted.desired.state === 'stopped', paused: false },
        facts,
      );

function inputOf(
  { accepted, stopped, paused }: Target,
  facts: ClusterFacts,
): RenderInput | undefined {
  const { wanted, image, facts: before } = accepted;
  if (image === undefined) return undefined;
  const { release, restarts } = wanted.desired;
  return {
    placement: wanted.object,
    release: {
      number: release.number,
      commit: release.commit,
      image: image.reference,
      ...(image.user === undefined ? {} : { user: image.user }),
    },
    cluster: keptFacts(factsFor(wanted, facts), before),
    callers: wanted.callers,
    callees: wanted.callees,
    schedule: wanted.schedule,
    stamp: wanted.stamp,
    restarts,
    stopped,
    paused,
  };
}

/** An upgrade of the cluster changes nothing that runs: the next rollout is rendered for what it is then. */
const keptFacts = (facts: ClusterFacts, before: Accepted['facts']): ClusterFacts =>
  before === undefined ? facts : { ...facts, minor: before.minor, kinds: new Set(before.kinds) };
