import { openPool } from '../../persistence/pool.ts';
import { ServerSession } from '../../persistence/session.ts';
import type { Db } from '../../persistence/transaction.ts';
import { ReconcileLoop } from '../loop.ts';
import type { Reconciler } from '../reconciler.ts';
import { type Claim, postgresWorkStore, type WorkStore } from '../work-store.ts';

export interface Failure {
  readonly claim: Claim;
  readonly error: unknown;
  readonly retryInMs: number | undefined;
}

/** As much of a server as its loop needs: a pool, a session, and the loop wired to it. */
export interface LoopServer extends AsyncDisposable {
  readonly db: Db;
  readonly session: ServerSession;
  readonly loop: ReconcileLoop;
  readonly failures: readonly Failure[];
}

export async function startLoopServer(
  url: string,
  reconcilers: readonly Reconciler[],
  changeStore: (store: WorkStore) => WorkStore = (store) => store,
): Promise<LoopServer> {
  const onError = (): void => undefined;
  const db = openPool({ url, size: 5, onError });
  const session = new ServerSession({ url, onError });
  const failures: Failure[] = [];
  const loop = new ReconcileLoop({
    store: changeStore(postgresWorkStore(db)),
    reconcilers,
    onFailure: (claim, error, retryInMs) => void failures.push({ claim, error, retryInMs }),
  });
  session.on('up', (number) => loop.resume(number));
  session.on('down', () => loop.suspend());
  session.on('work', () => loop.nudge());
  await session.open();
  return {
    db,
    session,
    loop,
    failures,
    [Symbol.asyncDispose]: async () => {
      await loop[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
      await db.destroy();
    },
  };
}

/** Settles once `holds` does; fails with what it was about after some seconds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
