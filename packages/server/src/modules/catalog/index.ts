export {
  type CatalogFilter,
  type CatalogQueries,
  postgresCatalogQueries,
} from './catalog-queries.ts';
export { postgresCatalogStore } from './catalog-store.postgres.ts';
export type { CatalogStore } from './catalog-store.ts';
export {
  type Component,
  type ComponentState,
  defaultBranch,
  type NewComponent,
} from './component.ts';
