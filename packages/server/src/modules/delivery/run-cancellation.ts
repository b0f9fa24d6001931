import type { Db } from '../../persistence/transaction.ts';

/** Tells runs that are at work on this server that somebody asked them to stop. Looks when work is announced. */
export class RunCancellation {
  readonly #running = new Map<string, AbortController>();
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** A signal that aborts when the run is to be cancelled; call `leave` at the end. */
  enter(run: string): AbortSignal {
    const controller = new AbortController();
    this.#running.set(run, controller);
    return controller.signal;
  }

  leave(run: string): void {
    this.#running.delete(run);
  }

  /** Work was announced: asks the table once for all runs that are at work here. */
  async look(): Promise<void> {
    if (this.#running.size === 0) return;
    const rows = await this.#db
      .selectFrom('runs')
      .select('id')
      .where('id', 'in', [...this.#running.keys()])
      .where('cancel_requested', '=', true)
      .execute();
    for (const { id } of rows) this.#running.get(id)?.abort(new Error('cancelled'));
  }
}
