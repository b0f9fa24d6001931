import { ComponentName, PlacementId, PlatformFile } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placementAddress, placementUrl, routeUrl } from './hosts.ts';
import { builtinPlatform } from './platform-file/platform.ts';

describe('addresses', () => {
  test.each([
    ['users-api', 'preview', undefined, 'users-api.preview', 'users-api.preview.localhost'],
    [
      'users-api',
      'preview',
      'fix/Login#2',
      'users-api-fix-login-2.preview',
      'users-api-fix-login-2.preview.localhost',
    ],
    ['users-api', 'staging', undefined, 'users-api.staging', 'users-api.staging.localhost'],
    ['users-api', 'prod', undefined, 'users-api.prod', 'users-api.localhost'],
  ])('%s in %s of branch %s', (component, environment, branch, id, host) => {
    expect(placementAddress(builtinPlatform, component, environment, branch)).toEqual({ id, host });
  });

  test('two that would be the same are told apart by a clash', () => {
    const one = placementAddress(builtinPlatform, 'users', 'preview', 'api');
    const other = placementAddress(builtinPlatform, 'users-api', 'preview');

    expect(one).toEqual(other);
    expect(placementAddress(builtinPlatform, 'users', 'preview', 'api', 'a1b2').host).toBe(
      'users-api-a1b2.preview.localhost',
    );
  });

  test('any name and branch give a host and an id that everything accepts, with a clash too', () => {
    const name = fc
      .stringMatching(/^[a-z](-?[a-z0-9]){0,19}$/)
      .filter((text) => ComponentName.safeParse(text).success);
    fc.assert(
      fc.property(
        name,
        fc.string({ minLength: 1, maxLength: 200 }),
        fc.option(fc.stringMatching(/^[0-9a-f]{4}$/), { nil: undefined }),
        (component, branch, clash) => {
          const { id, host } = placementAddress(
            builtinPlatform,
            component,
            'preview',
            branch,
            clash,
          );

          expect(PlacementId.safeParse(id).success).toBe(true);
          const [label = ''] = host.split('.');
          expect(label.length).toBeLessThanOrEqual(63);
          expect(label).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
          if (clash !== undefined) expect(label.endsWith(`-${clash}`)).toBe(true);
        },
      ),
    );
  });

  test('on a platform of previews only there is no last environment', () => {
    const platform = PlatformFile.parse({ environments: [{ name: 'preview', kind: 'preview' }] });

    expect(placementAddress(platform, 'shop', 'preview').host).toBe('shop.preview.localhost');
  });

  test('the port of the web is not written', () => {
    expect(routeUrl('a.example.com', 80)).toBe('http://a.example.com');
    expect(routeUrl('a.localhost', 7080)).toBe('http://a.localhost:7080');
  });
});

describe('the address that is shown', () => {
  const shown = (rule: object): string | undefined => {
    const runtimes = { east: { driver: 'kubernetes', context: 'east', ...rule } };
    return placementUrl(PlatformFile.parse({ runtimes }), 'east', 'shop.example.com', 7080);
  };

  test('is that of the way in of its cluster, and none where there is no way in', () => {
    const gateway = { name: 'public', namespace: 'gateways' };

    expect(shown({})).toBeUndefined();
    expect(shown({ gateway })).toBe('https://shop.example.com');
    expect(shown({ ingressClass: 'nginx', entry: { scheme: 'http', port: 30080 } })).toBe(
      'http://shop.example.com:30080',
    );
    expect(shown({ gateway, entry: { port: 443 } })).toBe('https://shop.example.com');
  });

  test("is the router's on the machine of the agent", () => {
    const platform = PlatformFile.parse({});

    expect(placementUrl(platform, 'agent', 'shop.localhost', 7080)).toBe(
      'http://shop.localhost:7080',
    );
  });
});
