import type { ClusterFacts } from '@pltf/plan/render';
import { commitText } from '@pltf/plan/render';
import type { RolloutRecord } from '../../../../modules/runtime/index.ts';
import type { GitOpsDependencies } from '../dependencies.ts';
import { lookAt, silence } from '../look.ts';
import { isOwn, nameOf } from '../placement-sight.ts';
import { unlockedObjects } from '../repository/manifest.ts';
import type { PlacementFile } from '../repository/placement-file.ts';
import { blobOf, manifestBytes } from '../repository/ring-repository.ts';
import { bury, letBecomeEmpty } from './bury.ts';
import { movedOut, stillMoving } from './letting-go.ts';
import type { RemovalTurns } from './removal-turns.ts';

export interface RemovalParts {
  readonly dependencies: GitOpsDependencies;
  readonly turns: RemovalTurns;
}

/** What a removal still waits for; empty once it is proved that nothing is left. */
export type Leftovers = readonly string[];

/** Nobody would ever say whether anything is left: what is known instead. */
export interface Unproved {
  readonly unproved: string;
}

export const isUnproved = (answer: Leftovers | Unproved): answer is Unproved =>
  'unproved' in answer;

/**
 * One step of a removal. First the guard of the namespace goes (when somebody reports that it went), then the manifest,
 * with a tombstone in its place, then it is waited for the report that the cluster has nothing of it any more. Where
 * nobody would ever report, it is over with the tombstone.
 */
export async function removalStep(
  parts: RemovalParts,
  file: PlacementFile,
  record: RolloutRecord | undefined,
  facts: ClusterFacts,
): Promise<Leftovers | Unproved> {
  const { repository, watch, target } = parts.dependencies;
  const head = await repository.head();
  const manifest = head === undefined ? undefined : await repository.blobAt(head, file.manifest);
  const stone = head === undefined ? undefined : await repository.blobAt(head, file.tombstone);
  if (manifest === undefined && stone !== undefined) {
    const moved = await movedOut(parts.dependencies, file, head);
    if (moved) return afterMove(parts.dependencies, file, stone);
    return proof(parts, file, stone);
  }
  if (manifest === undefined && record?.written === undefined) return [];
  const waits = parts.turns.take(file.placement);
  if (waits !== undefined) return [waits];
  const locked = manifest !== undefined && (await unlock(parts, file, record, facts, manifest));
  if (locked !== undefined && locked !== false) return [locked];
  const commit = await bury(parts.dependencies, file, head);
  if (watch === undefined && target === undefined) return unprovedBy(parts, commit);
  return ['the agent has not taken it out of the cluster yet'];
}

/**
 * Takes off what keeps the namespace, and waits until that is in the cluster. Answers what is waited for; undefined when
 * it is there, or when nobody would tell: then the agent asks people for confirmation.
 */
async function unlock(
  { dependencies }: RemovalParts,
  file: PlacementFile,
  record: RolloutRecord | undefined,
  facts: ClusterFacts,
  there: string,
): Promise<string | undefined> {
  const { repository, watch, rule, changes } = dependencies;
  const followed = watch !== undefined && watch.of(file.follower.name).length > 0;
  if (record === undefined || !followed) return undefined;
  const objects = unlockedObjects(record, rule.agent, facts);
  if (objects === undefined) return undefined;
  const bytes = manifestBytes(file.placement, objects);
  let blob = blobOf(bytes, there);
  if (blob !== there) {
    const asked = await changes.asked(file.placement);
    const text = commitText({ placement: file.placement, what: { kind: 'unlock' }, ...asked });
    const { commit } = await repository.write(new Map([[file.manifest, bytes]]), text);
    blob = blobOf(bytes, commit);
  }
  const sight = await lookAt(dependencies, file, { path: file.manifest, blob });
  const arrived = ['progressing', 'healthy', 'degraded', 'unclear'].includes(sight.state);
  return arrived
    ? undefined
    : `its namespace is unlocked first: ${sight.why === '' ? 'the agent has not come to that yet' : sight.why}`;
}

/** Argo CD asks before it deletes a namespace that nobody was seen to unlock. */
function unprovedBy({ dependencies: { rule } }: RemovalParts, commit?: string): Unproved {
  const by = commit === undefined ? '' : ` by ${commit.slice(0, 7)}`;
  const asks =
    rule.agent === 'argocd'
      ? ' (Argo CD waits for `argocd app confirm-deletion` before it deletes the namespace)'
      : '';
  return {
    unproved: `removed from the repository${by}; whether the cluster has come to it nobody reports${asks}`,
  };
}

/** Gone is what somebody who came to the tombstone says is gone; a follower that is not there proves nothing. */
async function proof(
  parts: RemovalParts,
  file: PlacementFile,
  stone: string,
): Promise<Leftovers | Unproved> {
  const { dependencies } = parts;
  const { repository, watch, clock, target } = dependencies;
  if (watch === undefined && target === undefined) return unprovedBy(parts);
  const silent = silence(dependencies, clock.now());
  const gone = await targetSaysGone(target, file);
  if (silent !== undefined || watch === undefined)
    return gone === true ? [] : [`unknown: ${silent?.because ?? 'nobody reports'}`];
  if (gone !== true) await letBecomeEmpty(dependencies, file);
  const statuses = watch.of(file.follower.name);
  if (statuses.length === 0)
    return gone === true
      ? []
      : [`unknown: there is no ${file.follower.name} that would take it out of the cluster`];
  const left: string[] = [];
  for (const { title, revision, objects, pass } of statuses) {
    const own = objects.filter((object) => isOwn(object, file.namespace));
    const arrived =
      revision !== undefined && (await repository.blobAt(revision, file.tombstone)) === stone;
    if (!arrived) left.push(`${title} has not come to the removal yet`);
    else if (own.length > 0)
      left.push(...own.map(nameOf), ...(pass?.message === undefined ? [] : [pass.message]));
  }
  if (left.length > 0) return left.slice(0, 20);
  if (gone === false) return [`Namespace ${file.namespace} is still there`];
  if (file.alone) await unfollow(dependencies, file);
  return [];
}

/** It runs on in another's hands: what is left to do here is that nobody follows it any more. */
async function afterMove(
  dependencies: GitOpsDependencies,
  file: PlacementFile,
  stone: string,
): Promise<Leftovers> {
  const waits = await stillMoving(dependencies, file, stone);
  if (waits !== undefined) return [waits];
  if (file.alone) await unfollow(dependencies, file);
  return [];
}

/** Whether the namespace is gone, where a context leads to the cluster; undefined where none does. */
async function targetSaysGone(
  target: GitOpsDependencies['target'],
  { namespace }: PlacementFile,
): Promise<boolean | undefined> {
  if (target === undefined) return undefined;
  const found = await target.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  return found === undefined;
}

/** A follower of one placement has nothing to follow any more. */
async function unfollow(
  { repository, changes }: GitOpsDependencies,
  file: PlacementFile,
): Promise<void> {
  const asked = await changes.asked(file.placement);
  await repository.write(
    new Map([[repository.followerPath(file.follower), undefined]]),
    commitText({ placement: file.placement, what: { kind: 'remove' }, ...asked }),
  );
}
