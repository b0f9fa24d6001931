import type { JsonObject, JsonValue } from '../../template/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { type Follower, followersFolder } from './layout.ts';
import { bootstrapName, type Ring, ringLabels } from './ring.ts';

const apiVersion = 'argoproj.io/v1alpha1';
const ownCluster = 'https://kubernetes.default.svc';

/**
 * The Application of one group of placements. It prunes what a commit took out, but neither everything at once nor a
 * namespace without confirmation; it says when an object is another Application's; and it has no finalizer, so that
 * its own end ends nothing else.
 */
export function argoApplication(
  ring: Ring,
  follower: Follower,
  /** Only while the last placement of its folder is removed, which somebody asked for. */
  mayBecomeEmpty = false,
): KubernetesObject {
  return {
    apiVersion,
    kind: 'Application',
    metadata: {
      name: follower.name,
      namespace: ring.namespace,
      labels: ringLabels(ring.ring),
      annotations: applicationAnnotations(ring),
    },
    spec: applicationSpec(ring, follower, mayBecomeEmpty, destinationOf(ring)),
  };
}

/**
 * The same for all clusters of the ring, one Application each. Applications are made and changed by it, never deleted,
 * and its own end deletes nothing; a cluster without a value that the template needs is an error, not an empty text.
 */
export function argoApplicationSet(
  ring: Ring,
  follower: Follower,
  mayBecomeEmpty = false,
): KubernetesObject {
  return {
    apiVersion,
    kind: 'ApplicationSet',
    metadata: {
      name: follower.name,
      namespace: ring.namespace,
      labels: ringLabels(ring.ring),
      annotations: {},
    },
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [{ clusters: { selector: { matchLabels: { 'pltf.dev/ring': ring.ring } } } }],
      syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
      template: {
        metadata: {
          name: `${follower.name}-{{.nameNormalized}}`,
          labels: { ...ringLabels(ring.ring), 'pltf.dev/follower': follower.name },
          annotations: applicationAnnotations(ring),
        },
        spec: applicationSpec(ring, follower, mayBecomeEmpty, { server: '{{.server}}' }),
      },
    },
  };
}

const applicationAnnotations = ({ portal }: Ring): Readonly<Record<string, string>> => ({
  'argocd.argoproj.io/compare-options': 'ServerSideDiff=true',
  'argocd.argoproj.io/manifest-generate-paths': '.',
  ...(portal === undefined ? {} : { 'link.argocd.argoproj.io/catalog': portal }),
});

function destinationOf({ destination }: Ring): JsonObject {
  return destination.kind === 'named' ? { name: destination.name } : { server: ownCluster };
}

function applicationSpec(
  ring: Ring,
  { folder }: Follower,
  mayBecomeEmpty: boolean,
  destination: JsonObject,
): JsonObject {
  return {
    project: bootstrapName(ring.ring),
    source: {
      repoURL: ring.repository,
      targetRevision: ring.revision,
      path: folder,
      directory: { recurse: true },
    },
    destination,
    // What an autoscaler wrote stays as it wrote it, in the comparison and in what is applied.
    ignoreDifferences: ['Deployment', 'StatefulSet'].map((kind) => ({
      group: 'apps',
      kind,
      managedFieldsManagers: ['kube-controller-manager'],
    })),
    syncPolicy: {
      automated: { enabled: true, prune: true, selfHeal: true, allowEmpty: mayBecomeEmpty },
      retry,
      syncOptions: [
        'ServerSideApply=true',
        'ApplyOutOfSyncOnly=true',
        'PruneLast=true',
        'FailOnSharedResource=true',
        'RespectIgnoreDifferences=true',
      ],
    },
  };
}

const retry = { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } };

/** What applications of the ring may do: this repository, namespaces and what is in them, never the agent's own. */
export function argoProject(ring: Ring): KubernetesObject {
  const destinations = (namespace: string): JsonValue =>
    ring.destination.kind === 'ring'
      ? { server: '*', namespace }
      : { ...destinationOf(ring), namespace };
  return {
    apiVersion,
    kind: 'AppProject',
    metadata: {
      name: bootstrapName(ring.ring),
      namespace: ring.namespace,
      labels: ringLabels(ring.ring),
      annotations: {},
    },
    spec: {
      description: `Placements of the ring ${ring.ring}, rendered by pltf`,
      sourceRepos: [ring.repository],
      destinations: ['*', '!kube-*', `!${ring.namespace}`].map(destinations),
      clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }],
      namespaceResourceBlacklist: [
        { group: 'rbac.authorization.k8s.io', kind: '*' },
        { group: 'argoproj.io', kind: '*' },
      ],
    },
  };
}

/**
 * What is applied once, by hand: an Application that keeps the ring's own Applications as they are in the repository,
 * in a project that may do nothing else.
 */
export function argoBootstrap(ring: Ring): readonly KubernetesObject[] {
  const name = `${bootstrapName(ring.ring)}-followers`;
  const metadata = {
    name,
    namespace: ring.namespace,
    labels: ringLabels(ring.ring),
    annotations: {},
  };
  const destination = { server: ownCluster, namespace: ring.namespace };
  return [
    {
      apiVersion,
      kind: 'AppProject',
      metadata,
      spec: {
        description: `Applications of the ring ${ring.ring}`,
        sourceRepos: [ring.repository],
        destinations: [destination],
        namespaceResourceWhitelist: ['Application', 'ApplicationSet', 'AppProject'].map((kind) => ({
          group: 'argoproj.io',
          kind,
        })),
      },
    },
    {
      apiVersion,
      kind: 'Application',
      metadata,
      spec: {
        project: name,
        source: {
          repoURL: ring.repository,
          targetRevision: ring.revision,
          path: followersFolder('argocd', ring.ring),
        },
        destination,
        syncPolicy: {
          automated: { enabled: true, prune: true, selfHeal: true, allowEmpty: false },
          retry,
          syncOptions: ['ServerSideApply=true', 'ApplyOutOfSyncOnly=true'],
        },
      },
    },
  ];
}
