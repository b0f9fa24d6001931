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
  if (spec.kind === 'job') return [];
  const isDefault = branch === defaultBranch;
  return platform.environments.flatMap((environment) => {
    const preview = environment.kind === 'preview';
    const follows =
      isDefault &&
      environment.follows === 'default-branch' &&
      spec.environments.includes(environment.name);
    if (!preview && !follows) return [];
    const ttl =
      preview && !isDefault && environment.ttl !== undefined
        ? durationMs(environment.ttl)
        : undefined;
    const expiresAt = ttl === undefined ? undefined : new Date(now.getTime() + ttl);
    return [
      placeRequest(release, environment.name, preview && !isDefault ? branch : undefined, {
        expiresAt,
        kind: 'deploy',
        actor,
        why: undefined,
      }),
    ];
  });
}

export function placeRequest(
  release: Release,
  environment: string,
  branch: string | undefined,
  how: Pick<PlaceRequest, 'expiresAt' | 'kind' | 'actor' | 'why'>,
): PlaceRequest {
  return {
    component: release.component,
    environment,
    branch,
    release: release.number,
    instances: instancesIn(release.spec, environment),
    routes: release.spec.routes[environment] ?? [],
    serves: release.spec.kind === 'service' || release.spec.kind === 'site',
    ...how,
  };
}

/** A preview needs one instance, whatever production has. */
function instancesIn(
  spec: Spec,
  environment: string,
): { readonly minimum: number; readonly maximum: number } {
  const range = spec.run[environment]?.instances ?? { minimum: 1, maximum: 1 };
  return spec.environments.includes(environment) ? range : { minimum: 1, maximum: range.maximum };
}
