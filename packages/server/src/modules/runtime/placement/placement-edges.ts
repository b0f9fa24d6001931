import { isDeepStrictEqual } from 'node:util';
import type { PlatformFile } from '@pltf/contracts';
import { placementAddress } from '@pltf/plan';
import type { Peer } from '@pltf/plan/render';
import { type Db, transact } from '../../../persistence/transaction.ts';
import { placementReconciler } from '../loops.ts';
import type { PlacementEnds, RuntimeQueries } from '../runtime-queries.ts';
import type { RuntimeStore } from '../runtime-store.ts';
import type { Placement, PlacementEdges, ReleaseToPlace } from './placement.ts';

/** The first part of a placement's id. */
export const labelOf = ({ id, environment }: Pick<Placement, 'id' | 'environment'>): string =>
  id.slice(0, -(environment.length + 1));

/** A placement that another one calls. */
export interface Callee {
  readonly id: string;
  readonly host: string;
  readonly component: string;
}

/** Services that a release declares as needs, by the name that each has in the program. */
export function calleesOf(
  platform: PlatformFile,
  environment: string,
  { needs }: Pick<ReleaseToPlace, 'needs'>,
): Readonly<Record<string, Callee>> {
  return Object.fromEntries(
    Object.entries(needs).flatMap(([need, what]) =>
      what.kind === 'service'
        ? [
            [
              need,
              {
                ...placementAddress(platform, what.service, environment),
                component: what.service,
              },
            ] as const,
          ]
        : [],
    ),
  );
}

export const callerPeers = ({ callers }: PlacementEnds): readonly Peer[] =>
  callers.map(({ id, component, environment }) => ({
    label: labelOf({ id, environment }),
    ...{ component, environment },
  }));

export const calleePeers = (
  callees: Readonly<Record<string, Callee>>,
  environment: string,
  { ports, morePorts }: PlacementEnds,
): Readonly<Record<string, Peer>> =>
  Object.fromEntries(
    Object.entries(callees).map(([need, { id, component }]) => {
      const more = morePorts.get(id) ?? [];
      const peer = { label: labelOf({ id, environment }), component, environment };
      const port = ports.get(id);
      return [need, { ...peer, port, ...(more.length === 0 ? {} : { morePorts: more }) }];
    }),
  );

/** Whom a placement's edges concern when they change: ids to look at again. */
export function concerned(
  before: PlacementEdges,
  now: PlacementEdges,
  callers: readonly string[],
): readonly string[] {
  const moved = [
    ...before.calls.filter((id) => !now.calls.includes(id)),
    ...now.calls.filter((id) => !before.calls.includes(id)),
  ];
  return listensAlike(before, now) ? moved : [...moved, ...callers];
}

const listensAlike = (before: PlacementEdges, now: PlacementEdges): boolean =>
  before.port === now.port && isDeepStrictEqual(before.morePorts, now.morePorts);

/**
 * Writes down whom the placement calls, and what it listens on, when that is new; the other ends are woken, since
 * both sides of an edge permit it. Answers with what is at the other ends.
 */
export async function keepEdges(
  { db, store, queries }: EdgeStore,
  placement: Placement,
  edges: PlacementEdges,
): Promise<PlacementEnds> {
  const ends = await queries.ends({ id: placement.id, calls: edges.calls });
  if (!listensAlike(placement, edges) || placement.calls.join() !== edges.calls.join()) {
    const callers = ends.callers.map(({ id }) => id);
    await transact(db, async (tx) => {
      await store.setEdges(tx, placement.id, edges);
      for (const id of concerned(placement, edges, callers)) tx.wake(placementReconciler, id);
    });
  }
  return ends;
}

interface EdgeStore {
  readonly db: Db;
  readonly store: Pick<RuntimeStore, 'setEdges'>;
  readonly queries: Pick<RuntimeQueries, 'ends'>;
}
