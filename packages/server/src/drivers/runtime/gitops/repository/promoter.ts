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
  /** The address of the environment repository. */
  readonly repository: string;
  /** The component's commit; undefined for what is not made from one. */
  readonly source: SourceCommit | undefined;
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
  const from = await repo.head(`refs/heads/${active}`);
  const ref = `refs/heads/${proposedBranch(active, folder)}`;
  const path = `${folder}/manifest.yaml`;
  const head = await repo.head(ref);
  const there = head === undefined ? undefined : await repo.read(head, path);
  if (head !== undefined && there !== undefined && Buffer.from(there).equals(manifest)) {
    const metadata = (await textAt(repo, head, hydrationPath(folder))) ?? '';
    const own =
      source === undefined || metadata.includes(source.sha) ? drySha(metadata) : source.sha;
    if (own !== undefined) await noted(repo, head, own);
    return { commit: head, unchanged: true, changed: 0 };
  }
  const promoted =
    from === undefined
      ? undefined
      : drySha((await textAt(repo, from, hydrationPath(folder))) ?? '');
  const dry = source === undefined || promoted === source.sha ? bySettings(from, proposal) : source;
  const references = source === undefined || dry === source ? [] : [source];
  const answer = await repo.commit({
    ref,
    changes: new Map([
      [path, manifest],
      [hydrationPath(folder), encoder.encode(hydrationMetadata(dry, references))],
      // It was removed once, and is there again.
      [`${folder}/TOMBSTONE`, undefined],
    ]),
    // A proposal branches off what it is merged into: unrelated histories cannot be merged.
    ...{ from, message, trailers },
  });
  await noted(repo, answer.commit, dry.sha);
  return answer;
}

/**
 * A promoter moves only what names another dry commit than what it moved last. Where the component's is the same and
 * something else has changed (a size, a platform, a removal), it is the commit that the change is made to.
 */
const bySettings = (
  active: string | undefined,
  { repository, message }: Pick<Proposal, 'repository' | 'message'>,
): SourceCommit => ({
  sha: active ?? '0'.repeat(40),
  ...{ repository, subject: message.split('\n')[0] ?? '' },
});

async function textAt(
  repo: EnvironmentRepo,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const bytes = await repo.read(commit, path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
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
  const from = await repo.head(`refs/heads/${active}`);
  const dry = bySettings(from, text);
  const { message, trailers } = text;
  const answer = await repo.commit({
    ref: `refs/heads/${proposedBranch(active, folder)}`,
    changes: new Map([
      [`${folder}/manifest.yaml`, undefined],
      [hydrationPath(folder), encoder.encode(hydrationMetadata(dry))],
      [`${folder}/TOMBSTONE`, tombstone],
    ]),
    ...{ from, message, trailers },
  });
  await noted(repo, answer.commit, dry.sha);
  return answer;
}

async function noted(repo: EnvironmentRepo, commit: string, sha: string): Promise<void> {
  const before = await repo.readNote(commit, hydrationNotes);
  if (before !== undefined && drySha(before) === sha) return;
  await repo.note(commit, hydrationNotes, hydrationNote(sha));
}
