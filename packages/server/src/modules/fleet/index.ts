export { type FleetDependencies, fleetKeys, fleetReconciler } from './fleet-dependencies.ts';
export { createFleetReconciler } from './fleet-reconciler.ts';
export { fleetRoutes } from './fleet-routes.ts';
export { type FleetService, fleetService } from './fleet-service.ts';
export { postgresFleetQueries, postgresFleetStore } from './fleet-store.postgres.ts';
export { postgresFleetWaves } from './fleet-waves.postgres.ts';
