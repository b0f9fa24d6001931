import type { ObservedInstance } from '@pltf/contracts';
import type { SeenContainer, SeenPod } from '../../../cluster/cluster-cache.ts';
import { type PodsByRole, programOf, releaseOf } from '../rollout/pods.ts';

/** A placement's instances, as people see them: one for each pod. */
export function observedInstances(
  { own, leaving, turns }: PodsByRole,
  memoryLimitMiB: number,
): ObservedInstance[] {
  const staying = new Set([...own, ...turns]);
  return [...own, ...leaving, ...turns]
    .toSorted((a, b) => (a.createdAt + a.name < b.createdAt + b.name ? -1 : 1))
    .map((pod) => observedInstance(pod, staying.has(pod), memoryLimitMiB));
}

function observedInstance(pod: SeenPod, stays: boolean, memoryMiB: number): ObservedInstance {
  const container = programOf(pod);
  const lastExit = container?.lastEnd === undefined ? undefined : endOf(container, memoryMiB);
  return {
    id: pod.name,
    release: releaseOf(pod),
    state: stateOf(pod, container, stays),
    ...(container?.startedAt === undefined
      ? {}
      : { startedAt: new Date(container.startedAt).toISOString() }),
    restarts: container?.restarts ?? 0,
    ...(lastExit === undefined ? {} : { lastExit }),
  };
}

function stateOf(
  pod: SeenPod,
  container: SeenContainer | undefined,
  stays: boolean,
): ObservedInstance['state'] {
  if (pod.deleting) return 'draining';
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return 'exited';
  if (pod.ready) return 'healthy';
  const state = container?.state ?? '';
  if (state.startsWith('terminated') || state === 'waiting:CrashLoopBackOff') return 'backoff';
  if (state !== 'running') return 'starting';
  // One that was well before, by what it is part of: the others start.
  return !stays || (container?.restarts ?? 0) > 0 ? 'unhealthy' : 'starting';
}

/** How a container ended last: `exit 1`, `SIGTERM`, `SIGKILL: out of memory (256 MiB)`. */
export function endOf({ lastEnd }: SeenContainer, memoryMiB: number): string | undefined {
  if (lastEnd === undefined) return undefined;
  if (lastEnd.reason === 'OOMKilled') return `SIGKILL: out of memory (${memoryMiB} MiB)`;
  const signal = lastEnd.signal ?? (lastEnd.exitCode > 128 ? lastEnd.exitCode - 128 : undefined);
  const name = signal === undefined ? undefined : signals[signal];
  return name ?? `exit ${lastEnd.exitCode}`;
}

const signals: Readonly<Record<number, string>> = {
  2: 'SIGINT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};
