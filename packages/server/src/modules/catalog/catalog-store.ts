import type { Spec } from '@pltf/contracts';
import type { Tx } from '../../persistence/transaction.ts';
import type { Component, ComponentState, NewComponent } from './component.ts';

/** Writes components. */
export interface CatalogStore {
  /** Takes the name; false when somebody has it. */
  reserve(tx: Tx, component: NewComponent): Promise<boolean>;
  /** The component, locked until the transaction ends. */
  lock(tx: Tx, name: string): Promise<Component | undefined>;
  setState(tx: Tx, name: string, state: ComponentState): Promise<void>;
  setSpec(tx: Tx, name: string, spec: Spec): Promise<void>;
  touch(tx: Tx, name: string): Promise<void>;
  /** The row and all that hangs on it. */
  remove(tx: Tx, name: string): Promise<void>;
}
