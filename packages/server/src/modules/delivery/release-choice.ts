import { PltfError } from '@pltf/contracts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Component, defaultBranch } from '../catalog/index.ts';
import { knownRelease, type Placement, type RuntimeQueries } from '../runtime/index.ts';
import type { DeliveryQueries } from './delivery-queries.ts';
import type { Release } from './release.ts';
import { promotionOf } from './release-rules.ts';

export interface ReleaseChoiceDependencies {
  readonly queries: DeliveryQueries;
  readonly runtimeQueries: RuntimeQueries;
  readonly platform: PlatformSource;
}

/** The release that serves in one environment, for the next one. */
export async function promoted(
  { queries, runtimeQueries, platform }: ReleaseChoiceDependencies,
  component: Component,
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<{ readonly release: Release; readonly to: string }> {
  if (component.spec === undefined) {
    throw new PltfError('bad-request', {
      detail: `${component.name} has no release yet`,
      fix: `Push to ${defaultBranch}.`,
    });
  }
  const { from, to } = promotionOf(component.spec, platform.current(), asked);
  const source = (await runtimeQueries.placementsOf([component.name])).find(
    ({ environment, branch }) => environment === from && branch === undefined,
  );
  const number = source === undefined ? undefined : knownRelease(source);
  if (number === undefined && source !== undefined && source.runState === 'running') {
    throw new PltfError('rollout-in-progress', {
      detail: `release ${source.release} is still on its way to ${from}`,
      fix: `Wait for it to serve there: \`pltf show ${component.name}\`.`,
    });
  }
  if (number === undefined) {
    throw new PltfError('bad-request', {
      detail: `nothing serves in ${from}, so there is nothing to promote to ${to}`,
      fix: `Deploy to ${from} first: \`pltf deploy ${component.name} --env ${from}\`.`,
    });
  }
  return { release: await kept(queries, component.name, number), to };
}

/** The release asked for, or the newest of the placement's branch. */
export async function toDeploy(
  queries: DeliveryQueries,
  placement: Placement,
  asked: number | undefined,
): Promise<Release> {
  if (asked !== undefined) return kept(queries, placement.component, asked);
  const newest = await queries.newestRelease(
    placement.component,
    placement.branch ?? defaultBranch,
  );
  if (newest === undefined)
    throw new PltfError('bad-request', {
      detail: `${placement.component} has no release yet`,
      fix: 'Push a commit.',
    });
  return newest;
}

/** A release that is still there. */
export async function kept(
  queries: DeliveryQueries,
  component: string,
  number: number,
): Promise<Release> {
  const release = await queries.release(component, number);
  if (release.collectedAt !== undefined) {
    throw new PltfError('release-collected', {
      detail: `release ${number} of ${component} was collected`,
    });
  }
  return release;
}
