import path from 'node:path';
import { PltfError } from '@pltf/contracts';
import {
  type TaskEnd,
  type TaskEngine,
  type TaskOrder,
  type TaskRun,
  taskLogBytes,
  taskProcesses,
} from '../work/task-engine.ts';
import { type ContainerEnd, signalOf } from './container-end.ts';
import { type ContainerRun, followContainer } from './container-run.ts';
import type { Containers } from './containers.ts';
import type { EngineAccess } from './engine-access.ts';
import type { InspectedContainer } from './engine-answers.ts';
import { environmentOf, labels } from './labels.ts';
import type { Networks } from './networks.ts';

export interface ContainerTasksOptions {
  readonly access: EngineAccess;
  readonly containers: Containers;
  readonly networks: Networks;
  readonly agent: string;
}

const lost: TaskEnd = { outOfMemory: false, lost: true };
/** As a shell says that a command cannot be run. */
const cannotRun: TaskEnd = { exitCode: 127, outOfMemory: false, lost: false };

/**
 * Runs tasks in containers. The name of a task's container is made of its id, so that it is started once, however
 * often it is asked for; it stays until the task's result is on disk.
 */
export function createContainerTasks(options: ContainerTasksOptions): TaskEngine {
  const { access, containers } = options;

  const arrive = async (order: TaskOrder): Promise<InspectedContainer | undefined> => {
    const known = order.record.container;
    if (known !== undefined) return containers.inspect(known);
    return startContainer(options, order);
  };

  const begin = (order: TaskOrder): TaskRun => {
    const say = (text: string) =>
      order.log.append([
        { at: new Date().toISOString(), instance: order.record.spec.id, stream: 'platform', text },
      ]);
    const patience = { forMs: Number.POSITIVE_INFINITY, say };
    const arrived = access
      .patiently(() => arrive(order), patience)
      .then((container): ContainerRun | TaskEnd =>
        container === undefined ? lost : followTask(options, order, container),
      )
      .catch((error: unknown): TaskEnd => {
        say(error instanceof PltfError ? error.detail : String(error));
        return cannotRun;
      });
    const run = arrived.then((found) => ('id' in found ? found : undefined));
    return {
      mark: run.then((found) => (found === undefined ? {} : { container: found.id })),
      ended: arrived.then(async (found) => ('id' in found ? taskEnd(await found.ended) : found)),
      async stop(graceMs) {
        await (await run)?.end(graceMs);
      },
      async forget() {
        await (await run)?.remove();
      },
      abandon: () => void run.then((found) => found?.abandon()),
    };
  };

  return {
    start: (order) => Promise.resolve(begin(order)),
    find: (order) =>
      Promise.resolve(order.record.container === undefined ? undefined : begin(order)),
  };
}

async function startContainer(
  { containers, networks, agent }: ContainerTasksOptions,
  { record }: TaskOrder,
): Promise<InspectedContainer> {
  const { spec } = record;
  const { container } = spec;
  if (container === undefined) throw new Error('a task without a container came to the engine');
  const network = await networks.ensure(environmentOf(container.placement));
  return containers.run({
    name: `pltf-${agent}-task-${spec.id}`,
    labels: {
      [labels.agent]: agent,
      [labels.placement]: container.placement,
      [labels.task]: spec.id,
    },
    image: container.image,
    command: spec.command.length === 0 ? undefined : spec.command,
    env: spec.env,
    user: container.user,
    memoryMiB: spec.memoryMiB,
    cpu: spec.cpu,
    processes: taskProcesses,
    network: network.name,
    hosts: container.hosts,
    volume: spec.volume,
  });
}

const followTask = (
  { access, containers }: ContainerTasksOptions,
  { record, folder, log }: TaskOrder,
  container: InspectedContainer,
): ContainerRun =>
  followContainer({
    ...{ access, containers, container, instance: record.spec.id, store: log },
    markFile: path.join(folder, 'log.at'),
    storeLimit: taskLogBytes,
    stopSignal: record.spec.container?.stopSignal ?? 'SIGTERM',
  });

function taskEnd({ code, outOfMemory }: ContainerEnd): TaskEnd {
  if (code === undefined) return lost;
  const signal = signalOf(code);
  return signal === undefined || !outOfMemory
    ? { exitCode: code, outOfMemory, lost: false }
    : { signal, outOfMemory, lost: false };
}
