import { PlatformFile } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { placement, source } from '../testing/placements.ts';
import type { Placement } from './placement.ts';
import { wantedPlacement } from './wanted.ts';

const file = PlatformFile.parse({});
const wantedOf = (changes: Partial<Placement> = {}, of = source, on = file) =>
  wantedPlacement({ ...placement, ...changes }, of, {
    platform: { version: 4, digest: '', file: on, guardrails: new Map() },
    goldenPaths: [],
    surroundings: { repository: 'http://localhost:7070/git/shop.git', routerPort: 7080 },
    ends: {
      callers: [
        { id: 'web.prod', component: 'web', environment: 'prod' },
        { id: 'web-try-it.prod', component: 'web', environment: 'prod' },
      ],
      ports: new Map([['payments-api.prod', 9100]]),
      morePorts: new Map([['payments-api.prod', [{ port: 9000, protocol: 'UDP' as const }]]]),
    },
  });

describe('what a driver that renders is told', () => {
  test('is the placement as it is now: its own label, hosts, size and number of instances', () => {
    const sized = { size: 'large', memoryMiB: 900, cpu: 2 };
    const hosts = ['shop-1a2b.localhost', 'www.shop.example'];
    const wanted = wantedOf({ id: 'shop-1a2b.prod', hosts, sized, instances: 4 });

    expect(wanted?.object.metadata.name).toBe('shop-1a2b');
    expect(wanted?.object.spec.routes.map(({ host }) => host)).toEqual(hosts);
    expect(wanted?.object.spec.run).toMatchObject({
      instances: { minimum: 4, maximum: 4 },
      ...{ memoryMiB: 900, cpu: 2 },
    });
    expect(wanted?.object.spec.owner).toBe('red');
  });

  test('keeps the range above the number that runs', () => {
    expect(wantedOf({ instances: 1 })?.object.spec.run.instances).toEqual({
      ...{ minimum: 1, maximum: 2 },
    });
  });

  test('names both ends of every edge, and the port of who is called', () => {
    const wanted = wantedOf();

    expect(wanted?.callers.map(({ label }) => label)).toEqual(['web', 'web-try-it']);
    expect(wanted?.callees).toEqual({
      payments: {
        ...{ label: 'payments-api', component: 'payments-api' },
        ...{ environment: 'prod', port: 9100 },
        morePorts: [{ port: 9000, protocol: 'UDP' }],
      },
    });
  });

  test('is what the platform file says of its cluster, and of an agent nothing', () => {
    const east = { driver: 'kubernetes', context: 'east', ingressClass: 'public' };
    const clusters = PlatformFile.parse({ runtimes: { agent: { driver: 'agent' }, east } });

    expect(wantedOf({ runtime: 'east' }, source, clusters)?.cluster).toEqual({
      ingressClass: 'public',
    });
    expect(wantedOf({ runtime: 'agent' }, source, clusters)).not.toHaveProperty('cluster');
  });

  test('is stamped with the spec and with the platform of its last rollout, not of today', () => {
    const before = wantedOf({ platformVersion: 3 });
    const other = { ...source, spec: { ...source.spec, tier: 1 } };

    expect(before?.stamp.platformVersion).toBe('3');
    expect(before?.stamp.specHash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(wantedOf({}, other)?.stamp.specHash).not.toBe(before?.stamp.specHash);
  });

  test('carries the schedule of its environment', () => {
    const spec = { ...source.spec, schedule: '0 3 * * *', schedules: { prod: '0 4 * * *' } };

    expect(wantedOf({}, { ...source, spec })?.schedule).toBe('0 4 * * *');
  });

  test('is nothing in an environment that the platform file does not have', () => {
    expect(wantedOf({ id: 'shop.gone', environment: 'gone' })).toBeUndefined();
  });
});
