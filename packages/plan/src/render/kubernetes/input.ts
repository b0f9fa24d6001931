import type { PlacementObject } from '@pltf/contracts';

/** What one placement is rendered from. The same input gives the same objects, on every machine. */
export interface RenderInput {
  readonly placement: PlacementObject;
  readonly release: ImageRelease;
  readonly cluster: ClusterFacts;
  /** Who may call it, and whom it calls; both sides of an edge are rendered, each by its own placement. */
  readonly callers?: readonly Peer[] | undefined;
  /** By the name that the need has in the program. */
  readonly callees?: Readonly<Record<string, Peer>> | undefined;
  /** By the name that the need has in the program: where its backing service answers, when that is known. */
  readonly backing?: Readonly<Record<string, BackingEndpoint>> | undefined;
  /** Five cron fields, UTC, for a job; a job without is only run when somebody asks. */
  readonly schedule?: string | undefined;
  /** Grows when all instances are to be replaced by fresh ones of the same release; 0 when absent. */
  readonly restarts?: number | undefined;
  /** Everything but its instances is there. */
  readonly stopped?: boolean | undefined;
  /** A rollout that is under way goes no further. */
  readonly paused?: boolean | undefined;
  /** Written into the objects, so that everybody can see what they were made from. */
  readonly stamp?: { readonly specHash: string; readonly platformVersion: string } | undefined;
  /** Address of the runbook that alerts lead to; `docs/runbook.md` of the repository when absent. */
  readonly runbook?: string | undefined;
}

/** A release as an image. */
export interface ImageRelease {
  readonly number: number;
  readonly commit: string;
  /** By digest: `registry.example.com/users-api@sha256:…`. */
  readonly image: string;
  /** The numeric user that the image runs as; absent: the image says it, and it is not root. */
  readonly user?: number | undefined;
}

/** A port that a program listens on. */
export interface PlacedPort {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Another placement, at the other end of an edge. */
export interface Peer {
  readonly component: string;
  /** The first part of its placement's id: `users-api-fix-login`. */
  readonly label: string;
  readonly environment: string;
  /** The port that its program listens on; the usual one when absent. */
  readonly port?: number | undefined;
  /** Those beside it that its spec declares. */
  readonly morePorts?: readonly PlacedPort[] | undefined;
}

/** Where a backing service answers: an address range, or pods of a namespace. */
export interface BackingEndpoint {
  readonly port: number;
  readonly cidr?: string | undefined;
  readonly namespace?: string | undefined;
}

/** What the renderer has to know of a cluster; the same for all placements of one runtime. */
export interface ClusterFacts {
  /** The minor version of Kubernetes 1, like 33: Pod Security is pinned to it, and newer fields are left out. */
  readonly minor: number;
  /** What it serves, as `apiVersion/Kind`: `policy/v1/PodDisruptionBudget`. */
  readonly kinds: ReadonlySet<string>;
  readonly gateway?:
    | { readonly name: string; readonly namespace: string; readonly section?: string | undefined }
    | undefined;
  /** Used where there is no gateway; `namespace` is where its proxies run, `issuer` a ClusterIssuer of cert-manager. */
  readonly ingress?:
    | {
        readonly className: string;
        readonly namespace: string;
        readonly issuer?: string | undefined;
      }
    | undefined;
  /** An object in the placement's namespace that makes a gateway ask who somebody is. */
  readonly signIn?:
    | { readonly group: string; readonly kind: string; readonly name: string }
    | undefined;
  /** Where Prometheus runs, and the labels by which it and Grafana find rules, monitors and dashboards. */
  readonly monitoring?:
    | { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
    | undefined;
  readonly dns?:
    | { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
    | undefined;
  /** Address ranges outside the cluster that every program may reach; none when absent. */
  readonly outbound?:
    | readonly { readonly cidr: string; readonly except?: readonly string[] | undefined }[]
    | undefined;
  /** Where an ExternalSecret finds what it keeps; absent: somebody else writes the secrets. */
  readonly secretStore?:
    | { readonly kind: 'ClusterSecretStore' | 'SecretStore'; readonly name: string }
    | undefined;
  readonly storage?:
    | { readonly className?: string | undefined; readonly gibibytes: number }
    | undefined;
  /** How many zones its nodes are in; 1 when absent. */
  readonly zones?: number | undefined;
  /** Names of secrets, in the placement's namespace, for a registry that asks who you are. */
  readonly pullSecrets?: readonly string[] | undefined;
}

const always = [
  'v1/Namespace',
  'v1/ServiceAccount',
  'v1/Service',
  'v1/ConfigMap',
  'v1/Secret',
  'v1/ResourceQuota',
  'v1/LimitRange',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'batch/v1/Job',
  'batch/v1/CronJob',
  'networking.k8s.io/v1/NetworkPolicy',
  'networking.k8s.io/v1/Ingress',
  'policy/v1/PodDisruptionBudget',
  'autoscaling/v2/HorizontalPodAutoscaler',
];

/** What every supported cluster serves (Kubernetes 1.23 and later), and what was added to this one. */
export const servedKinds = (...added: readonly string[]): ReadonlySet<string> =>
  new Set([...always, ...added]);

export const addedKinds = {
  httpRoute: 'gateway.networking.k8s.io/v1/HTTPRoute',
  serviceMonitor: 'monitoring.coreos.com/v1/ServiceMonitor',
  prometheusRule: 'monitoring.coreos.com/v1/PrometheusRule',
  externalSecret: 'external-secrets.io/v1/ExternalSecret',
  placement: 'pltf.dev/v1/Placement',
} as const;
