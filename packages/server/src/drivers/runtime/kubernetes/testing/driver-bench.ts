import { setTimeout as sleep } from 'node:timers/promises';
import type { ObservedPlacement } from '@pltf/contracts';
import type { ClusterFacts } from '@pltf/plan/render';
import type { RolloutLedger, WantedPlacement } from '../../../../modules/runtime/index.ts';
import { memoryLedger } from '../../../../modules/runtime/testing/memory-ledger.ts';
import { openClusterCache } from '../../../cluster/cache/watched-cache.ts';
import type { LiveObject } from '../../../cluster/cluster-api.ts';
import type { SeenNamespace } from '../../../cluster/cluster-cache.ts';
import { type MemoryCluster, memoryCluster } from '../../../cluster/testing/memory-cluster.ts';
import type { PodFate } from '../../../cluster/testing/pod-fate.ts';
import { simulateWorkloads } from '../../../cluster/testing/workload-simulation.ts';
import { type KubernetesRuntime, kubernetesRuntime } from '../kubernetes-runtime.ts';
import { isUnseen } from '../rollout/rollout-sight.ts';

export const platform = '0a1b2c3d';

/** A driver over a cluster in memory whose pods do as they are told. */
export interface DriverBench extends AsyncDisposable {
  readonly cluster: MemoryCluster;
  readonly ledger: RolloutLedger;
  readonly driver: KubernetesRuntime;
  /** What becomes of pods that are made from now on, by what they are made from. */
  fate: (pod: LiveObject) => PodFate;
  /** Hands over what is wanted, again and again as a woken reconciler does, until it is so. */
  reach(
    wanted: WantedPlacement,
    is: (observed: ObservedPlacement) => boolean,
  ): Promise<ObservedPlacement>;
  /** Why a pod of this owner may not be made, as an API server says it; it may when absent. */
  refuse: (owner: LiveObject) => string | undefined;
  /** Whether the cluster's controllers come to say how it stands with an object. */
  tells: (object: LiveObject) => boolean;
  /** What a machine, or the cluster, says of an object. */
  warn(about: LiveObject, reason: string, message: string): void;
  /** What the cluster serves from now on; the platform knows it. */
  serve(kinds: ReadonlySet<string>): void;
  /** So much later at once, for everybody; milliseconds. */
  later(ms: number): Promise<void>;
  /** A server that was killed: another one over the same ledger and cluster. */
  restart(): Promise<void>;
}

const facts: ClusterFacts = {
  minor: 33,
  kinds: new Set(),
  ingress: { className: 'nginx', namespace: 'ingress' },
};

export async function driverBench(): Promise<DriverBench> {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const cluster = memoryCluster({ now });
  const ledger = memoryLedger();
  let { kinds } = await cluster.served();
  const woken = new Set<() => void>();
  const timers = new Set<NodeJS.Timeout>();
  const open = () => {
    const cache = openClusterCache({ api: cluster, platform, burstMs: 2 });
    const driver = kubernetesRuntime({
      ...{ runtime: 'cluster', platform, cluster, cache, ledger },
      images: {
        image: ({ desired }) =>
          Promise.resolve({
            state: 'ready',
            reference: `registry.example.com/app@${desired.release.digest}`,
          }),
      },
      facts: () => Promise.resolve({ ...facts, kinds }),
      clock: { now: () => new Date(now()) },
      wake: (_placement, at) => {
        const ms = at === undefined ? 0 : Math.max(0, at.getTime() - now());
        const timer = setTimeout(() => {
          timers.delete(timer);
          for (const one of [...woken]) one();
        }, ms);
        timers.add(timer);
      },
    });
    return { cache, driver };
  };
  let opened = open();
  const bench = {
    fate: (): PodFate => ({ is: 'ready' }),
    refuse: () => undefined,
    tells: () => true,
  } as unknown as DriverBench;
  const simulation = simulateWorkloads(cluster, {
    ...{ fate: (pod) => bench.fate(pod), refuse: (owner) => bench.refuse(owner) },
    tells: (object) => bench.tells(object),
    ...{ stopMs: 20, now },
  });
  const close = async () => {
    await opened.driver[Symbol.asyncDispose]();
    await opened.cache[Symbol.asyncDispose]();
  };
  return Object.defineProperties(
    Object.assign(bench, {
      cluster,
      ledger,
      reach: (wanted: WantedPlacement, is: (observed: ObservedPlacement) => boolean) =>
        reach(opened.driver, woken, wanted, is),
      warn: (about: LiveObject, reason: string, message: string) =>
        warn(cluster, about, { reason, message }),
      serve: (now: ReadonlySet<string>) => {
        kinds = now;
        cluster.serve({ minor: facts.minor, kinds });
      },
      later: async (ms: number) => {
        // What is under way is at its place before, and the driver has heard of it.
        simulation.pass();
        while (opened.cache.namespaces().some((name) => isBehind(opened.cache.of(name)))) {
          await sleep(1);
        }
        ahead += ms;
        simulation.pass();
        for (const one of [...woken]) one();
      },
      restart: async () => {
        await close();
        opened = open();
      },
      [Symbol.asyncDispose]: async () => {
        await close();
        for (const timer of timers) clearTimeout(timer);
        simulation[Symbol.dispose]();
      },
    }),
    { driver: { get: () => opened.driver } },
  );
}

const isBehind = ({ workloads }: SeenNamespace): boolean => workloads.some(isUnseen);

function warn(
  cluster: MemoryCluster,
  { kind, metadata: { name, namespace } }: LiveObject,
  said: { readonly reason: string; readonly message: string },
): void {
  const key = { apiVersion: 'v1', kind: 'Event', namespace, name: `${name}.${said.reason}` };
  const involvedObject = { kind, name, namespace: namespace ?? '' };
  const lastTimestamp = cluster.objects.at();
  cluster.edit(key, 'kubelet', { type: 'Warning', ...said, involvedObject, lastTimestamp });
}

const deadlineMs = 15_000;

/** Looks when it is woken, as the reconciler does. */
export async function reach(
  driver: KubernetesRuntime,
  woken: Set<() => void>,
  wanted: WantedPlacement,
  is: (observed: ObservedPlacement) => boolean,
  withinMs = deadlineMs,
): Promise<ObservedPlacement> {
  const until = Date.now() + withinMs;
  for (;;) {
    const change = new Promise<void>((resolve) => {
      const one = () => {
        woken.delete(one);
        resolve();
      };
      woken.add(one);
    });
    const observed = await driver.apply(wanted);
    if (is(observed)) return observed;
    if (Date.now() > until) throw new Error(`not reached: ${JSON.stringify(observed, null, 1)}`);
    await Promise.race([change, sleep(1000)]);
  }
}
