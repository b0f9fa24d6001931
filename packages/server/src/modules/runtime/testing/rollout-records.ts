import { PlacementObject } from '@pltf/contracts';
import type { RolloutRecord } from '../rollout/rollout-record.ts';
import type { WantedPlacement } from '../runtime-driver.ts';

export const placedRelease = (number: number) => ({
  id: `rel_${number}`,
  number,
  digest: `sha256:${String(number).padStart(64, '0')}`,
  commit: String(number).padStart(40, '0'),
});

export interface WantedChange {
  readonly component?: string;
  readonly environment?: string;
  readonly revision?: number;
  readonly release?: number;
  readonly instances?: number;
  /** The upper end of a range of instances. */
  readonly most?: number;
  readonly stopped?: boolean;
  readonly restarts?: number;
  readonly paused?: boolean;
  readonly schedule?: string;
  readonly kind?: string;
  readonly hosts?: readonly string[];
  readonly run?: Partial<PlacementObject['spec']['run']>;
}

/** `users-api.prod`, changed as asked. */
export function wantedPlacement(change: WantedChange = {}): WantedPlacement {
  const { component = 'users-api', environment = 'prod', kind = 'service' } = change;
  const { instances = 2, hosts = ['users-api.example.com'] } = change;
  const object = PlacementObject.parse({
    apiVersion: 'pltf.dev/v1',
    kind: 'Placement',
    metadata: { name: component, namespace: environment, labels: {}, annotations: {} },
    spec: {
      ...{ component, kind, owner: 'team-identity', tier: 2, environment },
      ...{ environmentKind: 'stable', region: 'eu', runtime: 'cluster', policy: {} },
      data: { classes: [], encryptedAtRest: false, encryptedInTransit: false, maskedLogs: false },
      routes: hosts.map((host) => ({ host, public: true, signIn: false })),
      ...{ needs: {}, objective: {}, cost: { monthly: 1, currency: 'EUR' } },
      run: {
        ...{ port: 8080, health: '/healthz', size: 'small', memoryMiB: 64, cpu: 0.05, env: {} },
        ...{ drainMs: 1000, startTimeoutMs: 20_000 },
        instances: { minimum: instances, maximum: change.most ?? instances },
        ...change.run,
      },
    },
  });
  const { run } = object.spec;
  return {
    desired: {
      id: `${component}.${environment}`,
      owner: { team: 'team-identity', component },
      revision: change.revision ?? 1,
      hosts: [...hosts],
      release: placedRelease(change.release ?? 1),
      run: {
        ...{ serves: kind === 'service' || kind === 'site', env: run.env },
        ...{ memoryMiB: run.memoryMiB, cpu: run.cpu },
        ...{ drainMs: run.drainMs, startTimeoutMs: run.startTimeoutMs },
        ...(run.release === undefined ? {} : { releaseCommand: [...run.release] }),
      },
      instances: Math.max(1, instances),
      state: change.stopped === true ? 'stopped' : 'running',
      restarts: change.restarts ?? 0,
      keepWarmMs: 0,
      ...(change.paused === true ? { paused: true } : {}),
    },
    object,
    callers: [],
    callees: {},
    schedule: change.schedule,
    stamp: { specHash: 'sha256:1', platformVersion: '1' },
  };
}

export function rolloutRecord(change: Partial<RolloutRecord> = {}): RolloutRecord {
  return {
    ...{ placement: 'users-api.prod', runtime: 'cluster', stage: 'image', since: 0, startedAt: 0 },
    current: { wanted: JSON.parse(JSON.stringify(wantedPlacement())) },
    releaseTasks: [],
    tasks: [],
    ...change,
  };
}
