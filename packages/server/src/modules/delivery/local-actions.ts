import type { GitHost } from '../repos/index.ts';
import type { Run } from './run.ts';

const ownAction = /\buses:\s*['"]?\.\//;
const actionFiles = ['action.yml', 'action.yaml'];

/** The repository's own actions, read only when a workflow uses one. */
export async function localActions(
  git: GitHost,
  run: Run,
  workflows: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  if (![...workflows.values()].some((text) => ownAction.test(text))) return new Map();
  const paths = await git.findFiles(run.component, run.commit, actionFiles);
  return (await git.readFiles(run.component, run.commit, paths, [])).texts;
}
