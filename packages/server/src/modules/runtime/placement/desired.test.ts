import { PlatformFile } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { placement, source } from '../testing/placements.ts';
import { desiredPlacement, runtimeWay } from './desired.ts';

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

  test('of variables with places is what they come to, as far as the agent knows it', () => {
    const run = {
      ...source.run,
      env: { MODE: 'fast', PLAIN: '$$x ${environment.MODE} $(MODE)' },
      bound: {
        OFFER: '$$5 ${environment.MODE} at ${route.host} $(MODE)',
        CACHE: 'redis://${needs.cache.host}',
      },
    };
    const way = runtimeWay(PlatformFile.parse({}), 'prod', source, repository);

    const { env } = desiredPlacement(placement, { ...source, run }, way).run;

    expect(env).toMatchObject({
      PLAIN: '$$x ${environment.MODE} $(MODE)',
      OFFER: '$5 fast at shop.localhost $(MODE)',
    });
    expect(env).not.toHaveProperty('CACHE');
  });

  test('of containers names a ready image where the workload does', () => {
    const platform = PlatformFile.parse({
      runtimes: { agent: { driver: 'agent', isolation: 'docker' } },
    });
    const imageOf = (image: string) =>
      runtimeWay(platform, 'prod', { ...source, run: { ...source.run, image } }, repository).image;

    expect(imageOf('nginx:1.27')).toMatchObject({ named: 'nginx:1.27' });
    expect(imageOf('.')).not.toHaveProperty('named');
  });

  test('of a job says that it runs to its end', () => {
    const platform = PlatformFile.parse({});
    const way = runtimeWay(platform, 'prod', source, repository);

    const { run } = desiredPlacement(placement, { ...source, kind: 'job' }, way);

    expect(run).toMatchObject({ runsToEnd: true, serves: false });
  });
});
