import type { FileMap } from '../file-map.ts';
import type { FilterOptions } from '../filters.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { RenderMeter } from '../limits.ts';
import type { Workspace } from '../workspace.ts';

/** What an action that works on the workspace has in its hands. */
export interface WorkspaceContext {
  readonly input: JsonObject;
  readonly workspace: Workspace;
  readonly sources: Sources;
  readonly meter: RenderMeter;
  readonly filters: FilterOptions;
  /** The entity reference of the template, when it is known. */
  readonly templateRef?: string;
  readonly log: (message: string) => void;
  readonly output: (name: string, value: JsonValue) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** An action that touches nothing but the workspace. */
export interface WorkspaceAction {
  readonly inputSchema: JsonObject;
  run(context: WorkspaceContext): void | Promise<void>;
}

/** Where `url` of the fetch actions leads. Throws when it leads outside, or nowhere. */
export interface Sources {
  tree(url: string): FileMap | Promise<FileMap>;
}

/** A step that the caller carries out: publishing, registering, whatever changes the world. */
export interface SideEffectRequest {
  readonly action: string;
  readonly step: { readonly id: string; readonly name: string };
  /** Unique within the task, and the same when the task is run again: `publish`, or `publish[0]` with `each`. */
  readonly key: string;
  readonly taskId: string;
  readonly input: JsonObject;
  readonly secrets: Readonly<Record<string, string>>;
  readonly workspace: FileMap;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
  readonly log: (message: string) => void;
  /** Runs `work` once in the life of the task: a later run of the same task gets the stored answer. */
  checkpoint<T extends JsonValue>(key: string, work: () => T | Promise<T>): Promise<T>;
}

export interface SideEffect {
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
  /** Without it a dry run skips the action and makes outputs up from `outputSchema`. */
  readonly supportsDryRun?: boolean;
  /** Answers the outputs of the step. */
  run(request: SideEffectRequest): JsonObject | undefined | Promise<JsonObject | undefined>;
}

/** Remembers finished checkpoints of a task, so that a retry does nothing twice. */
export interface CheckpointStore {
  /** An own object, so that a stored false, 0 or null is an answer too. */
  get(
    key: string,
  ): { readonly value: JsonValue } | undefined | Promise<{ readonly value: JsonValue } | undefined>;
  put(key: string, value: JsonValue): void | Promise<void>;
}
