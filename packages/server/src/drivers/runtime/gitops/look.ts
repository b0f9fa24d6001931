import type { GitOpsDependencies } from './dependencies.ts';
import type { FollowerStatus } from './follower/follower-status.ts';
import { type PlacementSight, sightOf } from './placement-sight.ts';
import type { PlacementFile } from './repository/placement-file.ts';

export type Looking = Pick<GitOpsDependencies, 'repository' | 'watch' | 'clock'>;

/** What is reported of a placement, asked for a file's contents: those of its manifest, or of its tombstone. */
export async function lookAt(
  { repository, watch }: Looking,
  file: PlacementFile,
  wanted: { readonly path: string; readonly blob: string | undefined },
): Promise<PlacementSight> {
  const statuses =
    watch === undefined || watch.lost() !== undefined ? [] : watch.of(file.follower.name);
  const held = await holding(repository, statuses, wanted);
  const { namespace, alone } = file;
  const sights = statuses.map((status) =>
    sightOf({ status, namespace, alone, holds: (revision) => held.has(revision) }),
  );
  return worst(sights);
}

/** The commits that the statuses name and that have those contents there. */
async function holding(
  repository: Looking['repository'],
  statuses: readonly FollowerStatus[],
  { path, blob }: { readonly path: string; readonly blob: string | undefined },
): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  if (blob === undefined) return held;
  const named = new Set(
    statuses.flatMap(({ revision, pass }) =>
      [revision, pass?.revision].filter((one) => one !== undefined && isCommit(one)),
    ),
  );
  // What others committed is known to us when the agent has come to it.
  for (const revision of named) if (revision !== undefined) await repository.noticed(revision);
  for (const revision of named)
    if (revision !== undefined && (await repository.blobAt(revision, path)) === blob)
      held.add(revision);
  return held;
}

const isCommit = (revision: string): boolean => /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(revision);

const byWeight: readonly PlacementSight['state'][] = [
  'refused',
  'degraded',
  'silent',
  'waiting',
  'applying',
  'progressing',
  'unclear',
  'healthy',
];

/** Of several clusters the one that is least well; without any, nobody says anything. */
function worst(sights: readonly PlacementSight[]): PlacementSight {
  const [first, ...others] = sights.toSorted(
    (a, b) => byWeight.indexOf(a.state) - byWeight.indexOf(b.state),
  );
  if (first === undefined) return { state: 'silent', why: '', at: undefined };
  if (others.length === 0) return first;
  const same = sights.filter(({ state }) => state === first.state).length;
  return { ...first, why: `${same} of ${sights.length} clusters: ${first.why}` };
}

/** Since when, and why, nobody reports; undefined while somebody does. */
export function silence(
  { watch }: Looking,
  writtenAt: Date,
): { readonly since: Date; readonly because: string } | undefined {
  if (watch === undefined)
    return {
      since: writtenAt,
      because: 'nobody reports back: name `context` in the runtime of the platform file',
    };
  const lost = watch.lost();
  return lost === undefined
    ? undefined
    : { since: lost.since, because: `the cluster of the agent gives no answer: ${lost.why}` };
}
