import { CommitId, Digest } from '@pltf/contracts';
import type { CatalogQueries } from '../catalog/index.ts';
import type { ReleaseSource } from '../runtime/index.ts';
import type { DeliveryQueries } from './delivery-queries.ts';

/** What runtime asks of delivery: what is behind a release number, for one environment. */
export function releaseSource(queries: DeliveryQueries, catalog: CatalogQueries): ReleaseSource {
  return {
    toPlace: async (component, number, environment) => {
      const [release, owner] = await Promise.all([
        queries.findRelease(component, number),
        catalog.find(component),
      ]);
      const run = release?.spec.run[environment];
      if (
        release === undefined ||
        release.collectedAt !== undefined ||
        run === undefined ||
        owner === undefined ||
        release.spec.kind === 'resource'
      )
        return undefined;
      return {
        kind: release.spec.kind,
        team: owner.owner,
        run,
        spec: release.spec,
        needs: release.spec.needs[environment] ?? {},
        release: {
          id: release.id,
          number,
          digest: Digest.parse(release.digest),
          commit: CommitId.parse(release.commit),
        },
      };
    },
  };
}
