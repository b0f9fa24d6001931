import { beside, files, type Origin, origin, port, running, volumes } from './origin.ts';

const sides = `${beside} spec.component spec.run.startTimeoutMs metadata.name spec.needs spec.kind`;
/** What places in the variables of all containers are filled from. */
const shared = 'callees spec.needs spec.routes spec.run.env';

/** Where the fields of a pod template come from, below `at`. */
export const podOrigins = (at: string): readonly Origin[] => [
  ...accountOrigins(`${at}.spec`),
  ...placingOrigins(`${at}.spec`),
  ...programOrigins(`${at}.spec.containers.0`),
  ...instanceOrigins(`${at}.spec.containers.0`),
  origin(`${at}.spec.containers.**`, `${sides} ${shared}`, 'the containers beside the first one'),
  origin(
    `${at}.spec.initContainers.**`,
    `${sides} ${shared}`,
    'containers that others wait for: to their end, or from before the others on',
  ),
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
    `release.user ${volumes}`,
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
  origin(
    `${at}.volumes.**`,
    `${files} metadata.name spec.component spec.run.memoryMiB`,
    'a /tmp to write to, since the rest of the image is read-only, for each container; the files of the workload',
  ),
];

const programOrigins = (container: string): readonly Origin[] => [
  origin(`${container}.name`, 'spec.component', 'the component'),
  origin(`${container}.image`, 'release.image', 'the image of the release, by its digest'),
  origin(`${container}.imagePullPolicy`, '', 'a digest never changes'),
  origin(`${container}.command.**`, 'spec.run.command', 'the command of the thin file'),
  origin(
    `${container}.args.**`,
    'spec.run.args',
    'arguments to the command, or to the image’s own',
  ),
  origin(
    `${container}.securityContext.**`,
    '',
    'Pod Security restricted, and a root that nobody writes to',
  ),
  origin(
    `${container}.env.**`,
    `release.number release.commit spec.run.bound spec.run.volume ${shared} ${port}`,
    'where it listens and may write, which release it is, and variables with places that needs fill',
  ),
  origin(
    `${container}.envFrom.**`,
    'spec.needs metadata.name spec.kind',
    'its settings, and a secret for each need',
  ),
];

const instanceOrigins = (container: string): readonly Origin[] => [
  origin(`${container}.ports.**`, `spec.run.ports ${port}`, 'the ports that it listens on'),
  origin(
    `${container}.startupProbe.**`,
    `spec.run.startTimeoutMs spec.run.health spec.run.probes spec.run.alive ${port}`,
    'until the start has to be done',
  ),
  origin(
    `${container}.readinessProbe.**`,
    `spec.run.health spec.run.probes ${port}`,
    'asked whether it is well',
  ),
  origin(
    `${container}.livenessProbe.**`,
    `spec.run.alive spec.run.probes ${port}`,
    'only whether it still accepts, so that a dependency that is down restarts nobody',
  ),
  origin(
    `${container}.lifecycle.**`,
    `cluster.minor ${port}`,
    'load balancers learn late that it goes; from Kubernetes 1.30 on',
  ),
  origin(
    `${container}.resources.requests.cpu`,
    `spec.run.cpu ${beside}`,
    'the size, without what containers beside it take',
  ),
  origin(
    `${container}.resources.**`,
    `spec.run.memoryMiB ${beside}`,
    'the size, without what containers beside it take; the limit is the request, so that no neighbour is pushed out',
  ),
  origin(
    `${container}.volumeMounts.**`,
    `${volumes} ${files}`,
    '/tmp, the volumes and the files of the spec',
  ),
];
