import { PlatformFile } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { desiredPlacement, runtimeWay } from './desired.ts';
import type { Placement, ReleaseToPlace } from './placement.ts';

const placement: Placement = {
  ...{ id: 'shop.prod', component: 'shop', environment: 'prod', branch: undefined },
  ...{ hosts: ['shop.localhost'], state: 'present', revision: 3, release: 2, instances: 2 },
  ...{ runState: 'running', restarts: 0, observed: undefined, observedAt: undefined },
  ...{ expiresAt: undefined, createdAt: new Date(0), sized: undefined },
};
const source: ReleaseToPlace = {
  kind: 'service',
  team: 'red',
  release: { id: 'rel_2', number: 2, digest: `sha256:${'a'.repeat(64)}`, commit: 'b'.repeat(40) },
  needs: {
    payments: { kind: 'service', service: 'payments-api' },
    stripe: { kind: 'secret', secret: 'stripe-key' },
  },
  run: {
    ...{ size: 'small', memoryMiB: 256, cpu: 0.25, instances: { minimum: 1, maximum: 2 } },
    ...{ env: {}, drainMs: 30_000, startTimeoutMs: 60_000, port: 9000 },
  },
};
const repository = 'http://localhost:7070/git/shop.git';
const desiredIn = (runtimes: unknown) => {
  const platform = PlatformFile.parse({ runtimes });
  const way = runtimeWay(platform, 'prod', source, repository);
  return desiredPlacement(placement, source, way);
};

describe('what the agent is told', () => {
  test('of processes says nothing of containers', () => {
    const desired = desiredIn({ agent: { driver: 'agent' } });

    expect(desired).not.toHaveProperty('isolation');
    expect(desired).not.toHaveProperty('edges');
    expect(desired.run.port).toBeUndefined();
  });

  test('of containers says where their images go and whom they call', () => {
    const runtime = { driver: 'agent', isolation: 'docker', registry: 'registry.example.com/pltf' };

    expect(desiredIn({ agent: runtime })).toMatchObject({
      isolation: 'docker',
      image: { registry: 'registry.example.com/pltf', source: repository },
      edges: [{ need: 'payments', placement: 'payments-api.prod', host: 'payments-api.localhost' }],
      run: { port: 9000 },
    });
  });
});
