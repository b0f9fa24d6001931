import type { Reconciler } from '../engine/reconciler.ts';
import { createRepositoryReconciler } from '../modules/repos/index.ts';
import { deliveryRoom } from './delivery-room.ts';
import type { Foundation, Upwards } from './foundation.ts';
import { groundFloor } from './ground-floor.ts';
import { pathsRoom } from './paths-room.ts';
import { runtimeRoom } from './runtime-room.ts';

/** Builds the rooms from the ground up. Starts nothing. */
export function compose(foundation: Foundation) {
  const upwards: Upwards = {};
  const ground = groundFloor(foundation, upwards);
  const runtime = runtimeRoom(foundation, ground, upwards);
  const delivery = deliveryRoom(foundation, ground, runtime, upwards);
  const paths = pathsRoom(foundation, ground, runtime, delivery);
  upwards.delivery = delivery.service;
  upwards.paths = paths.service;
  const reconcilers: readonly Reconciler[] = [
    createRepositoryReconciler(ground.repos),
    ...runtime.reconcilers,
    ...delivery.reconcilers,
    ...paths.reconcilers,
  ];
  return { ...ground, runtime, delivery, paths, reconcilers };
}

export type Rooms = ReturnType<typeof compose>;
