import { PlatformFile } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { placement, source } from '../testing/placements.ts';
import { desiredPlacement, runtimeWay } from './desired.ts';
import { agentLacks } from './placement-lacks.ts';

const repository = 'http://localhost:7070/git/shop.git';
const surroundings = { repository, routerPort: 7080 };
const desiredIn = (runtimes: unknown) => {
  const platform = PlatformFile.parse({ runtimes });
  const way = runtimeWay(platform, placement, source, surroundings);
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

  test.each([
    ['plain processes', { driver: 'agent' }],
    ['containers', { driver: 'agent', isolation: 'docker' }],
  ])('of variables with places is what they come to, for %s', (_name, agent) => {
    const run = {
      ...source.run,
      env: { MODE: 'fast', PLAIN: '$$x ${environment.MODE} $(MODE)' },
      bound: {
        OFFER: '$$5 ${environment.MODE} at ${route.url} $(MODE)',
        PAY: '${needs.payments.host}',
        CACHE: 'redis://${needs.cache.host}',
      },
    };
    const way = runtimeWay(
      PlatformFile.parse({ runtimes: { agent } }),
      placement,
      source,
      surroundings,
    );

    const { env } = desiredPlacement(placement, { ...source, run }, way).run;

    expect(env).toMatchObject({
      PLAIN: '$$x ${environment.MODE} $(MODE)',
      OFFER: '$5 fast at http://shop.localhost:7080 $(MODE)',
      PAY: 'payments-api.localhost',
      PAYMENTS_URL: 'http://payments-api.localhost:7080',
    });
    expect(env).not.toHaveProperty('CACHE');
  });

  test('of a cluster is not where the router of this machine answers', () => {
    const runtimes = { agent: { driver: 'kubernetes', context: 'eu', ingressClass: 'nginx' } };
    const way = runtimeWay(PlatformFile.parse({ runtimes }), placement, source, surroundings);
    const run = { ...source.run, bound: { SELF: '${route.url}' } };

    const { env } = desiredPlacement(placement, { ...source, run }, way).run;

    expect(env['SELF']).toBe('https://shop.localhost');
    expect(env).not.toHaveProperty('PAYMENTS_URL');
  });

  test('of a command has its arguments behind it', () => {
    const run = { ...source.run, command: ['node', 'a.js'], args: ['serve'] };
    const way = runtimeWay(PlatformFile.parse({}), placement, source, surroundings);

    expect(desiredPlacement(placement, { ...source, run }, way).run.command).toEqual([
      ...['node', 'a.js', 'serve'],
    ]);
  });

  test('of containers names a ready image where the workload does', () => {
    const platform = PlatformFile.parse({
      runtimes: { agent: { driver: 'agent', isolation: 'docker' } },
    });
    const imageOf = (image: string) =>
      runtimeWay(platform, placement, { ...source, run: { ...source.run, image } }, surroundings)
        .image;

    expect(imageOf('nginx:1.27')).toMatchObject({ named: 'nginx:1.27' });
    expect(imageOf('.')).not.toHaveProperty('named');
    const run = { ...source.run, buildArgs: { NODE: '22' } };
    const { image } = runtimeWay(platform, placement, { ...source, run }, surroundings);
    expect(image).toMatchObject({ args: { NODE: '22' } });
  });

  test('of a job says that it runs to its end', () => {
    const platform = PlatformFile.parse({});
    const way = runtimeWay(platform, placement, source, surroundings);

    const { run } = desiredPlacement(placement, { ...source, kind: 'job' }, way);

    expect(run).toMatchObject({ runsToEnd: true, serves: false });
  });
});

describe('what a placement on an agent does not get', () => {
  const run = { ...source.run, bound: { CACHE: '${needs.cache.host}', SELF: '${route.url}' } };
  const spec = {
    ...source.spec,
    run: { prod: run },
    unmet: { prod: { cache: 'nobody offers it' } },
  };
  const lacksOn = (runtimes: unknown) =>
    agentLacks(PlatformFile.parse({ runtimes }), placement, spec, 7080).map(({ what }) => what);

  test('is said on it, and what a cluster lacks is for the cluster to say', () => {
    expect(lacksOn({ agent: { driver: 'agent' } })).toEqual(['need cache', 'variable CACHE']);
    expect(lacksOn({ agent: { driver: 'kubernetes', context: 'eu' } })).toEqual([]);
  });
});
