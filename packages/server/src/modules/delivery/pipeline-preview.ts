import type { z } from 'zod';
import { defaultBranch } from '../catalog/index.ts';
import { type Capabilities, newRunState, planRun, viewRun } from './workflow/index.ts';

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
  const view = viewRun(plan, newRunState(plan));
  return {
    file: plan.workflows[0]?.path ?? plan.notStarted[0]?.path,
    jobs: view.jobs.map(({ name, state, note, steps }) => {
      const unavailable = steps.filter((step) => step.state === 'unavailable');
      const reason = note ?? unavailable[0]?.note;
      const runsHere = state !== 'unavailable' && unavailable.length < Math.max(1, steps.length);
      return { name, runsHere, ...(reason === undefined ? {} : { note: reason }) };
    }),
  };
}
