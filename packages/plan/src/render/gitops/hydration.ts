import type { SourceCommit } from './commit-message.ts';

/** Where notes are that say what a hydrated commit was made from. */
export const hydrationNotes = 'refs/notes/hydrator.metadata';

/** The branch on which a promoter finds what is proposed for a path of an active branch. */
export const proposedBranch = (active: string, path: string): string => `${active}-next/${path}`;

export const hydrationPath = (folder: string): string => `${folder}/hydrator.metadata`;

/** The file `hydrator.metadata`, as Argo CD and GitOps Promoter read it. */
export function hydrationMetadata(source: SourceCommit): string {
  const { author } = source;
  return `${JSON.stringify(
    {
      repoURL: source.repository,
      drySha: source.sha,
      author: author === undefined ? undefined : `${author.name} <${author.email}>`,
      date: source.date,
      subject: source.subject,
      body: source.body === '' ? undefined : source.body,
    },
    undefined,
    2,
  )}\n`;
}

/** The note beside a commit: the newest dry commit that gives the same output. */
export const hydrationNote = (drySha: string): string => JSON.stringify({ drySha });

/** The dry commit that a note names; undefined for what is none. */
export function drySha(note: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(note);
    if (typeof parsed !== 'object' || parsed === null || !('drySha' in parsed)) return undefined;
    return typeof parsed.drySha === 'string' ? parsed.drySha : undefined;
  } catch {
    return undefined;
  }
}
