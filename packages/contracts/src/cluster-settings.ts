import { z } from 'zod';

const name = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/,
    'a name of Kubernetes: lower-case letters, digits, dots and dashes',
  );
const namespace = z
  .string()
  .max(63)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'a namespace: lower-case letters, digits and dashes');
const labels = z
  .record(z.string().max(317), z.string().max(63))
  .refine((all) => Object.keys(all).length <= 20, 'at most 20 labels');
const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: 'an address range like `10.0.0.0/8`' });

/** What is said of a cluster where placements run, besides how it is reached. */
export const clusterSettings = {
  /** Where images go: `registry.example.com/pltf`. */
  registry: z
    .string()
    .max(253)
    .regex(
      /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/,
      'like `registry.example.com/pltf`, without a scheme',
    )
    .optional(),
  /** How routes are made: by the Gateway API when the cluster has it, else by Ingress. */
  gateway: z.strictObject({ name, namespace, section: z.string().max(253).optional() }).optional(),
  ingressClass: name.optional(),
  /** Where the proxies of `ingressClass` run. */
  ingressNamespace: namespace.optional(),
  /** A ClusterIssuer of cert-manager, which gives each host of an Ingress its certificate. */
  issuer: name.optional(),
  /** What addresses begin with and end in when the way in has others than `https` and 443. */
  entry: z
    .strictObject({
      scheme: z.enum(['http', 'https']).default('https'),
      port: z.number().int().min(1).max(65_535).optional(),
    })
    .optional(),
  /** An object in a placement's namespace that makes the gateway ask who somebody is. */
  signIn: z.strictObject({ group: name, kind: z.string().max(63), name }).optional(),
  /** Where Prometheus runs, and the labels by which it and Grafana find rules, monitors and dashboards. */
  monitoring: z.strictObject({ namespace, labels: labels.default({}) }).optional(),
  /** Where names are resolved; absent: the pods of `kube-system` with `k8s-app: kube-dns`. */
  dns: z.strictObject({ namespace, labels }).optional(),
  /** Address ranges outside the cluster that every program may reach; absent: none. */
  outbound: z
    .array(z.union([cidr, z.strictObject({ cidr, except: z.array(cidr).max(20).optional() })]))
    .max(50)
    .optional(),
  /** Where External Secrets finds what it keeps; absent: the platform writes secrets itself. */
  secretStore: z
    .strictObject({ kind: z.enum(['ClusterSecretStore', 'SecretStore']), name })
    .optional(),
  /** What a volume is made of, and how large; absent: the cluster's default class and one GiB. */
  storage: z
    .strictObject({
      className: name.optional(),
      gibibytes: z.number().int().min(1).max(16_384).default(1),
    })
    .optional(),
  /** How many zones its nodes are in: instances are spread over them. */
  zones: z.number().int().min(1).max(20).optional(),
  /** Names of secrets, in each placement's namespace, for a registry that asks who you are. */
  pullSecrets: z.array(name).max(10).optional(),
};

export const ClusterSettings = z.object(clusterSettings);
export type ClusterSettings = z.infer<typeof ClusterSettings>;
