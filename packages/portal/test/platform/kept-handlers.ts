import type { TestHandlers } from './handler-types.ts';
import { actorOf } from './handler-types.ts';
import { placementOf } from './lookup.ts';
import { tell, type World } from './world.ts';

type Names = 'listKept' | 'prune';

/** What is kept of the placements of the world until somebody confirms, by its name, that it may go. */
export const keptHandlers = (world: World): Pick<TestHandlers, Names> => ({
  listKept: ({ params }) => ({ items: [...(world.kept.get(params.placement) ?? [])] }),
  prune: ({ params, body: { confirm, why } }, asking) => {
    const { id, component } = placementOf(world, params.placement);
    const kept = world.kept.get(id) ?? [];
    const gone = kept.filter(({ what }) => confirm.includes(what)).map(({ what }) => what);
    world.kept.set(
      id,
      kept.filter(({ what }) => !gone.includes(what)),
    );
    tell(world, {
      ...{ type: 'object-pruned', actor: actorOf(asking), component, placement: id },
      summary: `Deleted for good: ${gone.join(', ')}`,
      ...(why === undefined ? {} : { why }),
    });
    return { gone };
  },
});
