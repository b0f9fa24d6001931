import { PltfError } from '@pltf/contracts';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import type { CatalogQueries } from '../catalog/index.ts';
import type { DeliveryQueries } from './delivery-queries.ts';
import { ownerOf } from './delivery-routes.ts';
import { imageView } from './delivery-views.ts';
import type { ImageBuilder } from './image-builder.ts';

export interface ReleaseImageRoutesDependencies {
  readonly catalog: CatalogQueries;
  readonly queries: DeliveryQueries;
  readonly images: ImageBuilder;
}

type Images = 'getReleaseImage' | 'getReleaseSbom' | 'getReleaseProvenance';

/** HTTP to domain for images of releases, what is in them and where they came from. */
export function releaseImageRoutes({
  catalog,
  queries,
  images,
}: ReleaseImageRoutesDependencies): HandlersOf<Images> {
  const digestOf = async (
    params: { readonly component: string; readonly release: number },
    context: RequestContext,
  ): Promise<string> => {
    await ownerOf(catalog, params.component, context);
    const release = await queries.findRelease(params.component, params.release);
    if (release !== undefined) return release.digest;
    throw new PltfError('not-found', {
      detail: `${params.component} has no release ${params.release}`,
    });
  };
  return {
    getReleaseImage: async ({ params }, context) => {
      const image = await images.find(await digestOf(params, context));
      if (image !== undefined) return imageView(params.component, params.release, image);
      throw new PltfError('not-found', {
        detail: `release ${params.release} of ${params.component} has no image`,
        fix: 'A release has one where an environment of its service runs on containers.',
      });
    },
    getReleaseSbom: async ({ params }, context) =>
      images.document(await digestOf(params, context), 'sbom'),
    getReleaseProvenance: async ({ params }, context) =>
      images.document(await digestOf(params, context), 'provenance'),
  };
}
