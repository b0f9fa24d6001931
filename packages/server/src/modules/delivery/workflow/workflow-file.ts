import { getActionSchema } from '@actions/workflow-parser/actions/action-schema';
import { convertOn } from '@actions/workflow-parser/model/converter/events';
import { convertJob } from '@actions/workflow-parser/model/converter/job';
import type { EventsConfig, WorkflowJob } from '@actions/workflow-parser/model/workflow-template';
import {
  TemplateContext,
  TemplateValidationErrors,
} from '@actions/workflow-parser/templates/template-context';
import { readTemplate } from '@actions/workflow-parser/templates/template-reader';
import type { MappingToken, TemplateToken } from '@actions/workflow-parser/templates/tokens/index';
import { TemplateTokenError } from '@actions/workflow-parser/templates/tokens/template-token';
import { isMapping, isString } from '@actions/workflow-parser/templates/tokens/type-guards';
import { NoOperationTraceWriter } from '@actions/workflow-parser/templates/trace-writer';
import { getWorkflowSchema } from '@actions/workflow-parser/workflows/workflow-schema';
import { findCycle } from './needs-graph.ts';
import { iterate } from './tokens.ts';
import { workflowLimits } from './workflow-limits.ts';
import { problemsFrom, type WorkflowProblem } from './workflow-problems.ts';
import { createObjectReader } from './workflow-reader.ts';
import { readYamlDocument } from './yaml-document.ts';

/** A file of the pushed commit. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A workflow file that is valid: its tokens, and what GitHub's parser made of events and jobs. */
export interface WorkflowFile {
  readonly path: string;
  readonly root: MappingToken;
  readonly events: EventsConfig;
  readonly jobs: readonly WorkflowJob[];
  /** Collects problems found later; `problems` reads them. */
  readonly context: TemplateContext;
}

/** An action file that is valid. */
export interface ActionFile {
  readonly path: string;
  readonly root: MappingToken;
  readonly context: TemplateContext;
}

export type Read<Value> = Value | { readonly problems: readonly WorkflowProblem[] };

interface ReadRoot {
  readonly root: MappingToken | undefined;
  readonly context: TemplateContext;
}

const kinds = {
  workflow: { schema: getWorkflowSchema, root: 'workflow-root-strict' },
  // Not the strict one: the runner takes actions without name and description too.
  action: { schema: getActionSchema, root: 'action-root' },
} as const;

function readRoot(kind: keyof typeof kinds, file: SourceFile): Read<ReadRoot> {
  const refuse = (message: string, line = 1, column = 1) => ({
    problems: [{ file: file.path, line, column, message }],
  });
  if (file.text.length > workflowLimits.fileCharacters) {
    return refuse(`The file has more than ${workflowLimits.fileCharacters / 1024} KiB`);
  }
  const document = readYamlDocument(file.text);
  if ('problems' in document) {
    return { problems: document.problems.map((problem) => ({ file: file.path, ...problem })) };
  }
  const { schema, root } = kinds[kind];
  const context = new TemplateContext(
    new TemplateValidationErrors(workflowLimits.problems, 1000),
    schema(),
    new NoOperationTraceWriter(),
  );
  context.getFileId(file.path);
  const value = readTemplate(context, root, createObjectReader(document.events), 1);
  return { context, root: value !== undefined && isMapping(value) ? value : undefined };
}

const problemsOf = (file: SourceFile, context: TemplateContext) =>
  problemsFrom(file.path, file.text, context.errors.getErrors());

/** Reads a workflow file, or says everything that is wrong in it. Never throws. */
export function readWorkflowFile(file: SourceFile): Read<WorkflowFile> {
  const read = readRoot('workflow', file);
  if ('problems' in read) return read;
  const { root, context } = read;
  if (root === undefined) return { problems: problemsOf(file, context) };
  // Also after errors in the schema: a cycle in `needs` is reported together with a misspelt key.
  const on = root.find('on');
  const events = on === undefined ? {} : convert(context, on, () => convertOn(context, on));
  const jobs = convertAllJobs(context, root.find('jobs'));
  const problems = problemsOf(file, context);
  if (problems.length > 0) return { problems };
  return { path: file.path, root, context, events: events ?? {}, jobs };
}

/** Reads a local action's file, or says everything that is wrong in it. Never throws. */
export function readActionFile(file: SourceFile): Read<ActionFile> {
  const read = readRoot('action', file);
  if ('problems' in read) return read;
  const problems = problemsOf(file, read.context);
  if (problems.length > 0 || read.root === undefined) return { problems };
  return { path: file.path, root: read.root, context: read.context };
}

/** What has become wrong in a file while it was planned. */
export const laterProblems = (
  file: SourceFile,
  { context }: { readonly context: TemplateContext },
) => problemsOf(file, context);

function convertAllJobs(context: TemplateContext, token: TemplateToken | undefined): WorkflowJob[] {
  if (token === undefined || !isMapping(token)) return [];
  if (token.count === 0) context.error(token, 'A workflow needs at least one job');
  if (token.count > workflowLimits.jobs) {
    context.error(token, `A workflow has at most ${workflowLimits.jobs} jobs`);
  }
  const jobs = [...iterate(token)].flatMap(({ key, value }) => {
    if (!isString(key) || !isMapping(value)) return [];
    return convert(context, value, () => convertJob(context, key, value)) ?? [];
  });
  checkNeeds(context, jobs);
  return jobs;
}

/** Every job that is waited for exists, and no job waits for itself, through others or not. */
function checkNeeds(context: TemplateContext, jobs: readonly WorkflowJob[]): void {
  const needs = new Map(
    jobs.map((job) => [job.id.value, (job.needs ?? []).map((need) => need.value)]),
  );
  for (const job of jobs) {
    for (const need of job.needs ?? []) {
      if (needs.has(need.value)) continue;
      context.error(need, `Job '${job.id.value}' needs '${need.value}', and there is no such job`);
    }
  }
  const cycle = findCycle(needs);
  if (cycle === undefined) return;
  const [first, second] = cycle;
  const waiting = jobs.find((job) => job.id.value === first);
  const place = waiting?.needs?.find((need) => need.value === second) ?? waiting?.id;
  context.error(place, `These jobs wait for each other: ${cycle.join(' → ')}`);
}

function convert<Value>(
  context: TemplateContext,
  token: TemplateToken,
  make: () => Value,
): Value | undefined {
  try {
    return make();
  } catch (error) {
    context.error(error instanceof TemplateTokenError ? (error.token ?? token) : token, error);
    return undefined;
  }
}
