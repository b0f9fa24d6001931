import { PltfError, type ReleaseImage } from '@pltf/contracts';
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

interface OfRelease {
  readonly component: string;
  readonly release: number;
}

type Images = 'getReleaseImage' | 'getReleaseSbom' | 'getReleaseProvenance';

/** HTTP to domain for images of releases, what is in them and where they came from. */
export function releaseImageRoutes({
  catalog,
  queries,
  images,
}: ReleaseImageRoutesDependencies): HandlersOf<Images> {
  const digestOf = async (params: OfRelease, context: RequestContext): Promise<string> => {
    await ownerOf(catalog, params.component, context);
    const release = await queries.findRelease(params.component, params.release);
    if (release !== undefined) return release.digest;
    throw new PltfError('not-found', {
      detail: `${params.component} has no release ${params.release}`,
    });
  };
  const imageOf = async (params: OfRelease, context: RequestContext): Promise<ReleaseImage> => {
    const image = await images.find(await digestOf(params, context));
    if (image !== undefined) return image;
    throw new PltfError('not-found', {
      detail: `release ${params.release} of ${params.component} has no image`,
      fix: 'A release gets one when it goes to an environment on containers or on a cluster: `runtime:` of the platform file says which those are, and `pltf deploy` makes up for it.',
    });
  };
  const documentOf = async (
    params: OfRelease,
    context: RequestContext,
    name: 'sbom' | 'provenance',
  ) => {
    const { release, state } = await imageOf(params, context);
    if (state === 'ready') return images.document(release, name);
    throw new PltfError('not-found', {
      detail: `the image of release ${params.release} of ${params.component} is ${state}`,
      fix: '`pltf release image NAME NUMBER` says how it stands.',
    });
  };
  return {
    getReleaseImage: async ({ params }, context) =>
      imageView(params.component, params.release, await imageOf(params, context)),
    getReleaseSbom: async ({ params }, context) => documentOf(params, context, 'sbom'),
    getReleaseProvenance: async ({ params }, context) => documentOf(params, context, 'provenance'),
  };
}
