import type { JsonObject } from '../../template/json.ts';

/** One verb on one kind of thing in a cluster. */
export interface ClusterPermission {
  /** The API group; empty for the core. */
  readonly group: string;
  /** `deployments`, `pods/log`. */
  readonly resource: string;
  readonly verb: string;
}

/** Everything that is rendered is looked at, watched, applied (which is `patch`, and `create` the first time), pruned. */
const kept = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const;

interface Rule {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * All that the platform does in a cluster. No Secret is among it: they are named, never read or written. A group that a
 * cluster does not serve costs nothing, and is allowed already when it is installed later.
 */
const rules: readonly Rule[] = [
  {
    group: '',
    resources: [
      'configmaps',
      'limitranges',
      'namespaces',
      'resourcequotas',
      'serviceaccounts',
      'services',
    ],
    verbs: kept,
  },
  { group: 'apps', resources: ['deployments', 'statefulsets'], verbs: kept },
  { group: 'autoscaling', resources: ['horizontalpodautoscalers'], verbs: kept },
  { group: 'batch', resources: ['cronjobs', 'jobs'], verbs: kept },
  { group: 'external-secrets.io', resources: ['externalsecrets'], verbs: kept },
  { group: 'gateway.networking.k8s.io', resources: ['httproutes'], verbs: kept },
  {
    group: 'monitoring.coreos.com',
    resources: ['prometheusrules', 'servicemonitors'],
    verbs: kept,
  },
  { group: 'networking.k8s.io', resources: ['ingresses', 'networkpolicies'], verbs: kept },
  { group: 'pltf.dev', resources: ['placements'], verbs: kept },
  { group: 'policy', resources: ['poddisruptionbudgets'], verbs: kept },
  // Instances: seen, and a task that has to end at once is given a deadline that has passed.
  { group: '', resources: ['pods'], verbs: ['get', 'list', 'watch', 'patch'] },
  { group: '', resources: ['pods/log'], verbs: ['get'] },
  // A command over a WebSocket is a GET, and newer clusters ask for `create` all the same.
  { group: '', resources: ['pods/exec'], verbs: ['create', 'get'] },
  { group: '', resources: ['events'], verbs: ['list'] },
  // Volumes that no release wants any more, once a person has confirmed that they may go.
  { group: '', resources: ['persistentvolumeclaims'], verbs: ['delete', 'list'] },
  { group: 'metrics.k8s.io', resources: ['pods'], verbs: ['list'] },
];

/** Every single permission, in the order of the role. */
export const clusterPermissions: readonly ClusterPermission[] = rules.flatMap(
  ({ group, resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb }))),
);

export interface ClusterRoleOptions {
  /** Name of the account, of the role and of its binding. */
  readonly name: string;
  /** Where the account is. */
  readonly namespace: string;
}

const usualNamespace = 'pltf-system';

/**
 * The role that a person applies. A role and its binding belong to the whole cluster: those of a second platform there
 * have names of their own, or it would take away the rights of the first.
 */
export function platformRole(namespace = usualNamespace): readonly JsonObject[] {
  const name = namespace === usualNamespace ? 'pltf' : `pltf-${namespace}`;
  return clusterRole({ name, namespace });
}

/** The least that the platform needs in a cluster: an account, its role, and what binds both. */
export function clusterRole({ name, namespace }: ClusterRoleOptions): readonly JsonObject[] {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'pltf' };
  const metadata = { name, labels };
  const api = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, namespace } },
    {
      apiVersion: `${api}/v1`,
      kind: 'ClusterRole',
      metadata,
      rules: rules.map(({ group, resources, verbs }) => ({
        apiGroups: [group],
        resources,
        verbs,
      })),
    },
    {
      apiVersion: `${api}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: api, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}
