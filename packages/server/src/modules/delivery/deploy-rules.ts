import type { PlatformFile, Spec } from '@pltf/contracts';
import { durationMs } from '@pltf/plan';
import { defaultBranch } from '../catalog/index.ts';
import type { PlaceRequest } from '../runtime/index.ts';
import type { Release } from './release.ts';

/**
 * Where a fresh release goes by itself: the preview of its branch (with a time to live, but for the default
 * branch's), and, from the default branch, every environment that follows it.
 */
export function placesOf(
  release: Release,
  platform: PlatformFile,
  actor: string,
  now: Date,
): readonly PlaceRequest[] {
  const { spec, branch } = release;
  const isDefault = branch === defaultBranch;
  return goesTo(spec, branch, platform).map((environment) => {
    const preview = environment.kind === 'preview';
    const ttl =
      preview && !isDefault && environment.ttl !== undefined
        ? durationMs(environment.ttl)
        : undefined;
    const expiresAt = ttl === undefined ? undefined : new Date(now.getTime() + ttl);
    return placeRequest(release, environment.name, preview && !isDefault ? branch : undefined, {
      expiresAt,
      kind: 'deploy',
      actor,
      why: undefined,
    });
  });
}

function goesTo(
  spec: Spec,
  branch: string,
  platform: PlatformFile,
): readonly PlatformFile['environments'][number][] {
  return platform.environments.filter(
    ({ name, kind, follows }) =>
      kind === 'preview' ||
      (branch === defaultBranch &&
        follows === 'default-branch' &&
        spec.environments.includes(name)),
  );
}

/** The names of the environments that a fresh release of a branch goes to by itself. */
export const environmentsOf = (
  spec: Spec,
  branch: string,
  platform: PlatformFile,
): readonly string[] => goesTo(spec, branch, platform).map(({ name }) => name);

export function placeRequest(
  release: Release,
  environment: string,
  branch: string | undefined,
  how: Pick<PlaceRequest, 'expiresAt' | 'newestPlatform' | 'kind' | 'actor' | 'why'>,
): PlaceRequest {
  return {
    component: release.component,
    environment,
    branch,
    release: release.number,
    instances: instancesIn(release.spec, environment),
    size: sizeIn(release.spec, environment),
    routes: release.spec.routes[environment] ?? [],
    serves: release.spec.kind === 'service' || release.spec.kind === 'site',
    image: release.spec.run[environment]?.image,
    ...how,
  };
}

function sizeIn(spec: Spec, environment: string): PlaceRequest['size'] {
  const run = spec.run[environment];
  return run === undefined ? undefined : { size: run.size, memoryMiB: run.memoryMiB, cpu: run.cpu };
}

/** A preview needs one instance, whatever production has. */
function instancesIn(
  spec: Spec,
  environment: string,
): { readonly minimum: number; readonly maximum: number } {
  const range = spec.run[environment]?.instances ?? { minimum: 1, maximum: 1 };
  return spec.environments.includes(environment) ? range : { minimum: 1, maximum: range.maximum };
}
