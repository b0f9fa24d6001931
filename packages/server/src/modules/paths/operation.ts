import { CreateComponent, OperationStep, OperationView } from '@pltf/contracts';
import { z } from 'zod';

const author = z.object({ name: z.string(), email: z.string() });

export const OperationRequest = z.union([
  z.object({
    create: CreateComponent,
    author,
    /** The thin file that takes the place of the golden path's. */
    thinFile: z.string().optional(),
  }),
  z.object({
    apply: z.object({
      text: z.string(),
      /** The one at the head of the default branch when it was planned; undefined for none. */
      before: z.string().optional(),
      why: z.string().optional(),
      /** The commit that it was made with. */
      commit: z.string().optional(),
    }),
    author,
  }),
  z.object({ delete: z.string(), why: z.string().optional() }),
]);
export type OperationRequest = z.infer<typeof OperationRequest>;

const Receipt = OperationView.shape.receipt;
const Problem = OperationView.shape.problem;

/** Long work over one component, resumable at any step. */
export interface Operation {
  readonly id: string;
  readonly kind: 'create' | 'apply' | 'delete' | 'remove-preview';
  readonly subject: string;
  readonly state: 'running' | 'done' | 'undoing' | 'undone';
  readonly request: OperationRequest;
  readonly steps: readonly OperationStep[];
  readonly receipt: z.infer<typeof Receipt>;
  readonly links: Readonly<Record<string, string>>;
  readonly problem: z.infer<typeof Problem>;
  readonly requestedBy: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
}

export const OperationJson = z.object({
  request: OperationRequest,
  steps: z.array(OperationStep),
  receipt: Receipt,
  links: z.record(z.string(), z.string()),
  problem: z.preprocess((value) => value ?? undefined, Problem),
});

export type StepId =
  | 'files'
  | 'commit'
  | 'repository'
  | 'pipeline'
  | 'review-app'
  | 'instances'
  | 'runs'
  | 'releases'
  | 'record';

export const createSteps: readonly OperationStep[] = [
  { id: 'files', title: 'Files from the golden path', state: 'waiting' },
  { id: 'repository', title: 'Repository with its first commit', state: 'waiting' },
  { id: 'pipeline', title: 'Pipeline', state: 'waiting' },
  { id: 'review-app', title: 'Review app', state: 'waiting' },
];

export const applySteps: readonly OperationStep[] = [
  { id: 'commit', title: 'Thin file on the default branch', state: 'waiting' },
  { id: 'pipeline', title: 'Pipeline', state: 'waiting' },
  { id: 'review-app', title: 'Review app', state: 'waiting' },
];

export const deleteSteps: readonly OperationStep[] = [
  { id: 'instances', title: 'Instances and addresses', state: 'waiting' },
  { id: 'runs', title: 'Pipeline runs', state: 'waiting' },
  { id: 'releases', title: 'Release archives', state: 'waiting' },
  { id: 'repository', title: 'Repository', state: 'waiting' },
  { id: 'record', title: 'Catalogue entry', state: 'waiting' },
];

/** The steps with one of them changed: begun or ended now, with a detail when there is one. */
export function withStep(
  steps: readonly OperationStep[],
  id: StepId,
  state: OperationStep['state'],
  now: Date,
  detail?: string,
): readonly OperationStep[] {
  const at = now.toISOString();
  return steps.map((step) => {
    if (step.id !== id) return step;
    const startedAt = step.startedAt ?? at;
    const ended = state !== 'running' && state !== 'waiting';
    return {
      ...step,
      state,
      startedAt,
      ...(ended ? { finishedAt: step.finishedAt ?? at } : {}),
      ...(detail === undefined ? {} : { detail }),
    };
  });
}

export const stepState = (operation: Operation, id: StepId): OperationStep['state'] =>
  operation.steps.find((step) => step.id === id)?.state ?? 'skipped';
