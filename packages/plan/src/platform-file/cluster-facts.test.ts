import { ClusterSettings } from '@pltf/contracts';
import { expect, test } from 'vitest';
import { servedKinds } from '../render/index.ts';
import { clusterFacts } from './cluster-facts.ts';

const served = { minor: 33, kinds: servedKinds() };

test('a cluster is what the platform file says of it and what it serves', () => {
  const settings = ClusterSettings.parse({
    gateway: { name: 'public', namespace: 'gateways' },
    ingressClass: 'nginx',
    issuer: 'acme',
    outbound: ['10.0.0.0/8', { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] }],
    storage: {},
    zones: 3,
  });

  expect(clusterFacts(settings, served)).toMatchObject({
    minor: 33,
    kinds: served.kinds,
    gateway: { name: 'public', namespace: 'gateways' },
    ingress: { className: 'nginx', namespace: 'ingress-nginx', issuer: 'acme' },
    outbound: [{ cidr: '10.0.0.0/8' }, { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] }],
    storage: { gibibytes: 1 },
    zones: 3,
  });
});

test('a cluster of which nothing is said has no way in and reaches nothing outside', () => {
  const { gateway, ingress, outbound } = clusterFacts(ClusterSettings.parse({}), served);

  expect([gateway, ingress, outbound]).toEqual([undefined, undefined, undefined]);
});
