import { type Origin, origin, port, running } from './origin.ts';

/** Where the fields of a pod template come from, below `at`. */
export const podOrigins = (at: string): readonly Origin[] => [
  ...accountOrigins(`${at}.spec`),
  ...placingOrigins(`${at}.spec`),
  ...programOrigins(`${at}.spec.containers.*`),
  ...instanceOrigins(`${at}.spec.containers.*`),
];

const accountOrigins = (at: string): readonly Origin[] => [
  origin(`${at}.serviceAccountName`, 'metadata.name', 'an account of its own, without rights'),
  origin(`${at}.automountServiceAccountToken`, '', 'programs do not talk to the API server'),
  origin(`${at}.enableServiceLinks`, '', 'no variables that nobody asked for'),
  origin(`${at}.restartPolicy`, '', 'a task runs once'),
  origin(`${at}.imagePullSecrets.**`, 'cluster.pullSecrets', 'the registry asks who you are'),
  origin(
    `${at}.terminationGracePeriodSeconds`,
    `spec.run.drainMs ${port}`,
    'the pause of 5 s for what is called, `drain`, and a margin of 5 s',
  ),
];

const placingOrigins = (at: string): readonly Origin[] => [
  origin(`${at}.securityContext.runAsUser`, 'release.user', 'the user of the image'),
  origin(`${at}.securityContext.runAsGroup`, 'release.user', 'the user of the image'),
  origin(
    `${at}.securityContext.fsGroup`,
    'release.user spec.run.volume',
    'so that the program can write to its volume',
  ),
  origin(
    `${at}.securityContext.sysctls.**`,
    `cluster.minor ${port}`,
    'ports below 1024 are root’s unless the pod says otherwise',
  ),
  origin(`${at}.securityContext.**`, '', 'Pod Security restricted'),
  origin(
    `${at}.topologySpreadConstraints.*.whenUnsatisfiable`,
    'spec.tier cluster.zones',
    'tier 1 insists on zones where there are several',
  ),
  origin(
    `${at}.topologySpreadConstraints.*.matchLabelKeys.**`,
    `cluster.minor ${running}`,
    'each rollout is spread by itself, from Kubernetes 1.27 on',
  ),
  origin(`${at}.topologySpreadConstraints.**`, '', 'spread over zones and machines'),
  origin(`${at}.volumes.**`, '', 'a /tmp to write to: the rest of the image is read-only'),
];

const programOrigins = (container: string): readonly Origin[] => [
  origin(`${container}.name`, 'spec.component', 'the component'),
  origin(`${container}.image`, 'release.image', 'the image of the release, by its digest'),
  origin(`${container}.imagePullPolicy`, '', 'a digest never changes'),
  origin(`${container}.command.**`, 'spec.run.command', 'the command of the thin file'),
  origin(
    `${container}.securityContext.**`,
    '',
    'Pod Security restricted, and a root that nobody writes to',
  ),
  origin(
    `${container}.env.**`,
    `release.number release.commit ${port}`,
    'where it listens and which release it is',
  ),
  origin(
    `${container}.envFrom.**`,
    'spec.needs metadata.name spec.kind',
    'its settings, and a secret for each need',
  ),
];

const instanceOrigins = (container: string): readonly Origin[] => [
  origin(`${container}.ports.**`, port, 'the port that it listens on'),
  origin(
    `${container}.startupProbe.**`,
    `spec.run.startTimeoutMs spec.run.health alive ${port}`,
    'until the start has to be done',
  ),
  origin(`${container}.readinessProbe.**`, `spec.run.health ${port}`, 'asked whether it is well'),
  origin(
    `${container}.livenessProbe.**`,
    `alive ${port}`,
    'only whether it still accepts, so that a dependency that is down restarts nobody',
  ),
  origin(
    `${container}.lifecycle.**`,
    `cluster.minor ${port}`,
    'load balancers learn late that it goes; from Kubernetes 1.30 on',
  ),
  origin(`${container}.resources.requests.cpu`, 'spec.run.cpu', 'the size'),
  origin(
    `${container}.resources.**`,
    'spec.run.memoryMiB',
    'the size; the limit is the request, so that no neighbour is pushed out',
  ),
  origin(
    `${container}.volumeMounts.**`,
    'spec.run.volume',
    '/tmp, and the volume of the thin file',
  ),
];
