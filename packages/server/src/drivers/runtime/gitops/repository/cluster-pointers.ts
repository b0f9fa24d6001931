import { type Ring, ringFolder } from '@pltf/plan/render';
import type { EnvironmentRepo, TreePointer } from '../../../environment-repo/index.ts';

/** No agent reads this branch: a work tree of it would hold the ring's files once for each cluster. */
export const clustersBranch = 'pltf-clusters';

/**
 * What each cluster of a ring should run, as a folder that is the ring's own tree: a thousand clusters cost one tree,
 * and git answers what one of them should have at a commit, and what changed for it.
 */
export interface ClusterPointers extends Disposable {
  /** The ring's branch has this commit now: soon its clusters point to it. */
  follow(commit: string): void;
}

export interface ClusterPointersOptions {
  readonly repo: EnvironmentRepo;
  readonly ring: Ring;
  /** The ring's clusters by name, as far as anybody reports them; undefined while nobody does. */
  readonly clusters: () => readonly string[] | undefined;
  /** Told of what went wrong; the next commit of the ring tries again. */
  readonly onTrouble: (error: unknown) => void;
  /** Milliseconds that commits of the ring are gathered for; a minute when absent, for a push is dear. */
  readonly gatherMs?: number | undefined;
}

const usuallyGatherMs = 60_000;
const folderOf = (ring: string): string => `clusters/${ring}`;

export function clusterPointers(options: ClusterPointersOptions): ClusterPointers {
  const { onTrouble, gatherMs = usuallyGatherMs } = options;
  let newest: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  const point = (): void => {
    timer = undefined;
    const commit = newest;
    newest = undefined;
    if (commit === undefined) return;
    working = working.then(() => pointClusters(options, commit)).catch(onTrouble);
  };
  return {
    follow: (commit) => {
      newest = commit;
      timer ??= setTimeout(point, gatherMs);
    },
    // Nobody waits for it at the end: what is not written now is found when the ring is opened again.
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Has all clusters of the ring point to its tree at that commit; no commit where they do already. */
export async function pointClusters(
  { repo, ring, clusters }: Pick<ClusterPointersOptions, 'repo' | 'ring' | 'clusters'>,
  commit: string,
): Promise<void> {
  const names = clusters();
  // Where nobody reports any, none has gone.
  if (names === undefined || names.length === 0) return;
  const tree = await repo.tree(commit, ringFolder(ring.ring));
  if (tree === undefined) return;
  const ref = `refs/heads/${clustersBranch}`;
  const folder = folderOf(ring.ring);
  const pointers = new Map<string, TreePointer | undefined>();
  const head = await repo.head(ref);
  const there = head === undefined ? [] : await repo.list(head, folder, { deep: false });
  for (const { path } of there) pointers.set(path, undefined);
  for (const name of names) pointers.set(`${folder}/${name}`, { tree });
  await repo.commit({
    ...{ ref, pointers, changes: new Map() },
    message: `${ring.ring}: ${names.length} clusters at ${commit.slice(0, 7)}`,
    trailers: [
      ['Pltf-Ring', ring.ring],
      ['Pltf-Ring-Commit', commit],
    ],
  });
}
