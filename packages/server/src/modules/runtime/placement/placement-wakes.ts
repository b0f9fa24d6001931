import type { PlatformFile } from '@pltf/contracts';
import { sql } from 'kysely';
import { channels, type Db } from '../../../persistence/transaction.ts';
import { placementReconciler } from '../loops.ts';

/** Environments whose placements a change of the platform file concerns at once: where they run, or by which rule. */
export function environmentsMoved(before: PlatformFile, after: PlatformFile): readonly string[] {
  const place = ({ environments, runtimes }: PlatformFile, environment: string): string => {
    const rule = environments.find(({ name }) => name === environment);
    return JSON.stringify([rule?.runtime, rule && runtimes[rule.runtime]]);
  };
  return after.environments
    .map(({ name }) => name)
    .filter((name) => place(before, name) !== place(after, name));
}

/** Has all placements of these environments looked at. One statement, however many there are. */
export async function wakeEnvironments(db: Db, environments: readonly string[]): Promise<void> {
  if (environments.length === 0) return;
  await wake(db, sql`environment = any(${[...environments]}::text[])`);
}

/** Has these placements looked at, now or at a time; ids that are none are passed over. */
export async function wakePlacements(db: Db, ids: readonly string[], at?: Date): Promise<void> {
  if (ids.length === 0) return;
  await wake(db, sql`id = any(${[...ids]}::text[])`, at);
}

/** In the order in which every change wakes, so that two never wait for each other. */
async function wake(db: Db, which: ReturnType<typeof sql>, at?: Date): Promise<void> {
  await sql`
    with woken as (
    insert into work (reconciler, key, due_at)
    select ${placementReconciler}::text, id, coalesce(${at ?? null}::timestamptz, now()) from placements where ${which} order by id collate "C"
    on conflict (reconciler, key) do update set
      generation = work.generation + 1, attempts = 0, due_at = least(work.due_at, excluded.due_at))
    select pg_notify(${channels.work}, '')
  `.execute(db);
}

/** How long changes are gathered before they are written at once. Milliseconds. */
const gatherMs = 10;
const mostAtOnce = 5_000;

/** Gathers placements to look at and writes them together: a cluster that restarts changes thousands in a second. */
export class WakeGathering implements AsyncDisposable {
  readonly #write: (ids: readonly string[]) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #waiting = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(write: (ids: readonly string[]) => Promise<void>, onError: (error: unknown) => void) {
    this.#write = write;
    this.#onError = onError;
  }

  add(placement: string): void {
    this.#waiting.add(placement);
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs);
  }

  #flush(): void {
    this.#timer = undefined;
    const ids = [...this.#waiting].slice(0, mostAtOnce);
    for (const id of ids) this.#waiting.delete(id);
    this.#writing = this.#writing
      .then(() => this.#write(ids))
      .catch((error: unknown) => {
        // Nothing is forgotten while the database is away: it is written with the next change, or at the next start.
        for (const id of ids) this.#waiting.add(id);
        this.#onError(error);
      });
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.#flush(), gatherMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
  }
}
