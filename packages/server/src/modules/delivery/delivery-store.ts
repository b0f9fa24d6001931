import type { Tx } from '../../persistence/transaction.ts';
import type { Release } from './release.ts';
import type { NewRun, Run, RunOutcome, RunSummary } from './run.ts';

/** Writes runs and releases. */
export interface DeliveryStore {
  /** The next run of a component; the caller holds the component's row. */
  createRun(tx: Tx, run: NewRun): Promise<number>;
  /** Asks the unfinished runs of a branch, but `except`, to stop. Answers with their ids. */
  supersede(
    tx: Tx,
    component: string,
    branch: string,
    except: string | undefined,
  ): Promise<readonly string[]>;
  requestCancel(tx: Tx, run: string): Promise<void>;
  lockRun(tx: Tx, run: string): Promise<Run | undefined>;
  setView(tx: Tx, run: string, summary: RunSummary): Promise<void>;
  start(tx: Tx, run: string): Promise<boolean>;
  finish(tx: Tx, run: string, outcome: RunOutcome): Promise<boolean>;
  /** Records a release under the next number; the one that the run made already, if it did. */
  createRelease(
    tx: Tx,
    release: Omit<Release, 'number' | 'collectedAt' | 'createdAt'>,
  ): Promise<{ readonly release: Release; readonly isNew: boolean }>;
  setCollected(tx: Tx, component: string, number: number): Promise<void>;
}
