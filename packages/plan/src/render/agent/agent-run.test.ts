import type { RunSpec } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { type AgentPlace, agentVariables, leftOutOnAgent } from './agent-run.ts';

const place: AgentPlace = {
  isolation: 'docker',
  address: { host: 'shop.localhost', url: 'http://shop.localhost:7080' },
  callees: {
    'pay-api': { host: 'payments.localhost', url: 'http://payments.localhost:7080' },
    plain: { host: 'plain.localhost', url: 'http://plain.localhost' },
  },
};
const run: RunSpec = {
  ...{ size: 'small', memoryMiB: 256, cpu: 0.25, instances: { minimum: 1, maximum: 2 } },
  ...{ env: { MODE: 'fast' }, drainMs: 30_000, startTimeoutMs: 60_000, port: 9000 },
};
const variablesOf = (text: string, on = place): string | undefined =>
  agentVariables({ env: run.env, bound: { X: text } }, on)['X'];
const leftOf = (changes: Partial<RunSpec>, on = place): readonly string[] =>
  leftOutOnAgent({ ...run, ...changes }, on).map(({ key, what }) => `${key}: ${what}`);

describe('the variables of a program on an agent', () => {
  test.each([
    ['${route.url}/in', 'http://shop.localhost:7080/in'],
    ['${route.host}:${route.port}', 'shop.localhost:7080'],
    ['${needs.pay-api}', 'http://payments.localhost:7080'],
    ['${needs.pay-api.url}', 'http://payments.localhost:7080'],
    ['${needs.pay-api.host}:${needs.pay-api.port}', 'payments.localhost:7080'],
    ['${needs.plain.port}', '80'],
    ['$$5 ${environment.MODE} $(MODE)', '$5 fast $(MODE)'],
  ])('have %s as %s', (text, value) => {
    expect(variablesOf(text)).toBe(value);
  });

  test.each([
    '${needs.cache.host}',
    'redis://${needs.pay-api.password}',
    '${environment.toString}',
    '${needs.constructor}',
    '${metadata.x}',
  ])('have none with %s, which is said', (text) => {
    expect(variablesOf(text)).toBeUndefined();
    expect(leftOf({ bound: { X: text } })).toEqual(['run.env.X: variable X']);
  });

  test('have an own address only where there is one', () => {
    const worker = { ...place, address: undefined };

    expect(variablesOf('${route.url}', worker)).toBeUndefined();
    expect(leftOf({ bound: { X: '${route.url}' } }, worker)).toEqual(['run.env.X: variable X']);
  });

  test('name the services that it calls, unless the team says otherwise', () => {
    const env = { PLAIN_URL: 'http://other' };

    expect(agentVariables({ env }, place)).toEqual({
      PAY_API_URL: 'http://payments.localhost:7080',
      PLAIN_URL: 'http://other',
    });
  });
});

describe('what an agent cannot give', () => {
  test('is nothing of what a thin file can say', () => {
    expect(leftOf({ command: ['node', 'a.js'], health: '/healthz', volume: '/data' })).toEqual([]);
  });

  test('is an image where plain processes run', () => {
    const plain = { ...place, isolation: 'process' as const };

    expect(leftOf({ image: 'nginx:1' }, plain)).toEqual(['run.image: image']);
    expect(leftOf({ image: 'nginx:1' })).toEqual([]);
    expect(leftOf({ image: '.' }, plain)).toEqual([]);
  });

  test('is what only the pods of a cluster have', () => {
    expect(
      leftOf({
        args: ['serve'],
        health: '/healthz',
        volume: '/data',
        volumes: { '/data': { volume: 'data' }, '/more': { volume: 'more' } },
        files: { '/etc/app.conf': { content: 'a' } },
        probes: {
          readiness: { httpGet: { path: '/healthz', port: 9000 } },
          liveness: { exec: ['alive'] },
        },
        ports: {
          web: { port: 80, targetPort: 9000, protocol: 'TCP' },
          admin: { port: 81, targetPort: 9001, protocol: 'TCP' },
        },
        containers: { proxy: { image: 'envoy:1', env: {} } },
      }),
    ).toEqual([
      'run.args: arguments',
      'run.files: file /etc/app.conf',
      'run.volumes: volume at /more',
      'run.probes: liveness probe',
      'run.ports: port admin',
      'run.containers: container proxy',
    ]);
    expect(leftOf({ args: ['serve'], command: ['node'] })).toEqual([]);
  });
});
