export { postgresDriftHistory } from './drift-history.ts';
export { type DriftRoutesDependencies, driftRoutes } from './drift-routes.ts';
export { keptRoutes } from './kept-routes.ts';
