import { type PlacementView, PltfError } from '@pltf/contracts';
import type { TestHandlers } from './handler-types.ts';
import { placementOf } from './lookup.ts';
import { tell, type World } from './world.ts';

type Names = 'listDrift' | 'getDrift' | 'revertDrift' | 'adoptDrift';

/** Drift of the placements of the world: what they say of it, and what becomes of it. */
export const driftHandlers = (world: World): Pick<TestHandlers, Names> => ({
  listDrift: () => ({ items: [] }),
  getDrift: ({ params }) => ({
    placement: params.placement,
    asOf: new Date().toISOString(),
    items: placementOf(world, params.placement).drift.map((field) => ({ ...field, times: 1 })),
  }),
  revertDrift: ({ params }) => {
    const placement: PlacementView = placementOf(world, params.placement);
    const reverted = placement.drift;
    placement.drift = [];
    tell(world, {
      ...{ type: 'drift-reverted', actor: 'ana', component: placement.component },
      ...{ placement: placement.id, summary: 'Took back what was changed' },
    });
    return { reverted };
  },
  adoptDrift: ({ params }) => {
    throw new PltfError('drift-not-adoptable', {
      detail: `the thin file cannot say what drifted in ${params.placement}`,
    });
  },
});
