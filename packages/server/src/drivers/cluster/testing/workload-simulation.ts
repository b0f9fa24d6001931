import type { JsonObject } from '@pltf/plan/render';
import type { LiveObject, ObjectKey } from '../cluster-api.ts';
import type { MemoryCluster } from './memory-cluster.ts';
import { keyOf } from './object-store.ts';
import { type PodFate, podAt } from './pod-fate.ts';
import { runDeployment } from './simulated-deployment.ts';
import { runJob } from './simulated-job.ts';
import { runStatefulSet } from './simulated-stateful-set.ts';
import type { Workshop } from './workshop.ts';

export interface SimulationOptions {
  /** What becomes of a pod that has just been made; the fate stays with it. Ready at once when absent. */
  readonly fate?: (pod: LiveObject) => PodFate;
  /** Why a pod of this owner may not be made, in the words of the API server: a quota, a webhook. Undefined: it may. */
  readonly refuse?: (owner: LiveObject) => string | undefined;
  /** Whether the cluster's controllers come to say how it stands with an object; they do when absent. */
  readonly tells?: (object: LiveObject) => boolean;
  /** Milliseconds; the clock of the cluster. */
  readonly now?: () => number;
  /** By itself after every write and whenever time brings something; else a test calls `pass`. */
  readonly auto?: boolean;
  /** How long a pod that is deleted takes to end. */
  readonly stopMs?: number;
}

export interface WorkloadSimulation extends Disposable {
  /** Brings everything to where it would be at this time. */
  pass(): void;
  /** Starts the Job of a CronJob, as its schedule would. */
  fire(cronJob: ObjectKey): LiveObject;
}

const maker = 'kube-controller-manager';

/** Deployments, StatefulSets and Jobs of a cluster in memory get pods, and these do what they are fated to. */
export function simulateWorkloads(
  cluster: MemoryCluster,
  options: SimulationOptions = {},
): WorkloadSimulation {
  return new Simulation(cluster, options);
}

class Simulation implements WorkloadSimulation, Workshop {
  readonly cluster: MemoryCluster;
  readonly #options: SimulationOptions;
  readonly #fates = new Map<string, { readonly fate: PodFate; readonly bornMs: number }>();
  readonly #stops = new Map<string, number>();
  readonly #progress = new Map<string, { readonly signature: string; readonly at: number }>();
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #next = Number.POSITIVE_INFINITY;
  #passing = false;
  #names = 0;

  constructor(cluster: MemoryCluster, options: SimulationOptions) {
    this.cluster = cluster;
    this.#options = options;
    if (options.auto !== false) cluster.objects.onWrite(() => this.#soon());
  }

  now(): number {
    return (this.#options.now ?? Date.now)();
  }

  wakeAt(ms: number): void {
    this.#next = Math.min(this.#next, ms);
  }

  pass(): void {
    if (this.#passing) return;
    this.#passing = true;
    this.#next = Number.POSITIVE_INFINITY;
    try {
      for (let version = -1; version !== this.cluster.objects.version(); ) {
        version = this.cluster.objects.version();
        this.#once();
      }
    } finally {
      this.#passing = false;
    }
    clearTimeout(this.#timer);
    if (this.#options.auto === false || this.#next === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.pass(), Math.max(1, this.#next - this.now()));
  }

  fire(cronJob: ObjectKey): LiveObject {
    const owner = this.cluster.objects.get(cronJob);
    if (owner === undefined) throw new Error(`no ${cronJob.kind} ${cronJob.name}`);
    this.#names += 1;
    const template = (owner['spec'] as JsonObject)['jobTemplate'] as JsonObject;
    const labels = ((template['metadata'] as JsonObject | undefined)?.['labels'] ??
      {}) as JsonObject;
    const name = `${owner.metadata.name}-${28_000_000 + this.#names}`;
    const key = { apiVersion: 'batch/v1', kind: 'Job', namespace: owner.metadata.namespace, name };
    this.status(owner, { lastScheduleTime: this.cluster.objects.at() });
    return this.make(owner, key, { spec: template['spec'] ?? {} }, labels);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.cluster.objects.onWrite(() => undefined);
  }

  ownedBy(owner: LiveObject, kind: string): readonly LiveObject[] {
    return this.cluster.objects
      .in(owner.metadata.namespace)
      .filter(
        (object) =>
          object.kind === kind &&
          object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid),
      );
  }

  make(owner: LiveObject, key: ObjectKey, fields: JsonObject, labels: JsonObject): LiveObject {
    const reference = {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name,
      uid: owner.metadata.uid,
    };
    const { metadata: more, ...rest } = fields;
    const metadata = { ...(more as JsonObject | undefined), labels, ownerReferences: [reference] };
    return this.cluster.edit(key, maker, { metadata, ...rest });
  }

  refusal(owner: LiveObject): string | undefined {
    const message = this.#options.refuse?.(owner);
    if (message === undefined) return undefined;
    const { name, namespace, uid } = owner.metadata;
    const key = { apiVersion: 'v1', kind: 'Event', namespace, name: `${name}.failed-create` };
    if (this.cluster.objects.get(key)?.['message'] !== `Error creating: ${message}`) {
      const involvedObject = { kind: owner.kind, name, namespace: namespace ?? '', uid };
      const said = {
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating: ${message}`,
      };
      const lastTimestamp = this.cluster.objects.at();
      this.cluster.edit(key, maker, { ...said, involvedObject, lastTimestamp });
    }
    return message;
  }

  status(object: LiveObject, status: JsonObject): void {
    const key = keyOf(object);
    if (this.cluster.objects.get(key) === undefined) return;
    if (this.#options.tells?.(object) === false) return;
    this.cluster.edit(key, maker, { status }, 'status');
  }

  stop(pod: LiveObject): void {
    const stopMs = this.#options.stopMs ?? 0;
    if (stopMs > 0) {
      this.#stops.set(pod.metadata.uid, this.now() + stopMs);
      this.cluster.objects.remove(pod, 'Background', Math.ceil(stopMs / 1000));
    } else {
      this.cluster.objects.remove(pod, 'Background', 0);
    }
  }

  progressAt(object: LiveObject, signature: string): number {
    const seen = this.#progress.get(object.metadata.uid);
    if (seen?.signature === signature) return seen.at;
    this.#progress.set(object.metadata.uid, { signature, at: this.now() });
    return this.now();
  }

  #soon(): void {
    if (this.#passing || this.#immediate !== undefined) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.pass();
    });
  }

  #once(): void {
    for (const before of this.cluster.objects.all()) {
      // The one before may have deleted or changed it.
      const object = this.cluster.objects.get(keyOf(before));
      if (object === undefined) continue;
      if (object.kind === 'Pod') this.#runPod(object);
      if (object.metadata.deletionTimestamp !== undefined) continue;
      if (object.kind === 'Deployment') runDeployment(this, object);
      if (object.kind === 'StatefulSet') runStatefulSet(this, object);
      if (object.kind === 'Job') runJob(this, object);
    }
  }

  #runPod(pod: LiveObject): void {
    const { uid, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined) {
      const due = this.#stops.get(uid) ?? this.now() + (this.#options.stopMs ?? 0);
      this.#stops.set(uid, due);
      if (due <= this.now()) this.cluster.objects.finish(pod);
      else this.wakeAt(due);
      return;
    }
    const fated = this.#fates.get(uid) ?? {
      fate: this.#options.fate?.(pod) ?? { is: 'ready' as const },
      bornMs: this.now(),
    };
    this.#fates.set(uid, fated);
    const moment = podAt(pod, fated.fate, fated.bornMs, this.now() - fated.bornMs);
    if (moment.nextMs !== undefined) this.wakeAt(fated.bornMs + moment.nextMs);
    this.status(pod, moment.status);
  }
}
