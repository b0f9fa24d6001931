export type { AccessLogOptions, AccessLogState } from './access-log.ts';
export type { Fallback, PlacementState } from './fallback.ts';
export type { RouterLimits, RouterOptions, RouterTimeouts } from './options.ts';
export type { PlacementCounts, RequestCounts } from './placement-counters.ts';
export type { Retired } from './retirement.ts';
export { createRouter, type ListenAddress, type Router } from './router.ts';
export type { BackendAddress, PlacedRoute, Route } from './routing-table.ts';
