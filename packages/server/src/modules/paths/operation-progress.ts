import type { EventType, OperationStep } from '@pltf/contracts';
import type { Clock } from '../../kernel/clock.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import { type Operation, type StepId, withStep } from './operation.ts';
import type { OperationChange, OperationsStore } from './operations-store.ts';

/** An operation under way: every change is written and told in one transaction, so that followers see each step. */
export class OperationProgress {
  #operation: Operation;
  readonly #db: Db;
  readonly #store: OperationsStore;
  readonly #clock: Clock;

  constructor(operation: Operation, db: Db, store: OperationsStore, clock: Clock) {
    this.#operation = operation;
    this.#db = db;
    this.#store = store;
    this.#clock = clock;
  }

  get operation(): Operation {
    return this.#operation;
  }

  /** Marks a step; unchanged steps write nothing. */
  async step(id: StepId, state: OperationStep['state'], detail?: string): Promise<void> {
    const before = this.#operation.steps.find((step) => step.id === id);
    if (before?.state === state && (detail === undefined || before.detail === detail)) return;
    const steps = withStep(this.#operation.steps, id, state, this.#clock.now(), detail);
    const title = before?.title ?? id;
    await this.change({ steps }, 'operation-progressed', `${title}: ${detail ?? state}`);
  }

  async change(change: OperationChange, type: EventType, summary: string): Promise<void> {
    const { id, subject, requestedBy } = this.#operation;
    const next: Operation = { ...this.#operation, ...change };
    await transact(this.#db, async (tx) => {
      await this.#store.change(tx, id, change);
      tx.tell({
        type,
        actor: requestedBy,
        component: subject,
        operation: id,
        summary,
        data: {
          state: next.state,
          steps: next.steps,
          links: next.links,
          ...(next.problem === undefined ? {} : { problem: next.problem }),
        },
      });
    });
    this.#operation = next;
  }
}
