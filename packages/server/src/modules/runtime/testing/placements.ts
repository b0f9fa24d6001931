import { Spec } from '@pltf/contracts';
import type { Placement, ReleaseToPlace } from '../placement/placement.ts';

/** A service in production, in two instances. */
export const placement: Placement = {
  ...{ id: 'shop.prod', component: 'shop', environment: 'prod', branch: undefined },
  ...{ hosts: ['shop.localhost'], state: 'present', revision: 3, release: 2, instances: 2 },
  ...{
    runState: 'running',
    restarts: 0,
    paused: false,
    held: undefined,
    observed: undefined,
    observedAt: undefined,
  },
  ...{ expiresAt: undefined, createdAt: new Date(0), sized: undefined },
  ...{
    runtime: undefined,
    leftOn: [],
    calls: [],
    port: undefined,
    morePorts: [],
    platformVersion: undefined,
  },
};

const run = {
  ...{ size: 'small', memoryMiB: 256, cpu: 0.25, instances: { minimum: 1, maximum: 2 } },
  ...{ env: {}, drainMs: 30_000, startTimeoutMs: 60_000, port: 9000 },
};
const needs = {
  payments: { kind: 'service' as const, service: 'payments-api' },
  stripe: { kind: 'secret' as const, secret: 'stripe-key' },
};

/** Its release: calls another service and has a secret. */
export const source: ReleaseToPlace = {
  ...{ kind: 'service', team: 'red', needs, run },
  release: { id: 'rel_2', number: 2, digest: `sha256:${'a'.repeat(64)}`, commit: 'b'.repeat(40) },
  spec: Spec.parse({
    ...{ kind: 'service', name: 'shop', description: '', owner: 'blue', tier: 2 },
    ...{ environments: ['prod'], policy: {}, routes: { prod: ['www.shop.example'] } },
    ...{ run: { prod: run, preview: run }, needs: { prod: needs } },
  }),
};
