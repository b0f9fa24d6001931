import { type FleetChangeView, PltfError } from '@pltf/contracts';
import type { TestHandlers } from './handler-types.ts';
import { minute, past } from './times.ts';

type Names =
  | 'listFleetChanges'
  | 'getFleetChange'
  | 'haltFleet'
  | 'resumeFleet'
  | 'abortFleet'
  | 'listFleetHolds'
  | 'holdPlacement'
  | 'releasePlacement';

const none = { waiting: 0, going: 0, done: 0, failed: 0, held: 0, back: 0 };

/** A change that the second ring did not bear. */
const halted = (): FleetChangeView => ({
  ...{ id: 'op_01', version: 3, state: 'halted', startedAt: past(50 * minute) },
  reason: 'billing.prod failed in europe: it did not become healthy in time',
  waves: [
    {
      ...{ ring: 'canary', soakMs: 10 * minute, maxFailures: 0, mandatory: true, current: false },
      ...{
        counts: { ...none, done: 2 },
        startedAt: past(50 * minute),
        passedAt: past(38 * minute),
      },
      members: [],
    },
    {
      ...{ ring: 'europe', soakMs: 60 * minute, maxFailures: 0, mandatory: false, current: true },
      ...{ counts: { ...none, done: 4, failed: 1 }, startedAt: past(38 * minute) },
      members: [
        {
          ...{ placement: 'billing.prod', state: 'failed' },
          reason: 'it did not become healthy in time',
        },
      ],
    },
  ],
});

/** One version of the platform on its way to clusters. */
export const fleetHandlers = (): Pick<TestHandlers, Names> => {
  const only = (): never => {
    throw new PltfError('forbidden', { detail: 'not through the portal' });
  };
  return {
    listFleetChanges: () => ({ items: [halted()] }),
    getFleetChange: halted,
    ...{ haltFleet: only, resumeFleet: only, abortFleet: only },
    listFleetHolds: () => ({ items: [] }),
    ...{ holdPlacement: only, releasePlacement: only },
  };
};
