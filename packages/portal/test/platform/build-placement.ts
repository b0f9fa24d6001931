import type { ComponentDetail, PlacementView, RolloutView } from '@pltf/contracts';
import { hour, past } from './times.ts';
import { commitOf, newId } from './world.ts';

const routerPort = 7080;

export function placement(
  component: string,
  label: string,
  environment: string,
  served: boolean,
  serving: number,
  branch?: string,
): PlacementView {
  const host = environment === 'prod' ? `${label}.localhost` : `${label}.${environment}.localhost`;
  const busy = environment === 'prod' ? 184_023 : environment === 'staging' ? 1_288 : 42;
  const instances = environment === 'prod' ? 2 : 1;
  return {
    id: `${label}.${environment}`,
    component,
    environment,
    ...(branch === undefined ? {} : { branch }),
    ...(served ? { url: `http://${host}:${routerPort}` } : {}),
    phase: 'running',
    asOf: past(20_000),
    desired: { release: serving, instances, state: 'running', size: 'small' },
    serving: { number: serving, commit: commitOf(serving) },
    warm: environment === 'prod' && serving > 1 ? [serving - 1] : [],
    instances: Array.from({ length: instances }, (_, at) => ({
      id: `${label}-${environment}-r${serving}-${at + 1}`,
      release: serving,
      state: 'healthy' as const,
      pid: 41_200 + at * 17 + serving,
      port: 21_000 + at,
      startedAt: past((3 + at) * hour),
      restarts: 0,
      memoryMiB: 58.4 + at * 3,
    })),
    leftovers: [],
    notes: [],
    drift: [],
    runtime: 'agent',
    movingFrom: [],
    ...(served
      ? {
          traffic: {
            requests: busy,
            errors: 0,
            failures: 0,
            slowestMs: 812,
            p50Ms: 3.1,
            p95Ms: 38.2,
            p99Ms: 120,
          },
        }
      : {}),
  };
}

/** What is wrong with those that are ill. */
export function ill(component: ComponentDetail): ComponentDetail {
  const phase = { degraded: 'degraded', down: 'failed', stopped: 'stopped', unknown: 'unknown' }[
    component.wellness as 'degraded'
  ] as PlacementView['phase'];
  const placements = component.placements.map((one) => {
    if (one.environment !== 'prod')
      return phase === 'stopped' || phase === 'unknown' ? { ...one, phase } : one;
    const rollout = failedRollout(one);
    const stopped = phase === 'stopped';
    const instances = stopped
      ? []
      : one.instances.map((instance, at) =>
          at === 0 && phase !== 'unknown'
            ? {
                ...instance,
                state: phase === 'failed' ? ('backoff' as const) : ('unhealthy' as const),
                restarts: 14,
                lastExit: 'SIGKILL: out of memory (256 MiB)',
              }
            : instance,
        );
    return {
      ...one,
      phase,
      instances,
      ...(phase === 'unknown' ? { asOf: past(3 * hour) } : {}),
      desired: { ...one.desired, state: stopped ? ('stopped' as const) : ('running' as const) },
      ...(phase === 'failed' || phase === 'degraded' ? { rollout } : {}),
      ...(one.traffic === undefined
        ? {}
        : { traffic: { ...one.traffic, errors: 312, failures: phase === 'failed' ? 94 : 0 } }),
    };
  });
  return { ...component, placements };
}

const failedRollout = (one: PlacementView): RolloutView => ({
  id: newId('ro'),
  placement: one.id,
  component: one.component,
  environment: one.environment,
  kind: 'promote',
  state: 'rolled-back',
  step: 'rolled-back',
  from: one.serving?.number ?? 1,
  to: (one.serving?.number ?? 1) + 1,
  requestedBy: 'ben',
  why: 'Release of the sprint',
  startedAt: past(2 * hour),
  finishedAt: past(2 * hour - 31_000),
  reason: {
    code: 'health-timeout',
    detail: 'The new release did not become healthy in 30 s: /healthz answered 503, 12 times.',
    fix: 'Mend what the last lines of its log name, and promote again. The previous release serves.',
    log: [
      'listening on 8080',
      'Error: connect ECONNREFUSED 127.0.0.1:5432',
      '    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1610:16)',
      'database: not reachable, retrying in 5 s',
    ],
  },
  traffic: {
    requests: 9_120,
    errors: 0,
    failures: 0,
    slowestMs: 96,
    p50Ms: 3,
    p95Ms: 30,
    p99Ms: 61,
  },
});

export function rolloutsOf(one: PlacementView): RolloutView[] {
  const kinds = ['promote', 'restart', 'deploy', 'rollback'] as const;
  const number = one.serving?.number ?? 1;
  return Array.from({ length: Math.min(5, number) }, (_, step) => ({
    id: newId('ro'),
    placement: one.id,
    component: one.component,
    environment: one.environment,
    kind: kinds[step % kinds.length] ?? 'deploy',
    state: 'done',
    step: 'done',
    from: Math.max(1, number - step - 1),
    to: number - step,
    requestedBy: step % 2 === 0 ? 'ana' : 'chiara',
    ...(step % 2 === 0
      ? {
          why: 'Customers wait for the faster sign-in, and the old release leaks a connection per failed password',
        }
      : {}),
    startedAt: past((step * 9 + 1) * hour),
    switchedAt: past((step * 9 + 1) * hour - 1800),
    finishedAt: past((step * 9 + 1) * hour - 2400 - step * 700),
    traffic: {
      requests: 3_912 - step * 700,
      errors: 0,
      failures: step === 3 ? 2 : 0,
      slowestMs: 41 + step * 120,
      p50Ms: 3,
      p95Ms: 29,
      p99Ms: 38,
    },
  }));
}
