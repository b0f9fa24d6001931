import type { ObservedInstance } from '@pltf/contracts';
import { within } from '../../../../kernel/within.ts';
import type { RolloutRecord, RuntimeDriver } from '../../../../modules/runtime/index.ts';
import { evidenceOf } from '../evidence/index.ts';
import { observedInstances } from '../observed/observed-instances.ts';
import { podMemory } from '../observed/pod-memory.ts';
import { namespaceOfPlacement } from '../rollout/placement-objects.ts';
import { podsByRole } from '../rollout/pods.ts';
import { targetOf } from '../rollout/rollout-accept.ts';
import { passDependencies } from '../rollout/rollout-pass.ts';
import type { KubernetesRuntimeOptions } from '../runtime-options.ts';
import { execInPod } from './exec.ts';
import { mergedLogs } from './merged-logs.ts';
import { kubernetesTasks } from './tasks.ts';

/** What only a cluster itself can give of placements, whoever brought them there: logs, shells, tasks, instances. */
export interface InCluster
  extends Pick<RuntimeDriver, 'logs' | 'startTask' | 'awaitTask' | 'taskLog' | 'cancelTask'> {
  readonly exec: NonNullable<RuntimeDriver['exec']>;
  readonly evidence: NonNullable<RuntimeDriver['evidence']>;
  /** Its pods, without or with the memory that each uses; undefined while the cluster gives no answer. */
  instances(
    record: RolloutRecord,
    memory: 'without' | 'with-memory',
  ): Promise<readonly ObservedInstance[] | undefined>;
}

/** A first list of the cluster is waited for, but not for long. Milliseconds. */
const firstListMs = 2_000;

/** Reads and runs beside placements of a cluster; of theirs nothing is changed. */
export function inCluster(options: KubernetesRuntimeOptions): InCluster {
  const { cluster, cache } = options;
  const dependencies = passDependencies(options);
  const tasks = kubernetesTasks(dependencies);
  return {
    logs: (placement, query, signal) =>
      mergedLogs(options, namespaceOfPlacement(placement), query, signal),
    startTask: tasks.start,
    awaitTask: tasks.await,
    taskLog: tasks.log,
    cancelTask: tasks.cancel,
    // Who applies them writes no mark of a template: all of its pods are its own.
    exec: (placement, request, signal) => execInPod(options, placement, undefined, request, signal),
    evidence: (placement, signal) => evidenceOf(dependencies, placement, signal),
    instances: async (record, memory) => {
      try {
        await cache.ready(within(firstListMs));
      } catch {
        return undefined;
      }
      if (cache.lostSince() !== undefined) return undefined;
      const namespace = namespaceOfPlacement(record.placement);
      const { memoryMiB } = (targetOf(record)?.accepted ?? record.current).wanted.object.spec.run;
      const seen = observedInstances(podsByRole(cache.of(namespace), undefined), memoryMiB);
      if (memory === 'without' || seen.length === 0) return seen;
      const used = await podMemory(cluster, namespace);
      return seen.map((one) => {
        const memoryMiB = used.get(one.id);
        return memoryMiB === undefined ? one : { ...one, memoryMiB };
      });
    },
  };
}
