import type { Owner } from '@pltf/contracts';
import type { LogStore } from '../logs/log-store.ts';
import type { TaskRecord, TaskSpec } from './task-record.ts';

/** A task to run, and where its files and its log are. */
export interface TaskOrder {
  readonly record: TaskRecord;
  /** The task's own folder of the agent. */
  readonly folder: string;
  readonly log: LogStore;
}

export interface TaskEnd {
  readonly exitCode?: number;
  readonly signal?: string;
  readonly outOfMemory: boolean;
  /** Nobody saw how it ended. */
  readonly lost: boolean;
}

/** The one life of a task's program: a process and its forks, or a container. */
export interface TaskRun {
  /** What the record keeps, so that a later agent finds it again; known once the program is there. */
  readonly mark: Promise<Partial<Pick<TaskRecord, 'process' | 'cgroup' | 'container'>>>;
  /** Resolves when the program has ended, nothing of it runs on, and its output is in the log. */
  readonly ended: Promise<TaskEnd>;
  /** Asks it to end; ends it after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** Removes what is left of an ended one. Its result is on disk by then: it is not looked for again. */
  forget(): Promise<void>;
  /** Stops reading its output; a later agent goes on. */
  abandon(): void;
}

/** What starts and takes up the programs of tasks. */
export interface TaskEngine {
  /** Answers at once; what cannot be started is told by `ended`. */
  start(order: TaskOrder): Promise<TaskRun>;
  /** What an earlier agent started, whether or not it runs still; undefined when it was never started. */
  find(order: TaskOrder): Promise<TaskRun | undefined>;
}

export interface TaskEngines {
  readonly process: TaskEngine;
  readonly docker: TaskEngine;
}

/** Bytes of output that are kept of a task. */
export const taskLogBytes = 50 * 1024 * 1024;
/** Programs that one task may have at once. */
export const taskProcesses = 1024;

/** Says in which container a task of a release runs. Throws when the release has no image. */
export interface ContainerTaskPlanner {
  plan(
    owner: Owner,
    placement: string,
    release: string,
  ): Promise<{
    readonly env: Readonly<Record<string, string>>;
    readonly container: NonNullable<TaskSpec['container']>;
  }>;
}
