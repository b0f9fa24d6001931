import { catalogApi } from './catalog.ts';
import { deliveryApi } from './delivery.ts';
import { driftApi } from './drift.ts';
import { eventsApi } from './events.ts';
import { evidenceApi } from './evidence.ts';
import { fleetApi } from './fleet.ts';
import { identityApi } from './identity.ts';
import { keptApi } from './kept.ts';
import { plansApi } from './plans.ts';
import { platformApi } from './platform.ts';
import { policyApi } from './policy.ts';
import { runtimeApi } from './runtime.ts';
import { tasksApi } from './tasks.ts';

/** Every operation of the public API. The server must answer each; CLI and portal use nothing else. */
export const api = {
  ...identityApi,
  ...catalogApi,
  ...plansApi,
  ...deliveryApi,
  ...runtimeApi,
  ...tasksApi,
  ...driftApi,
  ...keptApi,
  ...evidenceApi,
  ...eventsApi,
  ...platformApi,
  ...fleetApi,
  ...policyApi,
};
export type Api = typeof api;
export type ApiName = keyof Api;

export * from './catalog.ts';
export * from './delivery.ts';
export * from './drift.ts';
export * from './endpoint.ts';
export * from './events.ts';
export * from './evidence.ts';
export * from './fleet.ts';
export * from './identity.ts';
export * from './kept.ts';
export * from './plans.ts';
export * from './platform.ts';
export * from './policy.ts';
export * from './runtime.ts';
export * from './tasks.ts';
