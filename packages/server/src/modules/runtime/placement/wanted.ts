import {
  ClusterSettings,
  type GoldenPathFacts,
  type PlacementObject,
  type PlatformFile,
} from '@pltf/contracts';
import { digestOf } from '@pltf/plan';
import type { PlatformSnapshot } from '../../../kernel/platform-source.ts';
import { placedObject } from '../../policy/index.ts';
import type { WantedPlacement } from '../runtime-driver.ts';
import type { PlacementEnds } from '../runtime-queries.ts';
import { scheduleIn } from '../schedule/schedule-rules.ts';
import { desiredPlacement, runtimeWay, type Surroundings } from './desired.ts';
import type { Placement, ReleaseToPlace } from './placement.ts';
import { calleePeers, calleesOf, callerPeers, labelOf } from './placement-edges.ts';

export interface WantedFacts {
  readonly platform: PlatformSnapshot;
  readonly goldenPaths: readonly GoldenPathFacts[];
  readonly surroundings: Surroundings;
  readonly ends: PlacementEnds;
}

/**
 * All that a driver is told of a placement: a pure function of its row, the release behind it, the other ends of its
 * edges and the platform. Undefined where the platform file has no such environment (any more).
 */
export function wantedPlacement(
  placement: Placement,
  source: ReleaseToPlace,
  { platform, goldenPaths, surroundings, ends }: WantedFacts,
): WantedPlacement | undefined {
  const { environment } = placement;
  const { file } = platform;
  const object = objectOf(placement, source, platform, goldenPaths);
  if (object === undefined) return undefined;
  const way = runtimeWay(file, placement, source, surroundings);
  return {
    desired: desiredPlacement(placement, source, way),
    object,
    callers: callerPeers(ends),
    callees: calleePeers(calleesOf(file, environment, source), environment, ends),
    schedule: scheduleIn(source.spec, environment),
    stamp: {
      specHash: digestOf(source.spec),
      platformVersion: String(placement.platformVersion ?? 0),
    },
    ...clusterOf(file, placement),
  };
}

/** A runtime that a version of the platform does not have, or has elsewhere, is rendered for as its driver knows it. */
function clusterOf(
  { runtimes }: PlatformFile,
  { runtime }: Placement,
): Pick<WantedPlacement, 'cluster'> {
  const rule = runtimes[runtime ?? ''];
  return rule === undefined || rule.driver === 'agent'
    ? {}
    : { cluster: ClusterSettings.parse(rule) };
}

/** What guardrails see, with what is so of this placement: its own label, hosts, size and number of instances. */
function objectOf(
  placement: Placement,
  source: ReleaseToPlace,
  { file }: PlatformSnapshot,
  goldenPaths: readonly GoldenPathFacts[],
): PlacementObject | undefined {
  const { id, component, environment, branch, instances, release, revision } = placement;
  const placed = { placement: id, owner: source.team, spec: source.spec };
  const place = { component, environment, branch, instances, release, revision };
  const object = placedObject({ ...placed, ...place }, file, goldenPaths);
  if (object === undefined) return undefined;
  const { spec } = object;
  const { memoryMiB, cpu } = placement.sized ?? spec.run;
  const [first] = spec.routes;
  return {
    ...object,
    metadata: { ...object.metadata, name: labelOf(placement) },
    spec: {
      ...spec,
      run: { ...spec.run, memoryMiB, cpu },
      routes: placement.hosts.flatMap((host) => {
        // A label that was taken already has another host than the plan expects.
        const route = spec.routes.find((one) => one.host === host) ?? first;
        return route === undefined ? [] : [{ ...route, host }];
      }),
    },
  };
}
