import { setImmediate } from 'node:timers/promises';
import type { PlatformFile } from '@pltf/contracts';
import { isGone, placedUnder, planWaves, renderedChange, type WaveCandidate } from '@pltf/plan';
import { platformActor } from '../../kernel/events.ts';
import { newId } from '../../kernel/ids.ts';
import { transact } from '../../persistence/transaction.ts';
import type { Running } from '../platform/index.ts';
import type { Placement } from '../runtime/index.ts';
import { type Earlier, type FleetChange, isOpen } from './fleet-change.ts';
import { type FleetDependencies, fleetKeys, fleetReconciler } from './fleet-dependencies.ts';

const pageSize = 500;

/**
 * Has the platform's newest version go out when there is something on clusters that it changes. Whatever was on its way
 * is superseded: the newest is what everybody is to have. One that changes nothing is written down too: until it is known
 * what a version changes, nobody takes it ahead of its wave.
 */
export async function startNewest(dependencies: FleetDependencies): Promise<void> {
  const { db, clock, platform, store, queries } = dependencies;
  const { version } = platform.snapshot();
  const looked = await queries.lookedAt();
  if (looked !== undefined && looked >= version) return;
  const { candidates, before } = await touchedBy(dependencies);
  const { rings, environments } = platform.current();
  const nothing = candidates.length === 0;
  const now = clock.now();
  const change: FleetChange = {
    id: newId('op', now),
    toVersion: version,
    state: nothing ? 'finished' : 'running',
    waves: nothing ? [] : planWaves(rings, environments, candidates),
    ...{ before, reason: undefined, startedAt: now, finishedAt: nothing ? now : undefined },
  };
  await transact(db, async (tx) => {
    const open = await store.lockOpen(tx);
    if (open !== undefined && isOpen(open)) {
      await store.save(tx, { ...open, state: 'superseded', finishedAt: clock.now() });
    }
    await store.add(tx, change);
    if (nothing) return;
    tx.tell({
      ...{ type: 'fleet-started', actor: platformActor },
      summary: `Version ${version} of the platform goes out to ${candidates.length} placements in ${change.waves.length} waves`,
      data: { change: change.id, version },
    });
    tx.wake(fleetReconciler, fleetKeys.change);
  });
}

/** What runs on clusters and is rendered differently under the version in force than under the one that it has. */
async function touchedBy(dependencies: FleetDependencies) {
  const { running, queries, platform } = dependencies;
  const holds = new Map((await queries.holds()).map((hold) => [hold.placement, hold]));
  const candidates: WaveCandidate[] = [];
  const before: Record<string, Earlier> = {};
  const rules = Object.values(platform.current().runtimes);
  // Most platforms have no cluster: nothing of what runs is read for them.
  if (rules.every(({ driver }) => driver === 'agent')) return { candidates, before };
  for (let last = ''; ; ) {
    const page = await running.page(last, pageSize);
    const placements = await placementsOf(dependencies, page);
    for (const one of page) {
      const placement = placements.get(one.placement);
      if (placement === undefined) continue;
      const touch = await touchOf(dependencies, one, placement);
      if (touch === undefined) continue;
      const { platformVersion = 0, sized } = placement;
      before[one.placement] = {
        version: platformVersion,
        ...(sized === undefined ? {} : { sized }),
      };
      const hold = holds.get(one.placement);
      candidates.push({
        ...{ placement: one.placement, environment: one.environment },
        removal: touch === 'taken out',
        runtime: placement.runtime ?? '',
        held: hold === undefined ? undefined : `${hold.by} holds it: ${hold.why}`,
      });
    }
    const end = page.at(-1);
    if (end === undefined || page.length < pageSize) break;
    last = end.placement;
    await setImmediate();
  }
  return { candidates, before };
}

async function placementsOf(
  { runtimeQueries }: FleetDependencies,
  page: readonly Running[],
): Promise<ReadonlyMap<string, Placement>> {
  const found = await runtimeQueries.placementsNamed(page.map(({ placement }) => placement));
  return new Map(found.map((placement) => [placement.id, placement]));
}

/** Undefined: it stays as it is. Taken out is what an environment of its own version says nothing of any more. */
async function touchOf(
  { platform }: FleetDependencies,
  { placement: id, environment, branch, spec }: Running,
  placement: Placement,
): Promise<'changed' | 'taken out' | undefined> {
  const now = platform.snapshot();
  const rule = now.file.runtimes[placement.runtime ?? ''];
  if (rule === undefined || rule.driver === 'agent') return undefined;
  const version = placement.platformVersion ?? 0;
  if (version >= now.version) return undefined;
  const then = await platform.at(version);
  const gone = isGone(now.file, environment);
  // Nothing goes because a version cannot be read.
  if (then === undefined) return gone ? undefined : 'changed';
  if (gone) return isGone(then.file, environment) ? undefined : 'taken out';
  const under = (file: PlatformFile) =>
    placedUnder({ id, environment, branch, spec }, file)?.object;
  const touched = renderedChange(then.file, now.file).add({
    ...{ id, environment, before: under(then.file), after: under(now.file) },
  });
  return touched ? 'changed' : undefined;
}
