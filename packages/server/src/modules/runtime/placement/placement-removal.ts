import { PltfError } from '@pltf/contracts';
import { type Db, transact } from '../../../persistence/transaction.ts';
import type { ObservationIntake } from '../observation/observation-intake.ts';
import type { RuntimeDriver } from '../runtime-driver.ts';
import type { RuntimeStore } from '../runtime-store.ts';
import type { Runtimes } from '../runtimes.ts';
import type { Placement } from './placement.ts';

export interface RemovalDependencies {
  readonly db: Db;
  readonly store: Pick<RuntimeStore, 'lock' | 'setObserved'>;
  readonly runtimes: Runtimes;
  readonly intake: ObservationIntake;
}

/** Has nothing of a placement be left anywhere, then takes it out of the books. True once that is so. */
export async function removeEverywhere(
  dependencies: RemovalDependencies,
  placement: Placement,
  signal: AbortSignal,
): Promise<boolean> {
  const { runtimes, intake } = dependencies;
  const { id, runtime, leftOn } = placement;
  const places: readonly (string | undefined)[] = [runtime, ...leftOn];
  const leftovers: string[] = [];
  const unproved: string[] = [];
  let gone = true;
  for (const place of places) {
    try {
      const driver = await (place === undefined ? runtimes.of(placement) : runtimes.named(place));
      const answer = await driver.remove(id, signal);
      if (answer === false) leftovers.push(...(await leftoversOn(driver, id, signal)));
      if (typeof answer === 'object') unproved.push(answer.unproved);
      gone &&= answer !== false;
    } catch (error) {
      if (signal.aborted || !(error instanceof PltfError)) throw error;
      gone = false;
      leftovers.push(`${place ?? 'its runtime'}: ${error.detail}`);
    }
  }
  if (gone) await intake.removed(id, unproved.length === 0 ? undefined : unproved.join('; '));
  else if (leftovers.length > 0) await tellLeftovers(dependencies, id, leftovers);
  return gone;
}

/** What a runtime says that it waits for; nothing where it does not say. */
const leftoversOn = (
  driver: RuntimeDriver,
  id: string,
  signal: AbortSignal,
): Promise<readonly string[]> =>
  driver.observe(id, signal).then(
    ({ leftovers }) => leftovers,
    () => [],
  );

/** A deletion that waits for something says for what. */
async function tellLeftovers(
  { db, store }: RemovalDependencies,
  id: string,
  leftovers: readonly string[],
): Promise<void> {
  await transact(db, async (tx) => {
    const placement = await store.lock(tx, id);
    const { observed, observedAt } = placement ?? {};
    if (observed === undefined || observedAt === undefined) return;
    if (observed.leftovers.join('\n') === leftovers.join('\n')) return;
    await store.setObserved(tx, id, { ...observed, leftovers: [...leftovers] }, observedAt);
  });
}
