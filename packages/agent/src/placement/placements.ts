import { readdirSync } from 'node:fs';
import path from 'node:path';
import {
  type DesiredPlacement,
  type ObservedPlacement,
  type Owner,
  PltfError,
} from '@pltf/contracts';
import type { PlacementState } from '../router/fallback.ts';
import { acceptDesired } from './accept-desired.ts';
import { releaseFolder } from './instance-launch.ts';
import { Placement } from './placement.ts';
import type { PlacementContext } from './placement-context.ts';
import type { PlacementRecord } from './placement-record.ts';
import { readRecord, removeRecord } from './record-file.ts';

/** All placements of this agent. */
export interface Placements {
  put(desired: DesiredPlacement): Promise<ObservedPlacement>;
  get(id: string): Placement;
  find(id: string): Placement | undefined;
  list(): readonly Placement[];
  /** True when nothing of it is left. */
  remove(id: string): Promise<boolean>;
  /** What visitors of a host without an instance are told. */
  fallback(host: string): PlacementState | undefined;
  uses(digest: string): boolean;
  restoreRoutes(): void;
  resume(): void;
  abandon(): Promise<void>;
  stopAll(): Promise<void>;
}

export function openPlacements(shared: Omit<PlacementContext, 'sweepReleases'>): Placements {
  const placements = new Map<string, Placement>();
  const putting = new Map<string, Promise<unknown>>();
  const context: PlacementContext = { ...shared, sweepReleases };

  async function sweepReleases(owner: Owner): Promise<void> {
    const account = await shared.sandbox.accounts.open(owner);
    const isUsed = (folder: string) =>
      [...placements.values()].some(({ record }) =>
        record.cohorts.some(
          (cohort) => releaseFolder(context, account, record.desired.id, cohort) === folder,
        ),
      );
    await shared.releases.sweep(account, isUsed);
  }

  const open = (record: PlacementRecord): Placement => {
    const { id } = record.desired;
    const placement = new Placement(context, record, () => placements.delete(id));
    placements.set(id, placement);
    return placement;
  };

  for (const name of readdirSync(shared.placementsFolder)) {
    const record = readRecord(path.join(shared.placementsFolder, name), new Date(shared.now()));
    if (record !== undefined) open(record);
  }

  const get = (id: string): Placement => {
    const placement = placements.get(id);
    if (placement === undefined) {
      throw new PltfError('not-found', { detail: `There is no placement ${id}.` });
    }
    return placement;
  };

  const create = async (desired: DesiredPlacement): Promise<Placement> => {
    // Revision 0 stands for the moment before the first wish, which `accept` then brings.
    const record = acceptDesired(undefined, desired, new Date(shared.now()));
    const before = { ...record, rollout: undefined, cohorts: [], sequence: 0, target: '' };
    const placement = open(before);
    try {
      await placement.accept(desired);
    } catch (error) {
      placements.delete(desired.id);
      await placement.stopInstances().catch(() => undefined);
      removeRecord(path.join(shared.placementsFolder, desired.id));
      throw error;
    }
    return placement;
  };

  const refuseTakenHosts = (desired: DesiredPlacement) => {
    for (const { record } of placements.values()) {
      if (record.desired.id === desired.id) continue;
      const taken = record.desired.hosts.find((host) => desired.hosts.includes(host));
      if (taken !== undefined) {
        throw new PltfError('conflict', {
          detail: `The host ${taken} leads to ${record.desired.id}, so ${desired.id} cannot have it.`,
          fix: `Remove the host from ${record.desired.id} first.`,
        });
      }
    }
  };

  const put = async (desired: DesiredPlacement): Promise<ObservedPlacement> => {
    refuseTakenHosts(desired);
    const known = placements.get(desired.id);
    if (known === undefined) return (await create(desired)).observed();
    await known.accept(desired);
    return known.observed();
  };

  return {
    get,
    find: (id) => placements.get(id),
    list: () => [...placements.values()],
    async put(desired) {
      // One after the other: two first wishes at once must not make two placements.
      const turn = (putting.get(desired.id) ?? Promise.resolve()).catch(() => undefined);
      const result = turn.then(() => put(desired));
      putting.set(desired.id, result);
      try {
        return await result;
      } finally {
        if (putting.get(desired.id) === result) putting.delete(desired.id);
      }
    },
    async remove(id) {
      const placement = placements.get(id);
      if (placement === undefined) return true;
      await placement.remove();
      return !placements.has(id);
    },
    fallback(host) {
      for (const placement of placements.values()) {
        const { record } = placement;
        if (!record.desired.hosts.includes(host)) continue;
        return { state: stateOf(placement), name: record.desired.owner.component };
      }
      return undefined;
    },
    uses: (digest) =>
      [...placements.values()].some(({ record }) =>
        [record.desired, ...record.cohorts].some(({ release }) => release.digest === digest),
      ),
    restoreRoutes: () => placements.forEach((placement) => placement.restoreRoute()),
    resume: () => placements.forEach((placement) => placement.resume()),
    async abandon() {
      await Promise.all([...placements.values()].map((placement) => placement.abandon()));
    },
    async stopAll() {
      await Promise.all([...placements.values()].map((placement) => placement.stopInstances()));
    },
  };
}

function stateOf(placement: Placement): PlacementState['state'] {
  const { phase } = placement.observed();
  if (phase === 'stopped' || phase === 'removing') return 'stopped';
  return phase === 'failed' ? 'failed' : 'starting';
}
