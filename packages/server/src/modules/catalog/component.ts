import type { ComponentKind, Spec } from '@pltf/contracts';

export type ComponentState = 'creating' | 'ready' | 'deleting';

export interface Component {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly owner: string;
  readonly description: string;
  readonly path: string | undefined;
  readonly state: ComponentState;
  /** The thin file of the default branch, resolved; absent until the first valid push. */
  readonly spec: Spec | undefined;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

export interface NewComponent {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly owner: string;
  readonly description: string;
  readonly path: string | undefined;
  readonly createdBy: string;
}

/** The branch that staging follows and that reviews are merged to. */
export const defaultBranch = 'main';
