import { PltfError } from '@pltf/contracts';
import { platformActor } from '../../kernel/events.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { isFinished } from './run.ts';

const defectNote = 'The platform had a problem with this run and tries again by itself';

/** A pass that failed for a reason that is not the run's own is tried again; whoever waits is told why. */
export async function noteDefect(
  { db, store }: { readonly db: Db; readonly store: DeliveryStore },
  id: string,
  error: unknown,
): Promise<void> {
  const why = error instanceof PltfError ? `${error.detail}. ${error.fix}` : 'see the server log.';
  const note = `${defectNote}: ${why}`;
  const noted = transact(db, async (tx) => {
    const run = await store.lockRun(tx, id);
    if (run === undefined || isFinished(run.state) || run.summary.notes.includes(note)) return;
    const notes = run.summary.notes.filter((one) => !one.startsWith(defectNote));
    await store.setView(tx, id, { ...run.summary, notes: [...notes, note] });
    tx.tell({
      type: 'run-progressed',
      actor: platformActor,
      component: run.component,
      run: id,
      summary: note,
    });
  });
  // Often the database itself is what failed; the loop reports the error that began it.
  await noted.catch(() => undefined);
}
