import type { CheckpointStore, SideEffect } from './actions/action.ts';
import type { TemplateDocument } from './document.ts';
import type { FileMap } from './file-map.ts';
import type { RepositoryHost } from './filters.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { TemplateLimits } from './limits.ts';
import type { ReadUrl } from './sources.ts';

/** Everything that a run of a template depends on: no clock, file or network is reached but through here. */
export interface TemplateRun {
  readonly template: TemplateDocument;
  /** All files that the template may read, keyed from the root that `../` may not leave. */
  readonly files: FileMap;
  /** The folder of the template inside `files`; '' is the root. */
  readonly folder: string;
  /** What the user answered; checked and completed before the first step. */
  readonly parameters: JsonObject;
  readonly taskId: string;
  /** Milliseconds of a clock that only moves forward; stops run-away templates. */
  readonly now: () => number;
  readonly user?: { readonly ref?: string; readonly entity?: JsonObject };
  readonly environment?: {
    readonly parameters?: JsonObject;
    readonly secrets?: Readonly<Record<string, string>>;
  };
  readonly secrets?: Readonly<Record<string, string>>;
  readonly featureFlags?: readonly string[];
  /** The actions that change the world, by id. */
  readonly actions?: Readonly<Record<string, SideEffect>>;
  /** Secrets become `***`; actions that do not say `supportsDryRun` are not carried out. */
  readonly dryRun?: boolean;
  /** Entity reference of the template, such as `template:default/node-service`. */
  readonly templateRef?: string;
  readonly checkpoints?: CheckpointStore;
  readonly readUrl?: ReadUrl;
  /** How `debug:wait` waits; without it, it does not. */
  readonly wait?: (milliseconds: number) => Promise<void>;
  readonly hosts?: Readonly<Record<string, RepositoryHost>>;
  readonly limits?: Partial<TemplateLimits>;
  readonly signal?: AbortSignal;
  /** Told of each step as it starts and ends. */
  readonly onStep?: (progress: StepProgress) => void;
}

export interface StepProgress {
  readonly id: string;
  readonly name: string;
  readonly action: string;
  readonly state: 'started' | StepState;
}

export type StepState = 'done' | 'skipped' | 'failed';

/** One step as it was carried out. */
export interface StepResult {
  readonly id: string;
  readonly name: string;
  readonly action: string;
  readonly state: Exclude<StepState, 'failed'>;
  /** The evaluated input of each turn, secrets shown as `***`; several only with `each`. */
  readonly inputs: readonly JsonObject[];
  readonly output: JsonObject;
  readonly reason?: string;
}

export interface LogLine {
  readonly step: string;
  readonly level: 'info' | 'warn';
  readonly message: string;
}

export interface TemplateResult {
  /** The parameters with their defaults: what a later run needs to make the same again. */
  readonly parameters: JsonObject;
  readonly steps: readonly StepResult[];
  readonly workspace: FileMap;
  /** `spec.output`, evaluated. */
  readonly output: Readonly<Record<string, JsonValue>>;
  readonly log: readonly LogLine[];
}
