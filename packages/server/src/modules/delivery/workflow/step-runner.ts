import type { WorkspacePlaces } from './run-state.ts';

/** A commit to check out, in a repository of this platform. */
export interface CheckoutSource {
  /** `owner/name`. */
  readonly repository: string;
  /** Branch, tag or commit as the workflow named it. */
  readonly ref: string;
  /** Absent when `ref` is another than the pushed one: then the runner resolves it. */
  readonly commit?: string;
  /** Commits of history to bring along; 0 is all. */
  readonly depth: number;
  /** Folder below the workspace. */
  readonly path: string;
}

export interface WorkspaceRequest {
  readonly id: string;
  /** The step that asks; what it asks for is done once. */
  readonly step: string;
  /** Without one the workspace is made empty. */
  readonly source?: CheckoutSource;
}

/** One program to run to its end. */
export interface StepTask {
  /** Deterministic: run, job, attempt, step. The same id is the same task, also after a restart. */
  readonly id: string;
  readonly workspaceId: string;
  /** Argument vector; `{0}` in it is the file that holds the script. */
  readonly shell: readonly string[];
  readonly script: string;
  /** Of the script's file, without a dot; may be empty. */
  readonly extension: string;
  /** The environment: nothing of the platform's own is added, only the files below and names that mark the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the workspace; never leaves it. */
  readonly workingDirectory: string;
  readonly timeoutMs: number;
  /** Variables that name a fresh empty file each, whose text the outcome carries. */
  readonly files: readonly string[];
}

export interface TaskOutcome {
  /** Absent when a signal ended it. */
  readonly exitCode?: number;
  readonly signal?: string;
  readonly timedOut: boolean;
  /** Set when the platform or the system ended it: `cancelled`, `out-of-memory`, `agent-restarted` … */
  readonly reason?: string;
  readonly files: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

export interface CacheRequest {
  readonly workspaceId: string;
  readonly key: string;
  readonly restoreKeys: readonly string[];
  /** Files and folders, relative to the workspace, absolute or below `~`. */
  readonly paths: readonly string[];
  /** Caches are shared within a scope only. */
  readonly scope: string;
}

export interface ArtifactRequest {
  readonly workspaceId: string;
  readonly run: string;
  readonly name: string;
  /** For an upload patterns of files; for a download the one folder to put them. */
  readonly paths: readonly string[];
}

/**
 * Runs what the machine asks for. Filled by the agent's driver; `stepRunnerContract` says what each must do.
 *
 * Everything is idempotent: called again with the same ids, also by another process after a crash, it
 * attaches to what runs, or answers what it answered before. A `signal` ends the waiting only, never the
 * work. A thrown error means "not now" unless it is a `PltfError` that a retry does not help.
 */
export interface StepRunner {
  /** Makes a workspace, or puts a commit into it. Done once for each `step`. */
  prepare(request: WorkspaceRequest, signal: AbortSignal): Promise<WorkspacePlaces>;
  /** Runs a task to its end, or waits for the end of the one that has this id. */
  run(task: StepTask, signal: AbortSignal): Promise<TaskOutcome>;
  /** The lines that a task printed, both streams in order, without line ends. */
  log(taskId: string): AsyncIterable<string>;
  /** `hit` is the key that was found; `exact` when it is the one asked for. */
  cacheRestore(
    request: CacheRequest,
    signal: AbortSignal,
  ): Promise<{ hit?: string; exact: boolean }>;
  cacheSave(request: CacheRequest, signal: AbortSignal): Promise<void>;
  /** Answers how many files there were; none is no error. */
  uploadArtifact(
    request: ArtifactRequest,
    signal: AbortSignal,
  ): Promise<{ files: number; bytes: number; digest?: string }>;
  downloadArtifact(
    request: ArtifactRequest,
    signal: AbortSignal,
  ): Promise<{ files: number; bytes: number }>;
  /** Ends a task, gently first. No error when there is none or it has ended. */
  cancel(taskId: string): Promise<void>;
  /** Removes a workspace with all in it. No error when there is none. */
  remove(workspaceId: string): Promise<void>;
}
