import type {
  DesiredPlacement,
  LogLine,
  ObservedPlacement,
  TaskRequest,
  TaskResult,
} from '@pltf/contracts';

export interface LogQuery {
  readonly tail: number;
  readonly follow: boolean;
  readonly instance?: string | undefined;
}

/** A replaceable backend that runs placements: declarative, idempotent, and told only what is wanted. */
export interface RuntimeDriver {
  /** Hands over what is wanted; the same revision again changes nothing. */
  apply(desired: DesiredPlacement, signal?: AbortSignal): Promise<ObservedPlacement>;
  /** Asks for removal; true once nothing of it is left. */
  remove(placement: string, signal?: AbortSignal): Promise<boolean>;
  /** How it is at this moment; rejects soon when the backend does not answer. */
  observe(placement: string, signal?: AbortSignal): Promise<ObservedPlacement>;
  logs(placement: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine>;
  startTask(id: string, task: TaskRequest): Promise<TaskResult>;
  /** Answers when the task has ended. */
  awaitTask(id: string, signal: AbortSignal): Promise<TaskResult>;
  taskLog(id: string, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine>;
  cancelTask(id: string): Promise<void>;
}
