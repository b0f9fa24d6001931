import { engineOf } from './instance-engine.ts';
import type { PlacementContext } from './placement-context.ts';
import { cohortOf, type PlacementRecord } from './placement-record.ts';

/** What the router does for one placement. */
export interface PlacementRoute {
  /** Instances that the router really has. */
  readonly routed: ReadonlySet<string>;
  /** Tells the router what the record says. */
  apply(record: PlacementRecord): void;
  /** After a restart of the agent: as it was, and held if it was. */
  restore(record: PlacementRecord): void;
  hold(): void;
  letGo(): void;
  /** Resolves when nothing is in flight to the instance; false when it was drained anew meanwhile. */
  drain(id: string, deadlineMs: number): Promise<boolean>;
  remove(): void;
}

/** Requests wait at most this long for an instance that has to stop before the next one starts. */
const holdMs = 60_000;

export function createPlacementRoute(
  context: Pick<PlacementContext, 'router' | 'engines' | 'now'>,
  placement: string,
): PlacementRoute {
  const { router } = context;
  // An instance that was called back and drained again ends only once.
  const drains = new Map<string, symbol>();
  let routed: ReadonlySet<string> = new Set();

  const apply = (record: PlacementRecord) => {
    if (!record.desired.run.serves) return;
    const backends = record.routed.flatMap((id) => {
      const instance = record.instances.find((one) => one.id === id);
      if (instance?.port === undefined) return [];
      const { port, address, cohort } = instance;
      const engine = engineOf(context.engines, cohortOf(record, cohort));
      if (!engine.mayRun(instance)) return [];
      return [{ instanceId: id, port, ...(address === undefined ? {} : { address }) }];
    });
    router.setRoute(placement, { hosts: record.routedHosts, backends });
    routed = new Set(backends.map(({ instanceId }) => instanceId));
  };

  return {
    get routed() {
      return routed;
    },
    apply,
    restore(record) {
      if (record.routedHosts.length > 0) apply(record);
      const { heldSince } = record;
      if (heldSince === undefined) return;
      router.hold(placement, Math.max(1, heldSince + holdMs - context.now()));
    },
    hold: () => router.hold(placement, holdMs),
    letGo: () => router.release(placement),
    async drain(id, deadlineMs) {
      const turn = Symbol(id);
      drains.set(id, turn);
      await router.retire([id], { deadlineMs });
      if (drains.get(id) !== turn) return false;
      drains.delete(id);
      return true;
    },
    remove: () => router.removeRoute(placement),
  };
}
