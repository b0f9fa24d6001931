import {
  commitText,
  type KubernetesObject,
  type ManifestChange,
  type SourceCommit,
} from '@pltf/plan/render';
import type { RolloutRecord } from '../../../../modules/runtime/index.ts';
import { targetOf } from '../../kubernetes/rollout/rollout-accept.ts';
import type { GitOpsDependencies } from '../dependencies.ts';
import { expiredTombstones } from '../removal/expired-tombstones.ts';
import type { PlacementFile } from './placement-file.ts';

/** What is written of a placement, ready to be committed. */
export interface Draft {
  readonly bytes: Uint8Array;
  readonly blob: string;
  readonly task: boolean;
}

export const hasTask = (objects: readonly KubernetesObject[]): boolean =>
  objects.some(({ kind }) => kind === 'Job');

/** Commits a manifest, with what makes the agent find it. Answers with the commit that holds it. */
export async function writeManifest(
  dependencies: GitOpsDependencies,
  record: RolloutRecord,
  file: PlacementFile,
  draft: Draft,
): Promise<string> {
  const { repository, changes } = dependencies;
  const { desired } = (targetOf(record)?.accepted ?? record.current).wanted;
  const [asked, source] = await Promise.all([
    changes.asked(record.placement),
    changes.commit(desired.owner.component, desired.release.commit),
  ]);
  const what = whatOf(record, desired.release.number);
  const from = source ?? bareSource(desired);
  const by = what.kind === 'back' ? { by: 'pltf' } : asked;
  const text = commitText({ placement: record.placement, what, ...by, source: from });
  const files = new Map<string, Uint8Array | undefined>([
    ...(await repository.following(file.follower, false)),
    [file.manifest, draft.bytes],
    [file.tombstone, undefined],
    ...(await expiredTombstones(dependencies, file)).map((path) => [path, undefined] as const),
  ]);
  const { commit } = await repository.write(files, text, from);
  return commit;
}

function whatOf(record: RolloutRecord, release: number): ManifestChange['what'] {
  switch (record.stage) {
    case 'release-task':
      return { kind: 'task', release };
    case 'returning':
      return { kind: 'back', release, because: record.reason?.detail ?? 'it did not become well' };
    case 'done':
    case 'rolled-back':
    case 'failed':
      return { kind: 'settings', release };
    default:
      return record.from?.number === release
        ? { kind: 'settings', release }
        : { kind: 'release', release };
  }
}

/** Of a commit that the component's repository does not have any more, its name is known all the same. */
const bareSource = ({
  owner,
  release,
}: RolloutRecord['current']['wanted']['desired']): SourceCommit => ({
  sha: release.commit,
  repository: owner.component,
});
