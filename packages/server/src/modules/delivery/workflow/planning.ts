import type { z } from 'zod';
import { concurrencyFrom } from './concurrency.ts';
import { ExpressionProblem } from './expression-functions.ts';
import { createScope } from './expression-scope.ts';
import { createLocalActions } from './local-actions.ts';
import { planJobs } from './plan-jobs.ts';
import { defined } from './plan-steps.ts';
import { githubContext, type PushEvent, type RunIdentity } from './push-event.ts';
import { pushTrigger } from './push-filters.ts';
import {
  Capabilities,
  type JobPlan,
  RunLimits,
  type RunPlan,
  type WorkflowPlan,
} from './run-plan.ts';
import { find, findTemplate } from './tokens.ts';
import {
  laterProblems,
  readWorkflowFile,
  type SourceFile,
  type WorkflowFile,
} from './workflow-file.ts';
import { workflowLimits } from './workflow-limits.ts';
import type { WorkflowProblem } from './workflow-problems.ts';

export interface PlanRequest {
  /** The files of `.github/workflows/` in the pushed commit. */
  readonly workflows: readonly SourceFile[];
  /** Every `action.yml` and `action.yaml` of the commit. */
  readonly actions?: readonly SourceFile[];
  readonly event: PushEvent;
  /** Undefined when not known: then filters on paths let the push through. */
  readonly changedPaths?: readonly string[];
  readonly run: RunIdentity;
  readonly capabilities: z.input<typeof Capabilities>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly limits?: Partial<RunLimits>;
}

/** Decides what a push runs. Pure; never throws for anything that a file holds. */
export function planRun(request: PlanRequest): RunPlan {
  const capabilities = Capabilities.parse(request.capabilities);
  const actions = createLocalActions(request.actions ?? []);
  const budget = { steps: workflowLimits.stepsInRun };
  const workflows: WorkflowPlan[] = [];
  const jobs: JobPlan[] = [];
  const problems: WorkflowProblem[] = [];
  const notStarted: RunPlan['notStarted'] = [];
  for (const source of request.workflows.slice(0, workflowLimits.files)) {
    const file = readWorkflowFile(source);
    if ('problems' in file) {
      problems.push(...file.problems);
      continue;
    }
    const planned = planWorkflow(request, file);
    const trigger = pushTrigger(file.events, request.event, request.changedPaths);
    if (!trigger.starts) {
      notStarted.push({ path: file.path, name: planned.name, reason: trigger.reason });
      continue;
    }
    const { length: workflow } = workflows;
    const own = planJobs({ capabilities, actions, budget, workflow, firstJob: jobs.length }, file);
    const later = laterProblems(source, file);
    problems.push(...later);
    if (later.length > 0) continue;
    workflows.push(planned);
    jobs.push(...own);
  }
  problems.push(...actions.problems());
  return {
    format: 1,
    run: { ...request.run },
    event: { ...request.event },
    capabilities,
    limits: RunLimits.parse(request.limits ?? {}),
    workflows,
    jobs,
    problems: problems.slice(0, workflowLimits.problems),
    notStarted,
  };
}

/**
 * Does once what the first plan of a process would do: load the schemas and let the parser's code be
 * compiled. A first plan takes 40 ms, later ones 1 ms; call this at start, off everybody's way.
 * @public
 */
export function warmPlanner(): void {
  const text =
    'on: push\njobs: { a: { runs-on: x, steps: [{ run: "${{ github.sha }}" }, { uses: ./a }] } }';
  const action = { path: 'a/action.yml', text: 'runs: { using: composite, steps: [] }' };
  planRun({
    workflows: [{ path: 'warm.yml', text }],
    actions: [action],
    event: {
      repository: 'a/b',
      serverUrl: '',
      ref: 'refs/heads/a',
      before: '',
      after: 'a',
      actor: 'a',
      defaultBranch: 'a',
    },
    run: { id: 'warm', number: 1, attempt: 1 },
    capabilities: { arch: 'X64' },
  });
}

function planWorkflow(request: PlanRequest, file: WorkflowFile): WorkflowPlan {
  const name = findTemplate(file.root, 'name');
  const workflow = {
    path: file.path,
    name: typeof name === 'string' && name !== '' ? name : file.path,
  };
  const scope = createScope({
    contexts: {
      github: githubContext(request.event, request.run, workflow),
      vars: { ...request.vars },
      inputs: {},
    },
  });
  return {
    ...workflow,
    ...defined({
      runName: reporting(file, 'run-name', () =>
        scope.text(findTemplate(file.root, 'run-name')).slice(0, 500),
      ),
      concurrency: reporting(file, 'concurrency', () =>
        concurrencyFrom(scope, findTemplate(file.root, 'concurrency')),
      ),
      env: findTemplate(file.root, 'env'),
    }),
  };
}

/** What `evaluate` finds under a key of the file; what is wrong there is reported at its place. */
function reporting<Value>(
  file: WorkflowFile,
  key: string,
  evaluate: () => Value,
): Value | undefined {
  const token = find(file.root, key);
  if (token === undefined) return undefined;
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    file.context.error(token, error.message);
    return undefined;
  }
}
