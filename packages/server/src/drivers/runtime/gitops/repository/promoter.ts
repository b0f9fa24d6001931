import {
  drySha,
  hydrationMetadata,
  hydrationNote,
  hydrationNotes,
  hydrationPath,
  proposedBranch,
  type SourceCommit,
} from '@pltf/plan/render';
import type { CommitAnswer, EnvironmentRepo } from '../../../environment-repo/index.ts';

export interface Proposal {
  /** The branch that is followed: `environment/prod`. */
  readonly active: string;
  /** The folder of the component there; the same on all active branches. */
  readonly folder: string;
  readonly manifest: Uint8Array;
  /** The dry commit. */
  readonly source: SourceCommit;
  readonly message: string;
  readonly trailers: readonly (readonly [string, string])[];
}

/** The branch that placements of an environment are promoted to. */
export const activeBranch = (environment: string): string => `environment/${environment}`;

const encoder = new TextEncoder();

/**
 * Proposes a manifest to a promoter, as GitOps Promoter and Argo CD understand it: a commit with `hydrator.metadata` on
 * the branch `<active>-next/<folder>` and a note beside it. The same output of a newer dry commit is no commit: only the
 * note changes. Other folders of the branch stay as they are.
 */
export async function propose(repo: EnvironmentRepo, proposal: Proposal): Promise<CommitAnswer> {
  const { active, folder, manifest, source, message, trailers } = proposal;
  const ref = `refs/heads/${proposedBranch(active, folder)}`;
  const path = `${folder}/manifest.yaml`;
  const head = await repo.head(ref);
  const there = head === undefined ? undefined : await repo.read(head, path);
  if (head !== undefined && there !== undefined && Buffer.from(there).equals(manifest)) {
    await noted(repo, head, source.sha);
    return { commit: head, unchanged: true, changed: 0 };
  }
  const answer = await repo.commit({
    ref,
    changes: new Map([
      [path, manifest],
      [hydrationPath(folder), encoder.encode(hydrationMetadata(source))],
      // It was removed once, and is there again.
      [`${folder}/TOMBSTONE`, undefined],
    ]),
    // A proposal branches off what it is merged into: unrelated histories cannot be merged.
    from: await repo.head(`refs/heads/${active}`),
    message,
    trailers,
  });
  await noted(repo, answer.commit, source.sha);
  return answer;
}

/** Takes a folder out of what is proposed, with a tombstone in its place. */
export async function proposeRemoval(
  repo: EnvironmentRepo,
  {
    active,
    folder,
    tombstone,
    ...text
  }: Omit<Proposal, 'manifest' | 'source'> & {
    readonly tombstone: Uint8Array;
  },
): Promise<CommitAnswer> {
  return repo.commit({
    ref: `refs/heads/${proposedBranch(active, folder)}`,
    changes: new Map([
      [`${folder}/manifest.yaml`, undefined],
      [hydrationPath(folder), undefined],
      [`${folder}/TOMBSTONE`, tombstone],
    ]),
    from: await repo.head(`refs/heads/${active}`),
    ...text,
  });
}

async function noted(repo: EnvironmentRepo, commit: string, sha: string): Promise<void> {
  const before = await repo.readNote(commit, hydrationNotes);
  if (before !== undefined && drySha(before) === sha) return;
  await repo.note(commit, hydrationNotes, hydrationNote(sha));
}
