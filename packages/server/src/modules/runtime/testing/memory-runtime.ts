import { type ObservedPlacement, PltfError } from '@pltf/contracts';
import type { RuntimeDriver, WantedPlacement } from '../runtime-driver.ts';
import type { OpenRuntime } from '../runtimes.ts';

const noTraffic = {
  ...{ requests: 0, errors: 0, failures: 0, slowestMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 },
};

/** A runtime whose placements serve at once, or as soon as `hold` lets them. */
export interface MemoryRuntime extends OpenRuntime {
  readonly placed: Map<string, WantedPlacement>;
  /** Rollouts wait in `starting` while this is true. */
  hold: boolean;
  /** Nothing answers while this is set. */
  lost: Date | undefined;
  closed: boolean;
  /** Nobody reports: everything ends at its commit. */
  silent: boolean;
}

export function memoryRuntime(): MemoryRuntime {
  const runtime: MemoryRuntime = {
    ...{ placed: new Map(), hold: false, lost: undefined, closed: false, silent: false },
    driver: {
      ...inert,
      apply: async (wanted) => {
        refuseLost(runtime);
        runtime.placed.set(wanted.desired.id, wanted);
        return observed(wanted, runtime);
      },
      remove: async (id) => {
        refuseLost(runtime);
        runtime.placed.delete(id);
        return runtime.silent ? { unproved: 'removed from the repository' } : true;
      },
      observe: async (id) => {
        refuseLost(runtime);
        const wanted = runtime.placed.get(id);
        if (wanted === undefined) throw new PltfError('not-found', { detail: id });
        return observed(wanted, runtime);
      },
    },
    lostSince: () => runtime.lost,
    [Symbol.asyncDispose]: async () => {
      runtime.closed = true;
    },
  };
  return runtime;
}

function refuseLost({ lost }: MemoryRuntime): void {
  if (lost !== undefined) {
    throw new PltfError('cluster-unreachable', { detail: 'the cluster does not answer' });
  }
}

const inert: Omit<RuntimeDriver, 'apply' | 'remove' | 'observe'> = {
  logs: async function* () {},
  startTask: () => Promise.reject(new Error('no tasks here')),
  awaitTask: () => Promise.reject(new Error('no tasks here')),
  taskLog: async function* () {},
  cancelTask: () => Promise.resolve(),
};

function observed(
  { desired }: WantedPlacement,
  { hold, silent }: MemoryRuntime,
): ObservedPlacement {
  const { id, revision, release: to } = desired;
  const at = new Date().toISOString();
  const stopped = desired.state === 'stopped';
  if (silent) {
    const reason = { code: 'nobody-reports', detail: 'committed as 4f1d2c3', fix: '', log: [] };
    return {
      ...{ id, revision, warm: [], instances: [], leftovers: [], traffic: noTraffic, at },
      ...{ phase: 'rolling', unknownSince: at },
      rollout: { revision, to, startedAt: at, finishedAt: at, step: 'committed', reason },
    };
  }
  return {
    ...{ id, revision, warm: [], instances: [], leftovers: [], traffic: noTraffic, at },
    phase: hold ? 'rolling' : stopped ? 'stopped' : 'running',
    ...(hold || stopped ? {} : { serving: to }),
    rollout: {
      ...{ revision, to, startedAt: at },
      ...(hold ? { step: 'starting' } : { step: 'done', finishedAt: at }),
    },
  };
}
