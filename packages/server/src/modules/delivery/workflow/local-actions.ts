import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/index';
import { isMapping } from '@actions/workflow-parser/templates/tokens/type-guards';
import type { StepAction } from './run-plan.ts';
import { type Inputs, type MappedAction, unavailable } from './step-actions.ts';
import { literalText, type Template } from './template.ts';
import { find, findTemplate, iterate, templateOf } from './tokens.ts';
import {
  type ActionFile,
  laterProblems,
  readActionFile,
  type SourceFile,
} from './workflow-file.ts';
import type { WorkflowProblem } from './workflow-problems.ts';

/** The composite action that steps belong to: the position of its begin, and how deep it is nested. */
export interface CompositeFrame {
  readonly begin: number;
  readonly depth: number;
}

/** The actions that the pushed commit itself holds, read when a step first uses them. */
export interface LocalActions {
  /** The action in a folder; undefined when there is none, or one with problems. */
  file(folder: string): ActionFile | undefined;
  exists(folder: string): boolean;
  outputs(file: ActionFile): { name: string; value: Template }[];
  /** What is wrong in the actions that were used. */
  problems(): readonly WorkflowProblem[];
}

export function createLocalActions(files: readonly SourceFile[]): LocalActions {
  const sources = new Map<string, SourceFile>();
  for (const file of files) {
    const folder = /^(.*?)\/?action\.ya?ml$/.exec(file.path)?.[1];
    if (folder !== undefined) sources.set(folder, file);
  }
  const read = new Map<string, ReturnType<typeof readActionFile>>();
  const file = (folder: string): ActionFile | undefined => {
    const source = sources.get(folder);
    if (source === undefined) return undefined;
    const action = read.get(folder) ?? readActionFile(source);
    read.set(folder, action);
    return 'problems' in action ? undefined : action;
  };
  return {
    file,
    exists: (folder) => sources.has(folder),
    outputs: ({ root }) =>
      entriesOf(find(root, 'outputs')).map(([name, output]) => ({
        name,
        value: (isMapping(output) ? findTemplate(output, 'value') : undefined) ?? '',
      })),
    problems: () =>
      [...read].flatMap(([folder, action]) => {
        if ('problems' in action) return action.problems;
        const source = sources.get(folder);
        return source === undefined ? [] : laterProblems(source, action);
      }),
  };
}

/** The folder that `./path` names, without `.` and `..`; undefined when it leaves the repository. */
export function actionFolder(uses: string): string | undefined {
  const parts: string[] = [];
  for (const part of uses.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** The begin of a local action's steps, or why there is none. */
export function beginComposite(
  actions: LocalActions,
  uses: string,
  inputs: Inputs,
): MappedAction | { readonly problem: string } {
  const folder = actionFolder(uses);
  if (folder === undefined || !actions.exists(folder)) {
    return { problem: `This commit has no action.yml in ${uses.slice(0, 100)}` };
  }
  const file = actions.file(folder);
  // Its own problems are reported for its own file.
  if (file === undefined) return unavailable(uses, 'its action.yml is not valid');
  const using = findTemplate(file.root, 'runs', 'using');
  if (using !== 'composite') {
    return unavailable(
      uses,
      `only composite actions of a repository run here, not ${literalText(using)}`,
    );
  }
  const action: StepAction = {
    kind: 'composite-begin',
    path: folder,
    inputs: entriesOf(find(file.root, 'inputs')).map(([name, input]) => {
      const value = isMapping(input) ? findTemplate(input, 'default') : undefined;
      return { name, ...(value === undefined ? {} : { default: value }) };
    }),
    with: { ...inputs },
    end: 0,
  };
  return { action, notes: [] };
}

function entriesOf(token: TemplateToken | undefined): [string, TemplateToken][] {
  if (token === undefined || !isMapping(token)) return [];
  return [...iterate(token)].map(({ key, value }) => [literalText(templateOf(key)), value]);
}
