import type { SourceCommit } from './commit-message.ts';

/** Where notes are that say what a hydrated commit was made from. */
export const hydrationNotes = 'refs/notes/hydrator.metadata';

/** The branch on which a promoter finds what is proposed for a path of an active branch. */
export const proposedBranch = (active: string, path: string): string => `${active}-next/${path}`;

export const hydrationPath = (folder: string): string => `${folder}/hydrator.metadata`;

/** The file `hydrator.metadata`, as Argo CD and GitOps Promoter read it; other commits behind it are references. */
export function hydrationMetadata(
  { sha, body, ...dry }: SourceCommit,
  references: readonly SourceCommit[] = [],
): string {
  const metadata = {
    ...{ drySha: sha, ...whence(dry), body: body === '' ? undefined : body },
    references:
      references.length === 0
        ? undefined
        : references.map((one) => ({ commit: { sha: one.sha, ...whence(one) } })),
  };
  return `${JSON.stringify(metadata, undefined, 2)}\n`;
}

const whence = ({ repository, author, date, subject }: Omit<SourceCommit, 'sha'>) => ({
  repoURL: repository,
  author: author === undefined ? undefined : `${author.name} <${author.email}>`,
  date,
  subject,
});

/** The note beside a commit: the newest dry commit that gives the same output. */
export const hydrationNote = (drySha: string): string => JSON.stringify({ drySha });

/** The dry commit that a note, or the file, names; undefined for what is none. */
export function drySha(note: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(note);
    if (typeof parsed !== 'object' || parsed === null || !('drySha' in parsed)) return undefined;
    return typeof parsed.drySha === 'string' ? parsed.drySha : undefined;
  } catch {
    return undefined;
  }
}
