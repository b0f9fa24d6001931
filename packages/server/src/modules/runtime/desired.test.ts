import { PlatformFile } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { desiredPlacement, runtimeWay } from './desired.ts';
import { placement, source } from './testing/placements.ts';

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
