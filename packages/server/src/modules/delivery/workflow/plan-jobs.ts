import type { WorkflowJob } from '@actions/workflow-parser/model/workflow-template';
import type { MappingToken } from '@actions/workflow-parser/templates/tokens/index';
import { isMapping } from '@actions/workflow-parser/templates/tokens/type-guards';
import type { LocalActions } from './local-actions.ts';
import { defined, planSteps } from './plan-steps.ts';
import type { Capabilities, JobPlan, StepPlan, Unavailable } from './run-plan.ts';
import { runnerRefusal } from './runner-labels.ts';
import { notHere } from './step-actions.ts';
import type { Template } from './template.ts';
import { conditionOf, find, findTemplate, iterate, placeOf } from './tokens.ts';
import type { WorkflowFile } from './workflow-file.ts';

export interface JobPlanning {
  readonly capabilities: Capabilities;
  readonly actions: LocalActions;
  readonly budget: { steps: number };
  /** Position of the workflow in the plan, and of its first job. */
  readonly workflow: number;
  readonly firstJob: number;
}

/** All jobs of a workflow file, in the order of the file. */
export function planJobs(planning: JobPlanning, file: WorkflowFile): JobPlan[] {
  const jobs = find(file.root, 'jobs');
  if (jobs === undefined || !isMapping(jobs)) return [];
  const keys = new Map<string, string>();
  file.jobs.forEach((job, index) => {
    // Ids may have 100 characters; keys become file names and stay short.
    keys.set(job.id.value, `${planning.firstJob + index}-${job.id.value.slice(0, 50)}`);
  });
  return [...iterate(jobs)].flatMap(({ value }, index) => {
    const converted = file.jobs[index];
    return converted === undefined || !isMapping(value)
      ? []
      : [planJob(planning, file, value, converted, keys)];
  });
}

function planJob(
  planning: JobPlanning,
  file: WorkflowFile,
  token: MappingToken,
  converted: WorkflowJob,
  keys: ReadonlyMap<string, string>,
): JobPlan {
  const id = converted.id.value;
  const defaults = defined({
    shell: runDefault(file, token, 'shell'),
    workingDirectory: runDefault(file, token, 'working-directory'),
  });
  const steps: StepPlan[] = [];
  const { capabilities, actions, budget } = planning;
  const sequence = converted.type === 'job' ? converted.steps : undefined;
  planSteps(
    { capabilities, actions, budget, steps, defaults },
    { context: file.context },
    find(token, 'steps'),
    sequence,
  );
  appendCacheSaves(steps);
  return {
    key: keys.get(id) ?? id,
    workflow: planning.workflow,
    id,
    name: findTemplate(token, 'name') ?? id,
    place: placeOf(converted.id),
    needs: (converted.needs ?? []).map((need) => keys.get(need.value) ?? need.value),
    if: converted.if?.expression ?? conditionOf(find(token, 'if')),
    ...settingsOf(token),
    ...defined({ unavailable: jobRefusal(token, converted, steps) }),
    steps,
    notes:
      find(token, 'environment') === undefined
        ? []
        : ["the environment's protection rules and secrets on GitHub do not apply here"],
  };
}

const runDefault = (file: WorkflowFile, job: MappingToken, key: string): Template | undefined =>
  findTemplate(job, 'defaults', 'run', key) ?? findTemplate(file.root, 'defaults', 'run', key);

/** What is evaluated when the job starts. */
const settingsOf = (token: MappingToken) =>
  defined({
    strategy: findTemplate(token, 'strategy'),
    runsOn: findTemplate(token, 'runs-on'),
    env: findTemplate(token, 'env'),
    timeoutMinutes: findTemplate(token, 'timeout-minutes'),
    cancelTimeoutMinutes: findTemplate(token, 'cancel-timeout-minutes'),
    continueOnError: findTemplate(token, 'continue-on-error'),
    concurrency: findTemplate(token, 'concurrency'),
    outputs: findTemplate(token, 'outputs'),
  });

/** What each cache step saves when the job has passed, last restored first, as on GitHub. */
function appendCacheSaves(steps: StepPlan[]): void {
  const restored = steps.flatMap((step, index) =>
    step.action.kind === 'cache' && step.action.mode === 'restore-and-save'
      ? [{ step, index }]
      : [],
  );
  for (const { step, index } of restored.reverse()) {
    const { id: _id, frame: _frame, ...rest } = step;
    steps.push({
      ...rest,
      name: typeof step.name === 'string' ? `Post ${step.name}` : 'Post cache',
      if: 'success()',
      action: { kind: 'cache', mode: 'save', with: {}, of: index },
      notes: [],
    });
  }
}

/** Why a whole job cannot run here. */
function jobRefusal(
  token: MappingToken,
  converted: WorkflowJob,
  steps: readonly StepPlan[],
): Unavailable | undefined {
  if (converted.type === 'reusableWorkflowJob') {
    return notHere(
      `it calls the workflow ${converted.ref.value.slice(0, 100)}, and called workflows are not run here`,
    );
  }
  if (find(token, 'container') !== undefined)
    return notHere('it runs in a container image, and that needs Docker');
  if (find(token, 'services') !== undefined)
    return notHere('it starts service containers, and that needs Docker');
  const refusal = runnerRefusal(findTemplate(token, 'runs-on'));
  if (refusal !== undefined) return refusal;
  return stepsRefusal(steps);
}

/** A job without its tools, or in which only checkouts and set-ups would be left, says nothing by passing. */
function stepsRefusal(steps: readonly StepPlan[]): Unavailable | undefined {
  const refused = steps.flatMap(({ action }) => (action.kind === 'unavailable' ? [action] : []));
  const tool = refused.find(({ uses }) => /^actions\/setup-(?:node|python)@/i.test(uses));
  if (tool !== undefined) return notHere(tool.reason);
  const [first] = refused;
  if (first === undefined || steps.some(({ action }) => action.kind === 'run')) return undefined;
  const names = [...new Set(refused.map(({ uses }) => uses))].slice(0, 3).join(', ');
  return notHere(`${names}: ${first.reason}`);
}
