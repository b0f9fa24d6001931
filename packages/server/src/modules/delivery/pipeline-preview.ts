import type { z } from 'zod';
import { defaultBranch } from '../catalog/index.ts';
import { type Capabilities, planRun, type RunPlan } from './workflow/index.ts';

export interface PreviewedPipeline {
  readonly file: string | undefined;
  readonly jobs: readonly {
    readonly name: string;
    readonly runsHere: boolean;
    readonly note?: string;
  }[];
}

const anyCommit = '0'.repeat(39);

/** What a push to the default branch would run of these workflow files, and what of it cannot run here. */
export function previewPipeline(
  workflows: ReadonlyMap<string, string>,
  capabilities: z.input<typeof Capabilities>,
): PreviewedPipeline {
  const plan = planRun({
    workflows: [...workflows].map(([path, text]) => ({ path, text })),
    event: {
      repository: 'team/component',
      serverUrl: 'http://localhost',
      ref: `refs/heads/${defaultBranch}`,
      before: `${anyCommit}0`,
      after: `${anyCommit}1`,
      actor: 'you',
      defaultBranch,
    },
    run: { id: 'run_preview', number: 1, attempt: 1 },
    capabilities,
  });
  return {
    file: plan.workflows[0]?.path ?? plan.notStarted[0]?.path,
    jobs: plan.jobs.map((job) => {
      const reason = whyNotHere(job);
      return {
        name: job.id,
        runsHere: reason === undefined,
        ...(reason === undefined ? {} : { note: reason }),
      };
    }),
  };
}

/** Steps that prepare others; a job of nothing else does nothing. */
const preparing: ReadonlySet<string> = new Set([
  'checkout',
  'setup',
  'cache',
  'composite-begin',
  'composite-end',
]);

/** Why a job does nothing here; undefined when it does something. */
function whyNotHere(job: RunPlan['jobs'][number]): string | undefined {
  if (job.unavailable !== undefined) return `${job.unavailable.reason}; ${job.unavailable.where}`;
  const working = job.steps.filter(({ action }) => !preparing.has(action.kind));
  const missing = working.flatMap(({ action }) => (action.kind === 'unavailable' ? [action] : []));
  const [first] = missing;
  if (first === undefined || missing.length < working.length) return undefined;
  return `${first.uses}: ${first.reason}; ${first.where}`;
}
