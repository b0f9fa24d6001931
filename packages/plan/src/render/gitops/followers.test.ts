import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { argoApplication, argoApplicationSet, argoBootstrap, argoProject } from './argo.ts';
import { fluxBootstrap, fluxKustomization } from './flux.ts';
import { followerOf } from './layout.ts';
import { agentProblems } from './testing/agent-schemas.ts';
import { ringWith } from './testing/rings.ts';

const place = { ring: 'default', label: 'users-api', environment: 'prod' };
const follower = followerOf(place, 'bucket', 'argocd');
const argo = ringWith();
const flux = ringWith({ agent: 'flux' });

const made: readonly (readonly [string, KubernetesObject])[] = [
  ['Application', argoApplication(argo, follower)],
  [
    'Application of a named cluster',
    argoApplication(ringWith({ destination: { kind: 'named', name: 'eu-1' } }), follower, true),
  ],
  ['ApplicationSet', argoApplicationSet(ringWith({ destination: { kind: 'ring' } }), follower)],
  ['AppProject', argoProject(argo)],
  ['AppProject of a ring', argoProject(ringWith({ destination: { kind: 'ring' } }))],
  ...argoBootstrap(argo).map((object) => [`bootstrap ${object.kind}`, object] as const),
  ['Kustomization', fluxKustomization(flux, follower)],
  ...fluxBootstrap({ ...flux, secret: 'git' }).map(
    (object) => [`bootstrap ${object.kind}`, object] as const,
  ),
  ...fluxBootstrap({ ...flux, revision: 'a'.repeat(40) }).map(
    (object) => [`pinned ${object.kind}`, object] as const,
  ),
];

test.each(made)("%s is what the agent's own definition allows", (_, object) => {
  expect(agentProblems(object)).toEqual([]);
});

test('the check finds an unknown field, a wrong type and a missing field', () => {
  const application = argoApplication(argo, follower);
  const spec = application['spec'] as Record<string, never>;

  expect(agentProblems({ ...application, spec: { ...spec, prune: true } })).toHaveLength(1);
  expect(agentProblems({ ...application, spec: { ...spec, project: 1 } })).toHaveLength(1);
  expect(agentProblems({ ...application, spec: { source: spec['source'] ?? '' } })).not.toEqual([]);
});

describe('an Application', () => {
  const { metadata, spec } = argoApplication(argo, follower) as unknown as {
    readonly metadata: { readonly labels: object; readonly finalizers?: unknown };
    readonly spec: {
      readonly syncPolicy: { readonly automated: object; readonly syncOptions: unknown };
    };
  };

  test('heals and prunes by itself, but never becomes empty by itself', () => {
    expect(spec.syncPolicy.automated).toEqual({
      enabled: true,
      prune: true,
      selfHeal: true,
      allowEmpty: false,
    });
    expect(spec.syncPolicy.syncOptions).toEqual([
      'ServerSideApply=true',
      'ApplyOutOfSyncOnly=true',
      'PruneLast=true',
      'FailOnSharedResource=true',
      'RespectIgnoreDifferences=true',
    ]);
  });

  test('ends without ending what it applied', () => {
    expect(metadata.finalizers).toBeUndefined();
  });

  test('does not bear the label by which an older Argo CD tracks', () => {
    expect(Object.keys(metadata.labels)).not.toContain('app.kubernetes.io/instance');
  });
});

test('an ApplicationSet never deletes Applications and takes a missing value for an error', () => {
  const ring = ringWith({ destination: { kind: 'ring' } });

  expect(argoApplicationSet(ring, follower)).toMatchObject({
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [{ clusters: { selector: { matchLabels: { 'pltf.dev/ring': 'default' } } } }],
      syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
      template: {
        spec: { source: { path: follower.folder }, destination: { server: '{{.server}}' } },
      },
    },
  });
});

test('what applications of a ring may do leaves out the cluster, its roles and the agent', () => {
  expect(argoProject(argo)).toMatchObject({
    spec: {
      sourceRepos: [argo.repository],
      destinations: [{ namespace: '*' }, { namespace: '!kube-*' }, { namespace: '!argocd' }],
      clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }],
    },
  });
});

test('a Kustomization waits for health, prunes by inventory and leaves replicas of an autoscaler', () => {
  expect(fluxKustomization(flux, follower)).toMatchObject({
    spec: {
      path: `./${follower.folder}`,
      prune: true,
      wait: true,
      deletionPolicy: 'Orphan',
      ignore: [
        { paths: ['/spec/replicas'], target: { kind: 'Deployment' } },
        { paths: ['/spec/replicas'], target: { kind: 'StatefulSet' } },
      ],
    },
  });
});
