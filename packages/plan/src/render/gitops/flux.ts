import type { KubernetesObject } from '../kubernetes/object.ts';
import { type Follower, followersFolder } from './layout.ts';
import { bootstrapName, type Ring, ringLabels } from './ring.ts';

const sourceVersion = 'source.toolkit.fluxcd.io/v1';
const applyVersion = 'kustomize.toolkit.fluxcd.io/v1';

/** How long a pass may take until everything in it is well: a rollout with its probes. */
const timeout = '10m';

/** Where Flux reads the repository. */
function fluxRepository(ring: Ring): KubernetesObject {
  const name = bootstrapName(ring.ring);
  const branch = /^refs\/heads\/(.+)$/.exec(ring.revision)?.[1];
  return {
    apiVersion: sourceVersion,
    kind: 'GitRepository',
    metadata: {
      name,
      namespace: ring.namespace,
      labels: ringLabels(ring.ring),
      annotations: {},
    },
    spec: {
      interval: '1m',
      url: ring.repository,
      ref: branch === undefined ? refOf(ring.revision) : { branch },
      ...(ring.secret === undefined ? {} : { secretRef: { name: ring.secret } }),
      sparseCheckout: [`rings/${ring.ring}`, `flux/${ring.ring}`],
    },
  };
}

const refOf = (revision: string): Readonly<Record<string, string>> =>
  /^[0-9a-f]{40,64}$/.test(revision) ? { commit: revision } : { name: revision };

/**
 * The Kustomization of one group of placements: waits until all is well, prunes what a commit took out by its
 * inventory, leaves an autoscaler's number of instances alone, and ends without taking anything with it.
 */
export function fluxKustomization(ring: Ring, follower: Follower): KubernetesObject {
  return {
    apiVersion: applyVersion,
    kind: 'Kustomization',
    metadata: {
      name: follower.name,
      namespace: ring.namespace,
      labels: ringLabels(ring.ring),
      annotations: {},
    },
    spec: {
      interval: '10m',
      retryInterval: '1m',
      timeout,
      path: `./${follower.folder}`,
      prune: true,
      deletionPolicy: 'Orphan',
      wait: true,
      sourceRef: { kind: 'GitRepository', name: bootstrapName(ring.ring) },
      ignore: ['Deployment', 'StatefulSet'].map((kind) => ({
        paths: ['/spec/replicas'],
        target: { group: 'apps', kind, annotationSelector: 'pltf.dev/scaled-by=autoscaler' },
      })),
    },
  };
}

/** What is applied once, by hand: the repository, and a Kustomization that keeps the ring's own as they are there. */
export function fluxBootstrap(ring: Ring): readonly KubernetesObject[] {
  const name = bootstrapName(ring.ring);
  return [
    fluxRepository(ring),
    {
      apiVersion: applyVersion,
      kind: 'Kustomization',
      metadata: {
        name: `${name}-followers`,
        namespace: ring.namespace,
        labels: ringLabels(ring.ring),
        annotations: {},
      },
      spec: {
        interval: '10m',
        retryInterval: '1m',
        timeout: '2m',
        path: `./${followersFolder('flux', ring.ring)}`,
        prune: true,
        deletionPolicy: 'Orphan',
        wait: false,
        sourceRef: { kind: 'GitRepository', name },
      },
    },
  ];
}
