import { readTombstone, type Tombstone } from '@pltf/plan/render';
import type { GitOpsDependencies } from '../dependencies.ts';
import { isOwn } from '../placement-sight.ts';
import { type PlacementFile, placementFile } from '../repository/placement-file.ts';

type Parts = Pick<
  GitOpsDependencies,
  'repo' | 'repository' | 'rule' | 'watch' | 'ledger' | 'runtime'
> &
  Pick<GitOpsDependencies, 'clock'>;

/** So long a tombstone tells who removed a placement. */
const keptMs = 30 * 86_400_000;
/** Taken out by one commit at most. */
const most = 20;

/**
 * Tombstones beside the placement that are 30 days old and whose placements are proved gone: they leave with the next
 * manifest that is committed there. No commit is made for them alone, and no folder becomes empty by it.
 */
export async function expiredTombstones(
  parts: Parts,
  file: PlacementFile,
): Promise<readonly string[]> {
  const { repo, repository, clock } = parts;
  const head = await repository.head();
  if (head === undefined || file.active !== undefined) return [];
  const bucket = file.manifest.split('/').slice(0, 3).join('/');
  const stones = (await repository.tombstones(head, bucket)).filter(
    ([path]) => path !== file.tombstone,
  );
  if (stones.length === 0) return [];
  const texts = await repo.readMany(
    head,
    stones.slice(0, 5 * most).map(([path]) => path),
  );
  const expired: string[] = [];
  for (const [path, blob] of stones) {
    const stone = readTombstone(new TextDecoder().decode(texts.get(path)));
    if (stone === undefined || expired.length >= most) continue;
    const old = clock.now().getTime() - Date.parse(stone.at) > keptMs;
    if (old && (await isProvedGone(parts, stone, { path, blob, head }))) expired.push(path);
  }
  return expired;
}

interface Stone {
  readonly path: string;
  readonly blob: string;
  readonly head: string;
}

/** Nobody has it in the books, and whoever follows it has come to the tombstone and has nothing of it. */
async function isProvedGone(
  { repo, repository, rule, watch, ledger, runtime }: Parts,
  { placement }: Tombstone,
  { path, blob, head }: Stone,
): Promise<boolean> {
  const gone = placementFile(placement, rule, repository.ring.grouping);
  // Somebody else's words in a file of that name prove nothing of another placement.
  if (gone.tombstone !== path) return false;
  if ((await ledger.read(runtime, placement)) !== undefined) return false;
  if (gone.alone) {
    // Its follower goes last, and only once that was proved.
    return (await repo.read(head, repository.followerPath(gone.follower))) === undefined;
  }
  const statuses =
    watch === undefined || watch.lost() !== undefined ? [] : watch.of(gone.follower.name);
  if (statuses.length === 0) return false;
  for (const { revision, objects } of statuses) {
    if (revision === undefined || objects.some((object) => isOwn(object, gone.namespace)))
      return false;
    if ((await repository.blobAt(revision, path)) !== blob) return false;
  }
  return true;
}
