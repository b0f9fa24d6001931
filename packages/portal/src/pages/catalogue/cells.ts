import type { ComponentSummary } from '@pltf/contracts';

type Placement = ComponentSummary['placements'][number];

export interface Cell {
  readonly environment: string;
  readonly placements: readonly Placement[];
}

/** A row's placements under the columns of the table. A component's own label comes before its branches'. */
export const cellsOf = (component: ComponentSummary, columns: readonly string[]): readonly Cell[] =>
  columns.map((environment) => ({
    environment,
    placements: component.placements
      .filter((placement) => placement.environment === environment)
      .toSorted((one, other) => one.id.length - other.id.length),
  }));
