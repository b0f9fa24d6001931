import type { EvidenceInstance, PlacementEvidence } from '@pltf/contracts';
import { maskPersonalData, masksLogs } from '@pltf/plan';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import type { Component } from '../catalog/index.ts';
import { fresh } from './observation/fresh-observation.ts';
import type { Placement } from './placement/placement.ts';
import type { RuntimeEvidence } from './runtime-driver.ts';
import type { ViewContext } from './runtime-views.ts';
import type { Runtimes } from './runtimes.ts';

interface EvidenceDependencies {
  readonly runtimes: Runtimes;
  readonly viewContext: () => ViewContext;
}

type Authorize = (
  id: string,
  context: RequestContext,
) => Promise<{ readonly placement: Placement; readonly component: Component }>;

const nothing: RuntimeEvidence = { objects: [], events: [], instances: [], missing: [] };

/** What a runtime has of a placement, for whoever looks into a fault. */
export function evidenceHandlers(
  { runtimes, viewContext }: EvidenceDependencies,
  authorized: Authorize,
): HandlersOf<'getPlacementEvidence'> {
  return {
    getPlacementEvidence: async ({ params }, context): Promise<PlacementEvidence> => {
      const { placement, component } = await authorized(params.placement, context);
      const driver = await runtimes.of(placement);
      const [[seen = placement], found = nothing] = await Promise.all([
        fresh(runtimes, [placement], context.signal),
        driver.evidence?.(placement.id, context.signal),
      ]);
      const { now, runtimeOf } = viewContext();
      const about = {
        ...{ placement: placement.id, runtime: runtimeOf(placement), asOf: now.toISOString() },
        ...(seen.observed === undefined ? {} : { observed: seen.observed }),
      };
      const isMasked = masksLogs(component.spec, placement.environment);
      return { ...about, ...(isMasked ? masked(found) : found) };
    },
  };
}

/** Programs write of people: what they wrote is masked as their logs are. */
const masked = (found: RuntimeEvidence): RuntimeEvidence => ({
  ...found,
  events: found.events.map((one) => ({ ...one, message: maskPersonalData(one.message) })),
  instances: found.instances.map(maskedInstance),
});

const maskedInstance = (instance: EvidenceInstance): EvidenceInstance => ({
  ...instance,
  containers: instance.containers.map((one) => ({
    ...one,
    log: one.log.map(maskPersonalData),
    logBefore: one.logBefore.map(maskPersonalData),
  })),
});
