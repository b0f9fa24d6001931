import { catalogueHandlers } from './catalogue-handlers.ts';
import { clusterHandlers } from './cluster-handlers.ts';
import { driftHandlers } from './drift-handlers.ts';
import { fleetHandlers } from './fleet-handlers.ts';
import { platformHandlers } from './governance/platform-handlers.ts';
import { policyHandlers } from './governance/policy-handlers.ts';
import type { TestHandlers } from './handler-types.ts';
import { identityHandlers } from './identity-handlers.ts';
import { imageHandlers } from './image-handlers.ts';
import { keptHandlers } from './kept-handlers.ts';
import { runtimeHandlers } from './runtime-handlers.ts';
import type { World } from './world.ts';

/** Answers of the whole API over the world. */
export const handlersOf = (world: World): TestHandlers => ({
  ...identityHandlers(world),
  ...catalogueHandlers(world),
  ...runtimeHandlers(world),
  ...driftHandlers(world),
  ...keptHandlers(world),
  ...clusterHandlers,
  ...imageHandlers,
  ...policyHandlers(world),
  ...platformHandlers(world),
  ...fleetHandlers(),
});
