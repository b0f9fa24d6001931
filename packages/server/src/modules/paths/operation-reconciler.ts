import { PltfError } from '@pltf/contracts';
import type { Outcome, Reconciler } from '../../engine/reconciler.ts';
import { transact } from '../../persistence/transaction.ts';
import { advanceApply, undoApply } from './apply.ts';
import { advanceCreation } from './creation.ts';
import type { CreationDependencies } from './creation-dependencies.ts';
import type { Operation, StepId } from './operation.ts';
import { OperationProgress } from './operation-progress.ts';
import type { OperationsQueries, OperationsStore } from './operations-store.ts';
import { receiptOfDeletion, receiptOfUndoing, type Unproved } from './receipts.ts';
import { type TeardownDependencies, tearDown } from './teardown.ts';

export const operationReconciler = 'operation';

export interface OperationReconcilerDependencies {
  readonly queries: OperationsQueries;
  readonly store: OperationsStore;
  readonly creation: CreationDependencies;
  readonly teardown: TeardownDependencies;
}

/** What is left is looked at again after this long, should the news of its end be lost. Milliseconds. */
const leftoverLookMs = 2_000;
const teardownOrder: readonly StepId[] = ['instances', 'runs', 'releases', 'repository', 'record'];

/** Brings one operation forward: a creation to its end or back to nothing, a deletion until all is gone. */
export function createOperationReconciler(
  dependencies: OperationReconcilerDependencies,
): Reconciler {
  const { queries, store, creation } = dependencies;
  return {
    name: operationReconciler,
    concurrency: 8,
    reconcile: async (id) => {
      const operation = await queries.operation(id);
      if (operation.finishedAt !== undefined) return undefined;
      const progress = new OperationProgress(operation, creation.db, store, creation.clock);
      if (operation.kind === 'delete') return advanceDeletion(dependencies, progress);
      if (operation.kind === 'apply') return reconcileApply(creation, progress);
      if (operation.state === 'undoing') return advanceUndoing(dependencies, progress);
      try {
        return await advanceCreation(creation, progress);
      } catch (error) {
        if (!(error instanceof PltfError) || !endsCreation(error)) throw error;
        return beginUndoing(dependencies, progress, error);
      }
    },
  };
}

/** Space does not come back by waiting: the creation gives back what it took, and says what to free. */
const endsCreation = (error: PltfError): boolean =>
  !error.kind.retryable || error.code === 'disk-full';

/** A thin file that is applied to what is there: to its end, or back to the one before. */
async function reconcileApply(
  creation: CreationDependencies,
  progress: OperationProgress,
): Promise<Outcome> {
  if (progress.operation.state !== 'undoing') {
    try {
      return await advanceApply(creation, progress);
    } catch (error) {
      if (!(error instanceof PltfError) || !endsCreation(error)) throw error;
      await tellFailure(progress, error);
    }
  }
  await undoApply(creation, progress);
  return undefined;
}

async function beginUndoing(
  dependencies: OperationReconcilerDependencies,
  progress: OperationProgress,
  error: PltfError,
): Promise<Outcome> {
  const { db, catalog } = dependencies.creation;
  await transact(db, (tx) => catalog.setState(tx, progress.operation.subject, 'deleting'));
  await tellFailure(progress, error);
  return advanceUndoing(dependencies, progress);
}

async function tellFailure(progress: OperationProgress, error: PltfError): Promise<void> {
  const failed = progress.operation.steps.find(({ state }) => state === 'running')?.id;
  if (failed !== undefined)
    await progress.step(failed as StepId, 'failed', firstLine(error.detail));
  const problem = { code: error.code, detail: error.detail, fix: error.fix };
  await progress.change(
    { state: 'undoing', problem },
    'operation-progressed',
    `Undoing: ${firstLine(error.detail)}`,
  );
}

/** A step's line; the whole reason is the operation's problem. */
const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

async function advanceUndoing(
  dependencies: OperationReconcilerDependencies,
  progress: OperationProgress,
): Promise<Outcome> {
  const { operation } = progress;
  const { waitingFor } = await tearDown(
    dependencies.teardown,
    operation.subject,
    operation.requestedBy,
  );
  if (waitingFor !== undefined) return { again: new Date(Date.now() + leftoverLookMs) };
  const unproved = await unprovedOf(dependencies, operation);
  for (const { id, state } of operation.steps) {
    if (state !== 'done') continue;
    const isOpen = id === 'review-app' && unproved.size > 0;
    if (isOpen) await progress.step(id, 'failed', [...unproved.values()].join('; '));
    else await progress.step(id as StepId, 'undone');
  }
  const { receipt, summary } = receiptOfUndoing(operation, unproved);
  const finishedAt = dependencies.creation.clock.now();
  await progress.change(
    { state: 'undone', receipt, finishedAt },
    'component-creation-undone',
    summary,
  );
  return undefined;
}

/** Of what nobody can say whether it is gone, a receipt says what is known. */
const unprovedOf = (
  { teardown }: OperationReconcilerDependencies,
  { subject, startedAt }: Operation,
): Promise<Unproved> => teardown.runtimeQueries.unprovedRemovals(subject, startedAt);

async function advanceDeletion(
  dependencies: OperationReconcilerDependencies,
  progress: OperationProgress,
): Promise<Outcome> {
  const { operation } = progress;
  const { request } = operation;
  const { waitingFor, leftovers } = await tearDown(
    dependencies.teardown,
    operation.subject,
    operation.requestedBy,
    'delete' in request ? request.why : undefined,
  );
  const reached =
    waitingFor === undefined ? teardownOrder.length : teardownOrder.indexOf(waitingFor);
  for (const step of teardownOrder.slice(0, reached)) await progress.step(step, 'done', 'gone');
  if (waitingFor !== undefined) {
    const detail = `${leftovers.length} left: ${leftovers.slice(0, 5).join(', ')}`;
    await progress.step(waitingFor, 'running', detail);
    return { again: new Date(Date.now() + leftoverLookMs) };
  }
  const receipt = receiptOfDeletion(operation, await unprovedOf(dependencies, operation));
  const change = { state: 'done' as const, receipt, finishedAt: dependencies.creation.clock.now() };
  await progress.change(change, 'component-deleted', `${operation.subject} is deleted`);
  return undefined;
}
