import { describe, expect, it } from 'vitest';
import { leftOut } from './left-out.ts';
import { renderPlacement } from './render-placement.ts';
import { inputWith, wholeCluster } from './testing/render-inputs.ts';
import { type Loose, one } from './testing/rendered-objects.ts';

describe('the addresses of a placement', () => {
  it('publishes no host that asks for sign-in where nothing can ask', () => {
    const routes = [
      { host: 'a.example.com', public: true, signIn: false },
      { host: 'b.example.com', public: true, signIn: true },
    ];
    const plain = inputWith({ routes });
    const asking = inputWith(
      { routes },
      { cluster: { ...wholeCluster, signIn: { group: 'x.io', kind: 'Login', name: 'staff' } } },
    );

    expect(one(renderPlacement(plain), 'HTTPRoute').spec.hostnames).toEqual(['a.example.com']);
    expect(leftOut(plain)).toEqual([
      expect.objectContaining({
        what: 'route b.example.com',
        because: expect.stringContaining('sign-in'),
      }),
    ]);
    const route = one(renderPlacement(asking), 'HTTPRoute', 'users-api-sign-in').spec;
    expect(route).toMatchObject({
      hostnames: ['b.example.com'],
      rules: [
        {
          filters: [
            { type: 'ExtensionRef', extensionRef: { group: 'x.io', kind: 'Login', name: 'staff' } },
          ],
        },
      ],
    });
    expect(leftOut(asking)).toEqual([]);
  });

  it('spreads many hosts over routes of sixteen, and takes an ingress where there is no gateway', () => {
    const routes = Array.from({ length: 33 }, (_, index) => ({
      host: `h${index}.example.com`,
      public: true,
      signIn: false,
    }));
    const many = renderPlacement(inputWith({ routes })).filter(
      ({ kind }) => kind === 'HTTPRoute',
    ) as Loose[];
    const { gateway: _, ...without } = wholeCluster;
    const ingress = one(
      renderPlacement(
        inputWith(
          {},
          {
            cluster: {
              ...without,
              ingress: { className: 'nginx', namespace: 'ingress', issuer: 'ca' },
            },
          },
        ),
      ),
      'Ingress',
    );

    expect(many.map(({ metadata, spec }) => [metadata.name, spec.hostnames.length])).toEqual([
      ['users-api', 16],
      ['users-api-2', 16],
      ['users-api-3', 1],
    ]);
    expect(ingress.metadata.annotations).toMatchObject({ 'cert-manager.io/cluster-issuer': 'ca' });
    expect(ingress.spec.tls).toEqual([
      { hosts: ['users-api.example.com'], secretName: 'users-api-tls' },
    ]);
  });

  it('keeps the certificate of an ingress apart from a need that is called like it', () => {
    const { gateway: _, ...without } = wholeCluster;
    const proxied = { className: 'nginx', namespace: 'ingress', issuer: 'ca' };
    const objects = renderPlacement(
      inputWith(
        { needs: { tls: { kind: 'secret', secret: 'mutual-tls' } } },
        { cluster: { ...without, ingress: proxied } },
      ),
    );

    const [tls] = one(objects, 'Ingress').spec.tls;
    const { target } = one(objects, 'ExternalSecret').spec;
    expect(tls.secretName).not.toBe(target.name);
  });
});
