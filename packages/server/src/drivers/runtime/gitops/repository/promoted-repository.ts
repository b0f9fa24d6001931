import { proposedBranch, type Ring } from '@pltf/plan/render';
import type { EnvironmentRepo } from '../../../environment-repo/index.ts';
import type { PlacementFile } from './placement-file.ts';
import { propose, proposeRemoval } from './promoter.ts';
import { type RingRepository, ringRepository } from './ring-repository.ts';

/**
 * A placement that somebody else promotes: what is written is proposed on a branch of its own, what makes the agent
 * follow goes to the ring's branch, and the agent follows the active branch.
 */
export function promotedRepository(
  repo: EnvironmentRepo,
  ring: Ring,
  branch: string,
  file: PlacementFile,
): RingRepository {
  const { folder } = file.follower;
  const active = file.active ?? branch;
  const followers = ringRepository({ repo, ring, branch });
  const proposed = ringRepository({
    ...{ repo, folder, branch: proposedBranch(active, folder) },
    ring: { ...ring, revision: `refs/heads/${active}` },
  });
  return {
    ...proposed,
    write: async (changes, text, source) => {
      const manifest = changes.get(file.manifest);
      const tombstone = changes.get(file.tombstone);
      const others = new Map(
        [...changes].filter(([path]) => path !== file.manifest && path !== file.tombstone),
      );
      if (others.size > 0) await followers.write(others, text);
      const { message, trailers } = text;
      const place = { active, folder, message, trailers, repository: ring.repository };
      if (tombstone !== undefined) return proposeRemoval(repo, { ...place, tombstone });
      if (manifest === undefined) return { commit: '', unchanged: true, changed: 0 };
      return propose(repo, { ...place, manifest, source });
    },
    // A proposal that was merged may have ended its branch: then the active one holds it.
    head: async () =>
      (await repo.head(`refs/heads/${proposedBranch(active, folder)}`)) ??
      repo.head(`refs/heads/${active}`),
    refresh: async () => repo.head(`refs/heads/${proposedBranch(active, folder)}`),
    followerFile: (follower) => followers.followerFile(follower),
    // Its head is asked for each time.
    noticed: () => Promise.resolve(false),
    following: async (follower, mayBecomeEmpty) => {
      const [fixed, own] = await Promise.all([
        followers.following(follower, mayBecomeEmpty),
        proposed.following(follower, mayBecomeEmpty),
      ]);
      const path = followers.followerPath(follower);
      const made = own.get(path);
      return made === undefined ? fixed : fixed.set(path, made);
    },
  };
}
