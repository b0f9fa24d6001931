import type { Annotation, FailingLines, OperationKind, WorkspacePlaces } from './run-state.ts';
import type {
  ArtifactRequest,
  CacheRequest,
  StepTask,
  TaskOutcome,
  WorkspaceRequest,
} from './step-runner.ts';

/** Which step an operation or event belongs to: keys and a position, all deterministic. */
export interface StepAddress {
  readonly job: string;
  readonly leg: string;
  readonly step: number;
}

/** Something that is to be under way now. The same id is the same operation, also after a restart. */
export type Operation =
  | {
      readonly kind: 'prepare' | 'checkout';
      readonly id: string;
      readonly at: StepAddress;
      readonly request: WorkspaceRequest;
    }
  | {
      readonly kind: 'run' | 'hash';
      readonly id: string;
      readonly at: StepAddress;
      readonly task: StepTask;
    }
  | {
      readonly kind: 'cache-restore' | 'cache-save';
      readonly id: string;
      readonly at: StepAddress;
      readonly request: CacheRequest;
    }
  | {
      readonly kind: 'artifact-upload';
      readonly id: string;
      readonly at: StepAddress;
      readonly request: ArtifactRequest;
    }
  | {
      readonly kind: 'artifact-download';
      readonly id: string;
      readonly at: StepAddress;
      readonly requests: readonly ArtifactRequest[];
    }
  /** It could be evaluated when the step began and no longer: a secret or variable was removed meanwhile. */
  | {
      readonly kind: 'refuse';
      readonly id: string;
      readonly at: StepAddress;
      readonly of: OperationKind;
      readonly problem: string;
    }
  | { readonly kind: 'cancel-task'; readonly id: string; readonly taskId: string }
  | {
      readonly kind: 'remove-workspace';
      readonly id: string;
      readonly leg: string;
      readonly workspaceId: string;
    };

/** What came of an operation. `problem` is in words for the user. */
export type OperationResult =
  | { readonly kind: 'prepare' | 'checkout'; readonly places: WorkspacePlaces }
  | {
      readonly kind: 'run' | 'hash';
      readonly outcome: TaskOutcome;
      readonly findings: StepFindings;
    }
  | { readonly kind: 'cache-restore'; readonly hit?: string; readonly exact: boolean }
  | { readonly kind: 'cache-save' }
  | {
      readonly kind: 'artifact-upload';
      readonly name: string;
      readonly files: number;
      readonly bytes: number;
      readonly digest?: string;
    }
  | { readonly kind: 'artifact-download'; readonly files: number; readonly bytes: number }
  | { readonly kind: OperationKind; readonly problem: string };

/** What the log of a task told, secrets already masked. */
export interface StepFindings {
  readonly annotations: readonly Annotation[];
  readonly masks: readonly string[];
  readonly notes: readonly string[];
  readonly failing?: FailingLines;
}

/** What can happen to a run. `at` is in milliseconds since 1970 and comes from whoever saw it happen. */
export type RunEvent =
  | { readonly type: 'begin'; readonly at: number }
  | {
      readonly type: 'finished';
      readonly at: number;
      readonly step: StepAddress;
      readonly result: OperationResult;
    }
  | { readonly type: 'workspace-removed'; readonly at: number; readonly leg: string }
  /** Ends the run, or only the jobs of some of its workflows (positions in the plan). */
  | {
      readonly type: 'cancel';
      readonly at: number;
      readonly reason: string;
      readonly supersededBy?: string;
      readonly workflows?: readonly number[];
    }
  /** A deadline may have passed. */
  | { readonly type: 'time'; readonly at: number };
