import type { DesiredPlacement, Reason } from '@pltf/contracts';
import type { LogStore } from '../logs/log-store.ts';
import type { CohortRecord, InstanceRecord } from './placement-record.ts';
import type { StartResult } from './start-check.ts';

/** What the record keeps of a run, so that a later agent finds it again. */
export type InstanceMark = Partial<
  Pick<InstanceRecord, 'process' | 'cgroup' | 'container' | 'address' | 'port'>
>;

/** One instance of a placement, and where its output goes. */
export interface InstanceOrder {
  readonly desired: DesiredPlacement;
  readonly cohort: CohortRecord;
  readonly instance: InstanceRecord;
  /** The placement's own folder of the agent. */
  readonly folder: string;
  readonly log: LogStore;
}

/** One life of an instance: a process and its forks, or a container. */
export interface InstanceRun {
  readonly mark: InstanceMark;
  /** How it ended, in words: `exit 1`, `SIGKILL: out of memory (256 MiB)`. Never rejects. */
  readonly ended: Promise<string>;
  /** Asks it to end and after `graceMs` ends it. Returns when nothing of it is left. */
  stop(graceMs: number): Promise<void>;
  /** Ends it at once, and removes what is left of one that ended by itself. */
  kill(): Promise<void>;
  /** Looks until it answers, for `timeoutMs` at most. */
  awaitHealthy(timeoutMs: number, signal: AbortSignal): Promise<StartResult>;
  /** Its processes as this machine numbers them; none where that is not known. */
  pids(): readonly number[];
  /** Keeps the last output and stops reading. */
  finishOutput(): void;
  /** Stops reading; a later agent goes on. */
  abandon(): void;
}

/** What starts, takes up and ends instances: processes of this machine, or containers. */
export interface InstanceEngine {
  /** Makes what all instances of a cohort share; most of it may be there already. `say` tells of waiting. */
  prepare(
    desired: DesiredPlacement,
    cohort: CohortRecord,
    say: (text: string) => void,
  ): Promise<void>;
  start(order: InstanceOrder): Promise<InstanceRun>;
  /** What an earlier agent started; undefined when nothing of it is left. */
  find(order: InstanceOrder): Promise<InstanceRun | undefined>;
  /** False when the instance surely does not run: asked of the record's marks alone, at once. */
  mayRun(instance: InstanceRecord): boolean;
  /** Gives back what an instance without a run still holds. */
  release(instance: InstanceRecord): void;
  /** Removes what an instance leaves behind when it is gone for good. */
  discard(order: Pick<InstanceOrder, 'folder'>, instance: string): void;
  /** Runs the release command where the program runs, or attaches to it; undefined when it succeeded. */
  runReleaseCommand(desired: DesiredPlacement, cohort: CohortRecord): Promise<Reason | undefined>;
  /** Removes everything of a placement that is removed. */
  forget(desired: DesiredPlacement): Promise<void>;
}

/** One engine for each way to keep instances apart. */
export interface InstanceEngines {
  readonly process: InstanceEngine;
  readonly docker: InstanceEngine;
}

/** The engine that runs the instances of a cohort; the cohort may be gone already. */
export const engineOf = (
  engines: InstanceEngines,
  cohort: Pick<CohortRecord, 'isolation'> | undefined,
): InstanceEngine => engines[cohort?.isolation ?? 'process'];
