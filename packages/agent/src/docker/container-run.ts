import type { LogStore } from '../logs/log-store.ts';
import { type ContainerEnd, endOf, removedByOthers } from './container-end.ts';
import { type ContainerLog, removeMark, startContainerLog } from './container-log.ts';
import type { Containers } from './containers.ts';
import type { EngineAccess } from './engine-access.ts';
import type { InspectedContainer } from './engine-answers.ts';

/** One started container: its end, its log, and the ways to end it. */
export interface ContainerRun {
  readonly id: string;
  /** The number of its first process on the engine's machine; 0 when it does not run. */
  readonly pid: number;
  readonly address: string | undefined;
  /** Resolves when it has ended and its log was read. Never rejects. */
  readonly ended: Promise<ContainerEnd>;
  /** Asks it to end; ends it after `graceMs`. What it leaves stays. */
  end(graceMs: number): Promise<void>;
  /** As `end`, then removes it. */
  stop(graceMs: number): Promise<void>;
  /** Ends it at once and removes it. */
  remove(): Promise<void>;
  abandon(): void;
}

export interface ContainerRunOptions {
  readonly access: EngineAccess;
  readonly containers: Containers;
  readonly container: InspectedContainer;
  readonly instance: string;
  readonly store: LogStore;
  readonly markFile: string;
  readonly bytesPerSecond?: number;
  readonly storeLimit?: number;
  readonly stopSignal: string;
}

/** Follows a container that was started, by this agent or by one before it. */
export function followContainer(options: ContainerRunOptions): ContainerRun {
  const { access, containers, container, instance, store } = options;
  const { Id: id, State } = container;
  const log: ContainerLog = startContainerLog({
    ...{ client: access.client, container: id, instance, store, markFile: options.markFile },
    bytesPerSecond: options.bytesPerSecond,
    storeLimit: options.storeLimit,
  });
  const over = State.Status === 'exited' || State.Status === 'dead';
  const stopped = over ? Promise.resolve(endOf(container)) : access.watch.ended(id);
  const ended = stopped.then(async (end) => {
    if (end !== removedByOthers) await log.drained();
    return end;
  });
  const say = (text: string) =>
    store.append([{ at: new Date().toISOString(), instance, stream: 'platform', text }]);
  /** Until it is known to be done: what is not known to be gone is not called gone. */
  const surely = (work: () => Promise<void>) =>
    access.patiently(work, { forMs: Number.POSITIVE_INFINITY, say });

  const remove = async () => {
    await surely(() => containers.remove(id));
    log.close();
  };
  const end = async (graceMs: number) => {
    await surely(() => containers.signal(id, options.stopSignal));
    const late = await Promise.race([ended.then(() => false), delayed(graceMs)]);
    if (!late) return;
    await surely(() => containers.signal(id, 'SIGKILL'));
    await Promise.race([ended, delayed(killMs)]);
  };
  return {
    id,
    ended,
    pid: State.Pid,
    address: addressOf(container),
    remove,
    end,
    async stop(graceMs) {
      await end(graceMs);
      await remove();
      removeMark(options.markFile);
    },
    abandon: () => log.close(),
  };
}

const killMs = 5000;

const delayed = (ms: number): Promise<true> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(true), ms).unref();
  });

function addressOf({ NetworkSettings }: InspectedContainer): string | undefined {
  const networks = Object.values(NetworkSettings.Networks ?? {});
  return networks.map(({ IPAddress }) => IPAddress).find((address) => address !== '');
}
