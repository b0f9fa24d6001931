import type { PlacementNote } from '@pltf/contracts';
import { type ClusterFacts, leftOut } from '@pltf/plan/render';
import type { RolloutRecord } from '../../../../modules/runtime/index.ts';
import type { PruneOutcome } from '../apply/index.ts';
import { keptNote } from '../kept.ts';
import { inputOf, namespaceOfPlacement } from '../rollout/placement-objects.ts';
import { programOf } from '../rollout/pods.ts';
import { isPaused, type Target, targetOf } from '../rollout/rollout-accept.ts';
import type { Sight } from '../rollout/rollout-sight.ts';
import { wordsOf } from '../trouble/diagnosis-words.ts';

/** Most clusters come to a workload within a second. */
const busyMs = 10_000;

/** What people should know of a placement that is not as asked: what the cluster cannot give, and what is in the way. */
export function notesOf(
  record: RolloutRecord,
  sight: Sight,
  facts: ClusterFacts,
  pruned: PruneOutcome | undefined,
): readonly PlacementNote[] {
  const target = targetOf(record);
  return [
    ...(target === undefined ? [] : leftOut(inputOf(target, facts))),
    ...troubleNotes(record, sight, target),
    ...(sight.unseen && record.stage === 'healthy' && sight.now > record.startedAt + busyMs
      ? [{ what: 'instances', because: 'the cluster has not come to them yet: it is busy' }]
      : []),
    ...(isPaused(record)
      ? [{ what: 'rollout', because: 'somebody holds it; `pltf resume` lets it go on' }]
      : []),
    ...(sight.otherReleaseTask && record.stage === 'release-task'
      ? [{ what: 'release task', because: 'that of another release still runs' }]
      : []),
    ...sight.keptVolumes.map((name) => keptNote(record.placement, `volume ${name}`)),
    ...prunedNotes(record.placement, pruned),
  ];
}

function troubleNotes(
  record: RolloutRecord,
  { trouble, pods, releaseTaskPods, now }: Sight,
  target: Target | undefined,
): readonly PlacementNote[] {
  if (trouble === undefined || target === undefined) return [];
  const { object, desired } = target.accepted.wanted;
  const pod = [...pods.own, ...releaseTaskPods].find(({ name }) => name === trouble.pod);
  const container = pod === undefined ? undefined : programOf(pod);
  // An instance that starts is no trouble yet.
  if (trouble.kind === 'probe' && (container?.restarts ?? 0) === 0 && record.stage === 'healthy')
    return [];
  // Too few, or slow, is a trouble only when it stays so.
  const mayPass = trouble.kind === 'creating' || trouble.kind === 'not-created';
  if (mayPass && (trouble.message ?? '') === '' && now < trouble.until) return [];
  const { detail, fix } = wordsOf({
    kind: trouble.kind,
    namespace: namespaceOfPlacement(desired.id),
    instance: pod?.name,
    image: container?.image ?? target.accepted.image?.reference ?? '',
    memoryMiB: object.spec.run.memoryMiB,
    startTimeoutMs: desired.run.startTimeoutMs,
    health: object.spec.run.health,
    message: trouble.message ?? container?.message,
    lastEnd: container?.lastEnd,
    events: [],
    volumes: [],
  });
  const what = trouble.pod === undefined ? 'instances' : `instance ${trouble.pod}`;
  return [{ what, because: `${detail}. ${fix}` }];
}

function prunedNotes(
  placement: string,
  pruned: PruneOutcome | undefined,
): readonly PlacementNote[] {
  if (pruned === undefined) return [];
  const kept = pruned.unconfirmed.map((what) => keptNote(placement, what));
  return pruned.held === undefined
    ? kept
    : [...kept, { what: 'what is not wanted any more', because: `stays: ${pruned.held}` }];
}
