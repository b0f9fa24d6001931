export { shownAmount } from './amount.ts';
export {
  type CostByEnvironment,
  type PlacementCost,
  placementCost,
  planCost,
  sharedNeed,
} from './estimate.ts';
