import { beside, files, type Origin, origin, port, running, settings, volumes } from './origin.ts';
import { podOrigins } from './pod-origins.ts';

/**
 * Where fields come from, by kind and path: found when somebody asks, so that rendering pays nothing for it. A test
 * changes one input after the other and holds every field that moves to what is said here.
 */
const instances = 'spec.run.instances';
const size = 'spec.run.memoryMiB spec.run.cpu';
const names = 'metadata.name spec.environment';
const figures = 'cluster.monitoring cluster.kinds spec.run.metrics';

const instancesOf = (kind: string): readonly Origin[] => [
  origin(
    '',
    running,
    `a ${kind} runs the instances of what keeps ${kind === 'StatefulSet' ? 'a volume' : 'no volume'}`,
  ),
  origin(
    'spec.replicas',
    `${instances} cluster.kinds stopped`,
    'the number of instances; absent where an autoscaler owns it, 0 when it is stopped',
  ),
  ...podOrigins('spec.template'),
];

const rule =
  'cluster.monitoring cluster.kinds spec.objective spec.tier spec.owner runbook spec.run.metrics';

/** By kind; the first that matches counts. An empty path is why the object is there at all. */
export const kindOrigins: Readonly<Record<string, readonly Origin[]>> = {
  Namespace: [
    origin('', '', 'each placement has a namespace of its own'),
    origin('metadata.name', names, 'the placement and its environment'),
    origin(
      'metadata.labels.**',
      'cluster.minor',
      'Pod Security restricted, at the version of the cluster',
    ),
  ],
  ResourceQuota: [
    origin('', '', 'what the placement may take at most'),
    origin(
      'spec.hard.**',
      `${instances} ${size} ${running} ${beside} cluster.kinds`,
      'size times instances, twice for a rollout, and a few tasks',
    ),
  ],
  LimitRange: [
    origin('', '', 'a quota turns away pods that do not say what they need'),
    origin('spec.limits.**', `${size} spec.run.containers`, 'the size, or a larger side container'),
  ],
  ServiceAccount: [
    origin('', '', 'an account of its own, without rights'),
    origin('automountServiceAccountToken', '', 'programs do not talk to the API server'),
  ],
  NetworkPolicy: [
    origin(
      '',
      'spec.kind spec.routes cluster.gateway cluster.ingress cluster.kinds cluster.monitoring cluster.outbound spec.run.metrics callers callees backing',
      'nothing goes in or out but what is declared',
    ),
    origin(
      'metadata.name',
      'metadata.name callers callees backing',
      'the placement and what is allowed',
    ),
    origin('spec.podSelector.**', names, 'the instances'),
    origin('spec.policyTypes.**', '', 'always said, so that nothing is guessed'),
    origin(
      'spec.ingress.**',
      `callers cluster.gateway cluster.ingress cluster.kinds cluster.monitoring spec.run.ports ${port}`,
      'who may call it: the gateway, Prometheus, declared callers',
    ),
    origin(
      'spec.egress.**',
      'callees backing cluster.dns cluster.outbound',
      'whom it may call: names, declared services, needs, what the platform allows',
    ),
  ],
  ConfigMap: [
    origin(
      '',
      `spec.kind ${running} ${files} cluster.monitoring`,
      'its settings, its files, or its dashboard',
    ),
    origin('binaryData.**', files, 'files of the workload that are no text'),
    origin(
      'data.**',
      `${settings} ${names} ${port} ${files} spec.routes spec.run.metrics spec.objective`,
      'settings of the thin file, who it is, and the addresses of the services that it calls',
    ),
  ],
  ExternalSecret: [
    origin('', 'spec.needs cluster.secretStore cluster.kinds', 'a need whose values are secret'),
    origin('metadata.name', 'metadata.name spec.needs', 'the placement and the need'),
    origin('spec.secretStoreRef.**', 'cluster.secretStore', 'where the cluster fetches secrets'),
    origin('spec.refreshInterval', '', 'a changed secret arrives within an hour'),
    origin('spec.**', `spec.needs ${names}`, 'the need, under the placement'),
  ],
  Service: [
    origin('', `spec.kind ${running}`, 'what is called has an address in the cluster'),
    origin(
      'spec.**',
      'spec.run.ports',
      'port 80 leads to the port of the program; further ones by their names',
    ),
  ],
  Deployment: [
    ...instancesOf('Deployment'),
    origin(
      'spec.progressDeadlineSeconds',
      'spec.run.startTimeoutMs',
      'the time of a start, and a minute to pull the image and to find a machine',
    ),
    origin('spec.paused', 'paused', 'somebody holds the rollout'),
    origin('spec.**', '', 'new instances are ready before old ones go'),
  ],
  StatefulSet: [
    ...instancesOf('StatefulSet'),
    origin('spec.serviceName', 'metadata.name', 'the names of its pods'),
    origin(
      'spec.volumeClaimTemplates.**',
      `cluster.storage ${volumes}`,
      'each instance keeps a volume of its own',
    ),
    origin('spec.**', '', 'instances are replaced one after the other'),
  ],
  CronJob: [
    origin('', 'spec.kind schedule cluster.kinds', 'a job runs at its times'),
    origin('spec.schedule', 'schedule', 'the schedule of the thin file'),
    origin('spec.timeZone', 'cluster.minor', 'schedules are in UTC'),
    origin('spec.suspend', 'stopped', 'a job that is stopped has no turns'),
    ...podOrigins('spec.jobTemplate.spec.template'),
    origin(
      'spec.jobTemplate.metadata.labels.*',
      'spec.component',
      'a task is none of the instances',
    ),
    origin('spec.jobTemplate.spec.podReplacementPolicy', 'cluster.minor', 'never two at once'),
    origin('spec.**', '', 'never two at once, and a failed turn waits for the next one'),
  ],
  HorizontalPodAutoscaler: [
    origin(
      '',
      `${instances} ${running} cluster.kinds stopped`,
      'a range of instances was asked for, and it is not stopped',
    ),
    origin('spec.minReplicas', instances, 'the lower end of the range, at least one'),
    origin('spec.maxReplicas', instances, 'the upper end of the range'),
    origin('spec.scaleTargetRef.**', `metadata.name ${running}`, 'what runs the instances'),
    origin('spec.metrics.**', '', '70 per cent of the processor time that the size asks for'),
    origin('spec.behavior.**', '', 'five calm minutes before there are fewer'),
  ],
  PodDisruptionBudget: [
    origin('', `${instances} ${running} cluster.kinds stopped`, 'there are at least two instances'),
    origin(
      'spec.unhealthyPodEvictionPolicy',
      'cluster.minor',
      'instances that are not well stop no node from being emptied',
    ),
    origin('spec.**', '', 'a node is emptied one instance at a time'),
  ],
  HTTPRoute: [
    origin(
      '',
      `spec.routes spec.kind cluster.gateway cluster.signIn cluster.kinds`,
      'it has addresses, and the cluster a gateway',
    ),
    origin(
      'metadata.name',
      'metadata.name spec.routes cluster.signIn',
      'the placement; a route takes sixteen hosts',
    ),
    origin('spec.parentRefs.**', 'cluster.gateway', 'the gateway of the platform file'),
    origin('spec.hostnames.**', 'spec.routes cluster.signIn', 'its addresses'),
    origin(
      'spec.rules.*.filters.**',
      'cluster.signIn spec.routes',
      'only those who signed in get through',
    ),
    origin('spec.rules.**', 'metadata.name', 'everything goes to its Service'),
  ],
  Ingress: [
    origin(
      '',
      `spec.routes spec.kind cluster.gateway cluster.ingress cluster.kinds`,
      'it has addresses, and the cluster no gateway',
    ),
    origin('spec.ingressClassName', 'cluster.ingress', 'the class of the platform file'),
    origin('spec.**', 'spec.routes spec.needs cluster.ingress metadata.name', 'its addresses'),
  ],
  ServiceMonitor: [
    origin('', `${figures} spec.kind`, 'it shows figures, and the cluster has Prometheus'),
    origin('metadata.labels.*', 'cluster.monitoring', 'how Prometheus finds it'),
    origin('spec.endpoints.*.path', 'spec.run.metrics', 'where it shows its figures'),
    origin('spec.**', '', 'read every thirty seconds'),
  ],
  PrometheusRule: [
    origin('', `cluster.monitoring cluster.kinds ${running}`, 'what runs is watched'),
    origin('metadata.labels.*', 'cluster.monitoring', 'how Prometheus finds it'),
    origin(
      'spec.**',
      `${rule} ${running} ${names} spec.component`,
      'the objective, by how fast its allowance burns; the tier says whom it wakes',
    ),
  ],
  Placement: [
    origin('', 'cluster.kinds', 'the cluster knows placements, so that its guardrails do'),
    origin('metadata.**', '*', 'the placement itself'),
    origin('spec.**', '*', 'the placement itself'),
  ],
};
