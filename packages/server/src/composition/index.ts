import type { Reconciler } from '../engine/reconciler.ts';
import { createRepositoryReconciler } from '../modules/repos/index.ts';
import { deliveryRoom } from './delivery-room.ts';
import { fleetRoom } from './fleet-room.ts';
import type { Foundation, Upwards } from './foundation.ts';
import { groundFloor } from './ground-floor.ts';
import { pathsRoom } from './paths-room.ts';
import { platformRoom } from './platform-room.ts';
import { policyRoom } from './policy-room.ts';
import { runtimeRoom } from './runtime-room.ts';

/** Builds the rooms from the ground up. Starts nothing. */
export function compose(foundation: Foundation) {
  const upwards: Upwards = {};
  const ground = groundFloor(foundation, upwards);
  const platform = platformRoom(foundation, ground);
  const policy = policyRoom(foundation, ground);
  const runtime = runtimeRoom(foundation, ground, policy, upwards);
  const delivery = deliveryRoom(foundation, ground, runtime, policy, upwards);
  const paths = pathsRoom(foundation, ground, runtime, delivery, policy);
  const fleet = fleetRoom(foundation, runtime);
  upwards.fleet = fleet.service;
  upwards.delivery = delivery.service;
  upwards.paths = paths.service;
  const reconcilers: readonly Reconciler[] = [
    createRepositoryReconciler(ground.repos),
    ...platform.reconcilers,
    ...policy.reconcilers,
    ...runtime.reconcilers,
    ...delivery.reconcilers,
    ...paths.reconcilers,
    ...fleet.reconcilers,
  ];
  return { ...ground, platform, policy, runtime, delivery, paths, fleet, reconcilers };
}

export type Rooms = ReturnType<typeof compose>;
