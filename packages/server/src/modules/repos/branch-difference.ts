export interface BranchMove {
  readonly branch: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** How the branches of a repository differ from those recorded, in order of name. */
export function branchMoves(
  recorded: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
): readonly BranchMove[] {
  const names = [...new Set([...recorded.keys(), ...actual.keys()])].toSorted();
  return names
    .map((branch) => ({ branch, before: recorded.get(branch), after: actual.get(branch) }))
    .filter(({ before, after }) => before !== after);
}
