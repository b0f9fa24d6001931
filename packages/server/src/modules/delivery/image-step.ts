import type { PlatformFile, Spec } from '@pltf/contracts';
import { defaultBranch } from '../catalog/index.ts';
import { environmentsOf } from './deploy-rules.ts';

/** Where the images of a release go; undefined when nothing of it runs as an image that has to be made. */
export interface ImagePlace {
  readonly registry: string | undefined;
  /**
   * Where the release goes by itself needs it: its pipeline waits. Otherwise it is made meanwhile, or when somebody
   * takes the release to where it is needed.
   */
  readonly when: 'now' | 'meanwhile' | 'asked-for';
}

/** The spec's word for the image that the release itself is. */
const ownImage = '.';

/**
 * Whether an environment of the spec runs images, and where they go: the first registry in the platform's order, since
 * a registry serves engines of this machine too.
 */
export function imagePlace(
  spec: Spec,
  branch: string,
  platform: PlatformFile,
): ImagePlace | undefined {
  const places = platform.environments
    .filter(({ name, kind }) => {
      const image = spec.run[name]?.image ?? ownImage;
      const runs = kind === 'preview' || spec.environments.includes(name);
      return spec.run[name] !== undefined && runs && image === ownImage;
    })
    .flatMap(({ name, runtime }) => {
      const rule = platform.runtimes[runtime];
      const isImage =
        rule !== undefined && (rule.driver !== 'agent' || rule.isolation === 'docker');
      return isImage ? [{ name, registry: rule.registry }] : [];
    });
  if (places.length === 0) return undefined;
  const registry = places.find((place) => place.registry !== undefined)?.registry;
  const soon = environmentsOf(spec, branch, platform);
  if (places.some(({ name }) => soon.includes(name))) return { registry, when: 'now' };
  return { registry, when: branch === defaultBranch ? 'meanwhile' : 'asked-for' };
}
