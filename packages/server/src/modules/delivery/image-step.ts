import type { PlatformFile, Spec } from '@pltf/contracts';

/** Where the images of a release go; undefined when nothing of it runs as an image that has to be made. */
export interface ImagePlace {
  readonly registry: string | undefined;
}

/** The spec's word for the image that the release itself is. */
const ownImage = '.';

/**
 * Whether an environment of the spec runs images, and where they go: the first registry in the platform's order, since
 * a registry serves engines of this machine too.
 */
export function imagePlace(spec: Spec, platform: PlatformFile): ImagePlace | undefined {
  const rules = platform.environments
    .filter(({ name, kind }) => {
      const image = spec.run[name]?.image ?? ownImage;
      const runs = kind === 'preview' || spec.environments.includes(name);
      return spec.run[name] !== undefined && runs && image === ownImage;
    })
    .map(({ runtime }) => platform.runtimes[runtime])
    .filter((rule) => rule !== undefined)
    .filter((rule) => rule.driver !== 'agent' || rule.isolation === 'docker');
  if (rules.length === 0) return undefined;
  return { registry: rules.find(({ registry }) => registry !== undefined)?.registry };
}
