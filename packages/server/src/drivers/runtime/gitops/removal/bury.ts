import { commitText, writeTombstone } from '@pltf/plan/render';
import type { GitOpsDependencies } from '../dependencies.ts';
import type { PlacementFile } from '../repository/placement-file.ts';

/**
 * The manifest goes, the tombstone says who, when and why; only now the follower may become empty. Answers the commit.
 */
export async function bury(
  { repository, changes, clock }: GitOpsDependencies,
  file: PlacementFile,
  head: string | undefined,
  movedTo?: string,
): Promise<string> {
  const asked = await changes.asked(file.placement);
  const last =
    head === undefined || !(await repository.others(head, file.follower.folder, file.manifest));
  const stone = writeTombstone({
    placement: file.placement,
    by: asked.by,
    at: clock.now().toISOString(),
    ...(asked.why === undefined ? {} : { why: asked.why.slice(0, 500) }),
    ...(movedTo === undefined ? {} : { movedTo }),
  });
  const files = new Map<string, Uint8Array | undefined>([
    ...(await repository.following(file.follower, last)),
    [file.tombstone, new TextEncoder().encode(stone)],
    [file.manifest, undefined],
  ]);
  const what =
    movedTo === undefined
      ? ({ kind: 'remove' } as const)
      : ({ kind: 'move', to: movedTo } as const);
  const text = commitText({ placement: file.placement, what, ...asked });
  return (await repository.write(files, text)).commit;
}

/**
 * The last two of a group may have gone in one commit, neither seeing that it was the last: its follower would refuse to
 * become empty for ever. So would one whose file went although what it had applied is still there.
 */
export async function letBecomeEmpty(
  { repository, changes }: GitOpsDependencies,
  file: PlacementFile,
): Promise<void> {
  const { follower, manifest, placement } = file;
  const head = await repository.head();
  if (head === undefined || (await repository.others(head, follower.folder, manifest))) return;
  const path = repository.followerPath(follower);
  const wanted = (await repository.following(follower, true)).get(path);
  const there = await repository.followerFile(follower);
  if (wanted === undefined || (there !== undefined && Buffer.from(there).equals(wanted))) return;
  const asked = await changes.asked(placement);
  const text = commitText({ placement, what: { kind: 'empty' }, ...asked });
  await repository.write(new Map([[path, wanted]]), text);
}
