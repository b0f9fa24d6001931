import { createHash } from 'node:crypto';
import path from 'node:path';
import type { DesiredPlacement } from '@pltf/contracts';
import type { LogStore } from '../logs/log-store.ts';
import type { InstanceEngine, InstanceOrder, InstanceRun } from '../placement/instance-engine.ts';
import { instanceProcesses } from '../placement/instance-launch.ts';
import type { CohortRecord } from '../placement/placement-record.ts';
import { asReason } from '../placement/reason.ts';
import type { ReleaseCommands } from '../placement/release-command.ts';
import { releaseTaskKey } from '../placement/release-task.ts';
import { awaitHealthy } from '../placement/start-check.ts';
import type { Accounts } from '../sandbox/accounts.ts';
import { describeContainerEnd } from './container-end.ts';
import { containerPids, listensElsewhere } from './container-facts.ts';
import { removeMark } from './container-log.ts';
import {
  type ContainerFacts,
  type ContainerPlan,
  containerEnvironment,
  planContainer,
} from './container-plan.ts';
import { type ContainerRun, followContainer } from './container-run.ts';
import type { Containers } from './containers.ts';
import { type EdgeRouter, edgeVariable } from './edge-router.ts';
import type { EngineAccess } from './engine-access.ts';
import type { InspectedContainer, InspectedImage } from './engine-answers.ts';
import type { ReleaseImages } from './images/release-images.ts';
import { environmentOf, labels } from './labels.ts';
import type { EnvironmentNetwork, Networks } from './networks.ts';

export interface ContainerEngineOptions {
  readonly access: EngineAccess;
  readonly containers: Containers;
  readonly networks: Networks;
  readonly images: ReleaseImages;
  readonly accounts: Accounts;
  readonly commands: ReleaseCommands;
  readonly agent: string;
  readonly edges: EdgeRouter;
  /** Removes networks and images that nobody needs any more, now that this placement goes. */
  readonly tidy: (placement: string) => Promise<void>;
}

const engineMs = 60_000;
/** Bytes of output a second that are read of one instance. */
const outputBytesPerSecond = 2 * 1024 * 1024;

/** Runs instances as containers of a Docker Engine: one container for each life of an instance. */
export function createContainerEngine(options: ContainerEngineOptions): InstanceEngine {
  const { access, containers, networks, images, accounts } = options;

  const imageOf = (desired: DesiredPlacement, cohort: CohortRecord, say: Say) =>
    images.ensure(
      {
        owner: desired.owner,
        release: cohort.release,
        plan: desired.image ?? {},
        attempt: attemptOf(desired, cohort),
      },
      say,
    );

  const networkOf = async ({ id }: DesiredPlacement): Promise<EnvironmentNetwork> => {
    const network = await networks.ensure(environmentOf(id));
    await options.edges.open(network.gateway);
    return network;
  };

  const environmentFor = (facts: ContainerFacts) => ({
    ...containerEnvironment(facts),
    ...edgeVariables(facts.desired, options.edges.port),
  });

  const run = async (order: InstanceOrder, image: InspectedImage): Promise<InspectedContainer> => {
    const { desired, cohort, instance } = order;
    const account = await accounts.open(desired.owner);
    const plan = planContainer(image, account, desired.id, cohort.run);
    const network = await networkOf(desired);
    return containers.run({
      name: `pltf-${options.agent}-${instance.id}-${instance.restarts}`,
      labels: {
        [labels.agent]: options.agent,
        [labels.placement]: desired.id,
        [labels.instance]: instance.id,
        [labels.release]: cohort.release.digest,
      },
      image: image.Id,
      command: cohort.run.command,
      env: environmentFor({ desired, cohort, instance: instance.id, plan }),
      user: plan.user,
      memoryMiB: cohort.run.memoryMiB,
      cpu: cohort.run.cpu,
      processes: instanceProcesses,
      network: network.name,
      hosts: edgeHosts(desired, network.gateway),
      volume: plan.volume,
    });
  };

  const follow = (order: InstanceOrder, container: InspectedContainer, plan: ContainerPlan) =>
    watched(
      order,
      followContainer({
        ...{ access, containers, container, instance: order.instance.id, store: order.log },
        markFile: markFile(order.folder, order.instance.id),
        bytesPerSecond: outputBytesPerSecond,
        stopSignal: plan.stopSignal,
      }),
      order.cohort.run.serves ? plan.port : undefined,
    );

  return {
    async prepare(desired, cohort, say) {
      const image = await imageOf(desired, cohort, say);
      const account = await accounts.open(desired.owner);
      planContainer(image, account, desired.id, cohort.run);
      await networkOf(desired);
    },
    async start(order) {
      const say = sayIn(order);
      const work = async () => {
        const image = await imageOf(order.desired, order.cohort, say);
        return { image, container: await run(order, image) };
      };
      const { image, container } = await access.patiently(work, { forMs: engineMs, say });
      return follow(order, container, await planFor(accounts, order, image));
    },
    async find(order) {
      const { instance, desired, cohort } = order;
      const say = sayIn(order);
      return access.patiently(
        async () => {
          const container = await findContainer(containers, instance.id);
          if (container === undefined) return undefined;
          const image = await imageOf(desired, cohort, say);
          await networkOf(desired);
          return follow(order, container, await planFor(accounts, order, image));
        },
        { forMs: Number.POSITIVE_INFINITY, say },
      );
    },
    mayRun: ({ container }) => container !== undefined,
    release: () => undefined,
    discard: ({ folder }, instance) => removeMark(markFile(folder, instance)),
    async runReleaseCommand(desired, cohort) {
      const command = cohort.run.releaseCommand;
      if (command === undefined) return undefined;
      try {
        const image = await imageOf(desired, cohort, () => undefined);
        const account = await accounts.open(desired.owner);
        const plan = planContainer(image, account, desired.id, cohort.run);
        const network = await networkOf(desired);
        return await options.commands.run(releaseTaskKey(desired.id, cohort), {
          owner: desired.owner,
          command,
          directory: '/',
          env: environmentFor({ desired, cohort, plan }),
          memoryMiB: cohort.run.memoryMiB,
          cpu: cohort.run.cpu,
          ...(plan.volume === undefined ? {} : { volume: plan.volume }),
          container: {
            ...{ image: image.Id, user: plan.user, stopSignal: plan.stopSignal },
            placement: desired.id,
            hosts: edgeHosts(desired, network.gateway),
          },
        });
      } catch (error) {
        return asReason(error);
      }
    },
    async forget(desired) {
      if (desired.isolation !== 'docker') return;
      const patience = { forMs: Number.POSITIVE_INFINITY, say: () => undefined };
      await access.patiently(async () => {
        const left = await containers.list({ [labels.placement]: desired.id });
        for (const { Id } of left) await containers.remove(Id);
      }, patience);
      await options.tidy(desired.id);
    },
  };
}

type Say = (text: string) => void;

const markFile = (folder: string, instance: string) => path.join(folder, `${instance}.log.at`);

const sayIn = ({ log, instance }: { log: LogStore; instance: { readonly id: string } }): Say => {
  return (text) =>
    log.append([{ at: new Date().toISOString(), instance: instance.id, stream: 'platform', text }]);
};

/** A new wish is a new attempt at an image that could not be built. */
const attemptOf = (desired: DesiredPlacement, cohort: CohortRecord): string =>
  createHash('sha256').update(`${desired.id}\0${cohort.id}`).digest('hex').slice(0, 24);

async function planFor(
  accounts: Accounts,
  { desired, cohort }: InstanceOrder,
  image: InspectedImage,
): Promise<ContainerPlan> {
  return planContainer(image, await accounts.open(desired.owner), desired.id, cohort.run);
}

/** Under these names the router answers in the environment's network. */
const edgeHosts = ({ edges }: DesiredPlacement, gateway: string | undefined) =>
  gateway === undefined ? [] : (edges ?? []).map(({ host }) => ({ name: host, address: gateway }));

const edgeVariables = ({ edges }: DesiredPlacement, port: number) =>
  Object.fromEntries(
    (edges ?? []).map(({ need, host }) => [edgeVariable(need), `http://${host}:${port}`]),
  );

/** The youngest container of an instance that was ever started; what else there is of it goes. */
async function findContainer(
  containers: Containers,
  instance: string,
): Promise<InspectedContainer | undefined> {
  const life = ({ Names }: { readonly Names: readonly string[] }) =>
    Number(Names[0]?.split('-').at(-1) ?? 0);
  const all = await containers.list({ [labels.instance]: instance });
  const [youngest, ...others] = [...all].sort((left, right) => life(right) - life(left));
  for (const { Id } of others) await containers.remove(Id);
  if (youngest === undefined) return undefined;
  if (youngest.State !== 'created') return containers.inspect(youngest.Id);
  await containers.remove(youngest.Id);
  return undefined;
}

const listenFix = 'Listen on the port in the variable PORT, on 0.0.0.0 (the variable HOST).';

/** A container as every engine shows its runs. */
function watched(
  { cohort }: InstanceOrder,
  run: ContainerRun,
  port: number | undefined,
): InstanceRun {
  const { address, id, pid } = run;
  const { memoryMiB, health } = cohort.run;
  return {
    mark: {
      container: id,
      ...(address === undefined ? {} : { address }),
      ...(port === undefined ? {} : { port }),
    },
    ended: run.ended.then((end) => describeContainerEnd(end, memoryMiB)),
    stop: (graceMs) => run.stop(graceMs),
    kill: () => run.remove(),
    awaitHealthy: (timeoutMs, signal) => {
      const target = port === undefined ? undefined : { address, port, path: health };
      const check = {
        ...{ target, timeoutMs, fix: listenFix },
        confirm: () => undefined,
        elsewhere: () => listensElsewhere(pid, port ?? 0),
      };
      return awaitHealthy(check, signal);
    },
    pids: () => containerPids(id, pid),
    finishOutput: () => undefined,
    abandon: () => run.abandon(),
  };
}
