import type { RequestCounts } from '../router/placement-counters.ts';

/** What placements need of the router. */
export interface TrafficRouter {
  /** Swaps the whole route in one step. */
  setRoute(
    placementId: string,
    route: {
      readonly hosts: readonly string[];
      readonly backends: readonly {
        readonly instanceId: string;
        readonly port: number;
        readonly address?: string;
      }[];
    },
  ): void;
  /** Takes instances out of every route; resolves when nothing is in flight to them, or was cut. */
  retire(
    instanceIds: readonly string[],
    options: { readonly deadlineMs: number },
  ): Promise<{ readonly drained: number; readonly cut: number; readonly websocketsClosed: number }>;
  hold(placementId: string, maximumMs: number): void;
  release(placementId: string): void;
  removeRoute(placementId: string): void;
  /** Begins a window of counting for a rollout. */
  mark(placementId: string): void;
  window(placementId: string): RequestCounts | undefined;
  counters(placementId: string): RequestCounts | undefined;
}
