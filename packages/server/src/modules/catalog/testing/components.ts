import type { ComponentKind } from '@pltf/contracts';
import { type Db, transact } from '../../../persistence/transaction.ts';
import { postgresCatalogStore } from '../catalog-store.postgres.ts';
import type { ComponentState } from '../component.ts';

export interface TestComponent {
  readonly kind?: ComponentKind;
  readonly owner?: string;
  readonly state?: ComponentState;
}

/** A component of a team, both made when they are not there. */
export async function addComponent(
  db: Db,
  name: string,
  options: TestComponent = {},
): Promise<void> {
  const { kind = 'service', owner = 'team-a', state = 'ready' } = options;
  const store = postgresCatalogStore();
  await transact(db, async (tx) => {
    await tx.sql
      .insertInto('teams')
      .values({ name: owner, display_name: owner })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await store.reserve(tx, {
      name,
      kind,
      owner,
      description: '',
      path: undefined,
      createdBy: 'eve',
    });
    await store.setState(tx, name, state);
  });
}
