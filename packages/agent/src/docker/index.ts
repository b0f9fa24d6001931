import type { ContainerEngine } from '@pltf/contracts';
import type { Logger } from 'pino';
import type { InstanceEngine } from '../placement/instance-engine.ts';
import type { ReleaseCommands } from '../placement/release-command.ts';
import type { ReleaseStore } from '../release/release-store.ts';
import type { Accounts } from '../sandbox/accounts.ts';
import type { ContainerTaskPlanner, TaskEngine } from '../work/task-engine.ts';
import { createContainerEngine } from './container-engine.ts';
import { createTaskPlanner } from './container-plan.ts';
import { createContainerTasks } from './container-tasks.ts';
import { createContainers } from './containers.ts';
import type { EdgeRouter } from './edge-router.ts';
import { openEngineAccess } from './engine-access.ts';
import { openImageFiles } from './images/image-files.ts';
import { createRegistryAccess } from './images/registry-access.ts';
import { createReleaseImages, type ReleaseImages } from './images/release-images.ts';
import { createNetworks } from './networks.ts';
import { sweepContainers } from './stray-containers.ts';

export interface DockerOptions {
  /** `unix:///var/run/docker.sock` or `tcp://host:port`; need not answer. */
  readonly host: string;
  /** Docker's own `config.json`, with the credentials of registries. */
  readonly registryConfig: string | undefined;
  readonly agent: string;
  readonly imagesFolder: string;
  readonly releases: ReleaseStore;
  readonly accounts: Accounts;
  readonly log: Logger;
  readonly now: () => Date;
}

/** What is in use, asked in the moment something else is removed. */
export interface DockerUse {
  readonly environment: (name: string, without: string) => boolean;
  readonly release: (digest: string, without: string) => boolean;
}

/** Everything of the agent that goes through a Docker Engine. */
export interface Docker {
  readonly images: ReleaseImages;
  readonly tasks: TaskEngine;
  readonly taskPlans: ContainerTaskPlanner;
  instances(options: {
    readonly commands: ReleaseCommands;
    readonly edges: EdgeRouter;
    readonly use: DockerUse;
  }): InstanceEngine;
  facts(): Promise<ContainerEngine>;
  /** Removes containers that no record knows, then what else nobody needs. Waits for the engine. */
  sweep(isKnown: (unit: string) => boolean, use: DockerUse): Promise<void>;
  /** Removes networks and images that nobody needs; what the engine does not do now, a later call does. */
  tidy(use: DockerUse, without?: string): Promise<void>;
  close(): Promise<void>;
}

export function openDocker(options: DockerOptions): Docker {
  const { agent, log, releases, accounts, now } = options;
  const access = openEngineAccess({ host: options.host, agent, log });
  const containers = createContainers(access.client, agent);
  const networks = createNetworks(access.client, agent);
  const images = createReleaseImages({
    ...{ access, agent, releases, log, now },
    registries: createRegistryAccess(options.registryConfig, options.host),
    files: openImageFiles(options.imagesFolder),
  });
  const tidy = async (use: DockerUse, without = '') => {
    try {
      await networks.sweep((environment) => use.environment(environment, without));
      await images.sweep((release) => use.release(release, without));
    } catch (error) {
      log.warn({ err: error }, 'networks or images that nobody needs could not be removed');
    }
  };
  return {
    images,
    tidy,
    tasks: createContainerTasks({ access, containers, networks, agent }),
    taskPlans: createTaskPlanner(accounts, images),
    instances: ({ commands, edges, use }) =>
      createContainerEngine({
        ...{ access, containers, networks, images, accounts, commands, edges, agent },
        tidy: (placement) => tidy(use, placement),
      }),
    facts: () => access.facts(),
    async sweep(isKnown, use) {
      await sweepContainers({ access, containers, log, isKnown });
      await tidy(use);
    },
    close: () => access.close(),
  };
}
